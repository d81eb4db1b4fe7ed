"""The worker's way into the queue."""

from __future__ import annotations

from collections.abc import Sequence

from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector


class WorkerConnector(PsycopgConnector):
    """Connections of the worker's own for its book-keeping; what a job defers goes through Django's connection.

    So a job that another job defers exists exactly when the change that caused it does, as it does in a web process:
    it is not seen before that transaction has ended, and goes with it where it is rolled back.
    """

    def get_sync_connector(self) -> BaseConnector:
        """Give the connector of synchronous code: that of Django, within its transaction."""
        return DjangoConnector()


def run_worker(
    *, concurrency: int = 1, grace: float = 10, wait: bool = True, queues: Sequence[str] | None = None
) -> None:
    """Work off the queue; what has been done leaves it.

    Args:
        concurrency: how many jobs at a time.
        grace: seconds that jobs at hand have to finish when it is asked to stop.
        wait: for more jobs, until it is asked to stop; else it ends when nothing is left.
        queues: which; None is all.
    """
    connector = WorkerConnector(kwargs=connector_params())
    with app.replace_connector(connector) as working:
        working.run_worker(
            concurrency=concurrency,
            wait=wait,
            queues=queues,
            shutdown_graceful_timeout=grace,
            delete_jobs="successful",
        )
