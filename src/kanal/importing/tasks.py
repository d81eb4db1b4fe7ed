"""What the worker does for importing: ids in, one action."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from kanal.directory.refusal import Refusal


@app.task(queue="import")
def carry_out(*, run_id: str) -> None:
    """Carry a queued import out; why one was refused stands in its record: the job has not failed."""
    from kanal.importing.actions import carry_out_upload

    try:
        carry_out_upload(key=uuid.UUID(run_id))
    except Refusal:
        return
