"""Loading the demo company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from kanal.config import clock
from kanal.demo.company import (
    aftermath,
    applicants,
    chapters,
    people,
    plan,
    play,
    policies,
    registering,
    visits,
)
from kanal.directory.models import Person
from kanal.directory.places import locate_waiting

Say = Callable[[str], object]


def load_company(progress: Say = print) -> bool:
    """Load Havn Systems with its partners and 250 opportunities; all of it, or nothing.

    Everything is relative to today, and the same at every load. It happened by the same actions as everything
    else in Kanal, so timeline, offers and history are true.

    Args:
        progress: is told how far it is, a line at a time.

    Returns:
        False where there are people already: then nothing is touched.
    """
    with transaction.atomic(), _no_way_back():
        if Person.objects.exists():
            return False
        now = clock.now()
        progress("Demo company: partners, people and customers")
        world = people.enter(now)
        stories = plan.stories(world)
        chapters.tell(world, stories)

        def count(done: int, of: int) -> None:
            if done % 500 == 0 or done == of:
                progress(f"Demo company: {done} of {of} events of the last ninety days")

        dealing = registering.Dealing(world, now)
        play.Stage(world, now).play(stories, dealing.acts(), count)
        progress("Demo company: notifications and mail")
        policies.enter(world, now)
        applicants.enter(world, now)
        visits.enter(world, now)
        locate_waiting()
        aftermath.settle(now)
    return True


@contextmanager
def _no_way_back() -> Iterator[None]:
    """Run a block without savepoints: it is all or nothing here, and they are half of all statements."""
    features = connection.features
    before = features.uses_savepoints
    features.uses_savepoints = False
    try:
        yield
    finally:
        features.uses_savepoints = before
