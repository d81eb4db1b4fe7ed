"""What happens around people: colleagues who are invited, and a look at the portal through a partner's eyes."""

from __future__ import annotations

from datetime import datetime, timedelta

from kanal.config import clock
from kanal.demo.company.people import World
from kanal.directory import actions

# Partner, days ago, address, name, role, language.
_INVITED = (
    ("nordlys", 2, "laura.holm", "Laura Holm", "seller", "da"),
    ("nordlys", 11, "emil.bach", "Emil Bach", "seller", "da"),
    ("fjord", 1, "ida.krog", "", "manager", "en"),
)
_PAGES = ("/portal/", "/portal/opportunities/", "/portal/people/")


def enter(world: World, now: datetime) -> None:
    """Let partners invite colleagues who have not come yet, and the channel manager look at one portal."""
    for key, days, local, name, role, language in _INVITED:
        team = world.teams[key]
        values = {"email": f"{local}@{team.partner.account.domain}", "name": name, "language": language}
        with clock.frozen(now - timedelta(days=days, hours=3)):
            actions.invite(values=values, role=role, partner=team.partner, by=team.administrator)
    began = now - timedelta(days=3, hours=2)
    with clock.frozen(began):
        look = actions.begin_look(key=world.teams["nordlys"].sellers[0].pk, by=world.chris)
    for minute, path in enumerate(_PAGES, start=1):
        with clock.frozen(began + timedelta(minutes=minute)):
            actions.note_look(look=look, path=path)
    with clock.frozen(began + timedelta(minutes=6)):
        actions.end_look(key=look.pk, by=world.chris)
