"""Which file comes with which note."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from kanal.demo.company import files
from kanal.demo.company.story import Story
from kanal.opportunities.actions import Upload

_INTERFACES = [
    ("System", "Direction", "Format", "How often"),
    ("Bank", "both", "ISO 20022", "daily"),
    ("Web shop", "in", "JSON", "every 5 minutes"),
    ("Scales at the gate", "in", "CSV", "by weighing"),
    ("Pay", "out", "CSV", "monthly"),
    ("Carrier", "both", "EDI", "hourly"),
]


def for_note(story: Story, body: str) -> list[Upload]:
    """Give the files of a note: what its text speaks of, and now and then a picture."""
    rng = Random(f"file {story.number} {body}")  # noqa: S311 - chance that repeats itself
    for word, make in _MAKERS.items():
        if word in body:
            return [make(story, rng)]
    return [_chart(story, rng)] if rng.random() < 0.05 else []


def _name(story: Story, word: str, suffix: str) -> str:
    return f"{word} {story.customer.name.replace('.', '').replace('&', 'og')}.{suffix}"


def _interfaces(story: Story, rng: Random) -> Upload:
    rows = [_INTERFACES[0], *rng.sample(_INTERFACES[1:], 3 + rng.randint(0, 2))]
    return files.upload(_name(story, "Interfaces", "csv"), files.table(rows))


def _minutes(story: Story, rng: Random) -> Upload:
    points = [
        f"Place: {story.customer.city}. With {story.contact.name}, {rng.randint(3, 6)} users, two of ours.",
        f"1. Numbers: {story.users} in the first step; {story.contact.name.split()[0]} confirms.",
        "2. Data: accounts, items and open entries come along; closed orders stay in the old system.",
        "3. Open: who may approve above the limit; printers at the second site.",
        f"4. Next meeting in {rng.randint(1, 3)} weeks, with the auditor.",
    ]
    return files.upload(
        _name(story, "Minutes", "pdf"),
        files.pdf(f"Minutes of the workshop with {story.customer.name}", points),
    )


def _plan(story: Story, rng: Random) -> Upload:
    weeks = rng.randint(2, 5)
    steps = [
        "Set-up and access",
        "Data, first run",
        "Training of key users",
        "Data, second run",
        "Go-live",
        "Follow-up",
    ]
    lines = [f"Week {1 + place * weeks // 2}: {step}" for place, step in enumerate(steps)]
    return files.upload(_name(story, "Plan", "pdf"), files.pdf(f"Plan for {story.customer.name}", lines))


def _answers(story: Story, _rng: Random) -> Upload:
    lines = [
        f"Security questionnaire, {story.customer.name}",
        "",
        "1 Where is data kept? In two data centres in Denmark.",
        "2 Who can read it? The customer's people by role; ours only on request, and it is on record.",
        "3 Is it encrypted? On the way and at rest.",
        "4 How is it backed up? Every hour, kept for 35 days, restored as a test every month.",
        "5 Who looks at alarms at night? A person on duty, within 30 minutes.",
    ]
    return files.upload(_name(story, "Security answers", "txt"), files.text(lines))


def _quote(story: Story, rng: Random) -> Upload:
    lines = [
        f"Licences for {story.users} in the first step, per year in advance",
        f"Set-up and migration, fixed price, {4 + story.users // 15 + rng.randint(0, 6)} days",
        "Training on site, by the day",
        f"Valid for {rng.choice((30, 45, 60))} days. Prices without VAT.",
    ]
    return files.upload(_name(story, "Quote", "pdf"), files.pdf(f"Quote for {story.customer.name}", lines))


def _chart(story: Story, rng: Random) -> Upload:
    return files.upload(
        _name(story, "Volume by month", "png"), files.png([rng.randint(20, 95) for _month in range(12)])
    )


_MAKERS: dict[str, Callable[[Story, Random], Upload]] = {
    "list of interfaces": _interfaces,
    "Minutes attached": _minutes,
    "plan attached": _plan,
    "uestionnaire": _answers,
    "Quote sent": _quote,
    "made a page": _chart,
}
