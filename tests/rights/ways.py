"""The three ways of trying a cell: by the action, by a request made by hand, and by what the page offers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from kanal.directory.models import Contact
from kanal.directory.refusal import Conflict, Missing, NotAllowed
from kanal.distribution import actions
from kanal.opportunities import access, lifecycle
from kanal.opportunities.actions import NewContact, Values, add_note, edit
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests.rights.table import HIDDEN, NO, YES
from tests.rights.world import Scene

LATER = date(2027, 4, 30)
_FORBIDDEN, _GONE = {403, 409}, 404


# ── By the action ────────────────────────────────────────────────────────────────────────────────
def _edit(scene: Scene) -> object:
    now = scene.now()
    values = Values(topic="Edited", currency=now.currency, account=now.account, owner=now.owner)
    return edit(key=now.pk, version=now.version, values=values, by=scene.asker)


def _update(scene: Scene) -> object:
    changes = {"next_step": "Call the controller"}
    now = scene.now()
    return actions.update(key=now.pk, version=now.version, changes=changes, by=scene.asker)


ACTS: dict[str, Callable[[Scene, dict[str, Any]], object]] = {
    "note": lambda scene, who: add_note(body="A word", shared=True, **who),
    "edit": lambda scene, who: _edit(scene),
    "update": lambda scene, who: _update(scene),
    "accept": lambda scene, who: actions.accept(**who),
    "decline": lambda scene, who: actions.decline(reason="no_capacity", **who),
    "ask": lambda scene, who: actions.ask(body="Which modules?", **who),
    "deliver": lambda scene, who: actions.deliver(partner=scene.cast.fjord, **who),
    "withdraw": lambda scene, who: actions.withdraw(**who),
    "share": lambda scene, who: actions.share(partners=[scene.cast.nordlys, scene.cast.fjord], **who),
    "take_back": lambda scene, who: actions.take_back(reason="No progress", **who),
    "approve": lambda scene, who: actions.approve(**who),
    "refuse": lambda scene, who: actions.refuse(reason="duplicate", **who),
    "hold": lambda scene, who: actions.hold(reason="Budget", **who),
    "resume": lambda scene, who: actions.resume(**who),
    "move_stage": lambda scene, who: actions.move_stage(stage="contacting", **who),
    "extend": lambda scene, who: actions.extend(until=LATER, reason="Budget", **who),
    "return": lambda scene, who: actions.return_(reason="no_funding", **who),
    "win": lambda scene, who: actions.win(reason="best_fit", **who),
    "lose": lambda scene, who: actions.lose(reason="price", **who),
    "cancel": lambda scene, who: actions.cancel(reason="no_budget", **who),
    "reopen": lambda scene, who: actions.reopen(reason="Again", **who),
    "assign": lambda scene, who: actions.assign(to=_another(scene), **who),
    "add_contact": lambda scene, who: actions.add_contact(contact=NewContact("Per Lind"), **who),
}


def _another(scene: Scene) -> Any:
    """Give a person of Nordlys IT who is not assigned to it now."""
    part = Participation.objects.filter(opportunity=scene.opportunity, partner=scene.cast.nordlys).last()
    people = (scene.cast.anna, scene.cast.mads)
    return next(person.pk for person in people if part is None or person.pk != part.assignee_id)


def by_action(scene: Scene, verb: str) -> str:
    """Try a verb by its action, and leave everything as it was."""
    if verb == "see":
        return YES if access.visible(scene.asker).filter(pk=scene.opportunity.pk).exists() else HIDDEN
    with transaction.atomic():
        try:
            with transaction.atomic():
                ACTS[verb](scene, {"key": scene.opportunity.pk, "by": scene.asker})
                outcome = YES
        except Missing:
            outcome = HIDDEN
        except (NotAllowed, Conflict):
            outcome = NO
        transaction.set_rollback(True)
    return outcome


# ── By a request made by hand ────────────────────────────────────────────────────────────────────
# The portal's dialogs: the last part of the address, and what is sent.
WORK: dict[str, tuple[str, Callable[[Scene], dict[str, Any]]]] = {
    "move_stage": ("other-stage", lambda scene: {"stage": "contacting", "seen": scene.now().stage}),
    "update": ("next-step", lambda scene: {"version": scene.now().version, "next_step": "Call them"}),
    "add_contact": ("contact", lambda scene: {"name": "Per Lind"}),
    "assign": ("assign", lambda scene: {"to": _another(scene)}),
    "extend": ("extend", lambda scene: {"until": LATER, "reason": "Budget"}),
    "hold": ("hold", lambda scene: {"reason": "Budget"}),
    "resume": ("resume", lambda scene: {}),
    "win": ("win", lambda scene: {"revenue": "10", "on": date.today(), "reason": "best_fit"}),
    "lose": ("lose", lambda scene: {"on": date.today(), "reason": "price"}),
    "return": ("return", lambda scene: {"reason": "no_funding"}),
    "cancel": ("cancel", lambda scene: {"reason": "no_budget"}),
}
_PORTAL = {
    "note": lambda scene: {"body": "A word"},
    "accept": lambda scene: {},
    "decline": lambda scene: {"reason": "no_capacity"},
    "ask": lambda scene: {"body": "Which modules?"},
}
# The desk's dialogs, and what the field Status leads to.
DIALOGS: dict[str, dict[str, Any]] = {
    "withdraw": {},
    "take_back": {"reason": "No progress"},
    "refuse": {"reason": "duplicate"},
    "hold": {"reason": "Budget"},
    "resume": {},
    "extend": {"until": LATER, "reason": "Budget"},
    "win": {"reason": "best_fit"},
    "lose": {"reason": "price"},
    "cancel": {"reason": "no_budget"},
    "reopen": {"reason": "Again"},
}
STATUS = {"deliver": "delivered", "accept": "accepted", "decline": "declined", "approve": "approved"}


def snapshot() -> list[Any]:
    """Give what a verb could change."""
    return [
        list(Opportunity.objects.order_by("pk").values()),
        list(Participation.objects.order_by("pk").values()),
        TimelineEntry.objects.count(),
        Contact.objects.count(),
    ]


def _portal_request(scene: Scene, verb: str) -> tuple[str, dict[str, Any]]:
    key = scene.opportunity.pk
    if verb in WORK:
        slug, data = WORK[verb]
        sent = {f"{slug}-{name}": str(value) for name, value in data(scene).items()}
        return reverse("portal:work", args=[key, slug]), sent
    return reverse(f"portal:{verb}", args=[key]), _PORTAL[verb](scene)


def portal_has(verb: str) -> bool:
    """Tell whether the portal has an address for a verb at all."""
    return verb in WORK or verb in _PORTAL


def desk_has(verb: str) -> bool:
    """Tell whether the desk has an address for a verb at all."""
    return verb in DIALOGS or verb in STATUS or verb in {"note", "edit", "move_stage", "share"}


def _desk_request(scene: Scene, verb: str) -> tuple[str, dict[str, Any]]:
    key = scene.opportunity.pk
    page = reverse("desk:opportunity", args=[key])
    if verb in DIALOGS:
        sent = {f"{verb}-{name}": str(value) for name, value in DIALOGS[verb].items()}
        return reverse("desk:opportunity_verb", args=[key, verb]), sent
    if verb == "note":
        return reverse("desk:opportunity_note", args=[key]), {"body": "A word", "visibility": "shared"}
    if verb == "move_stage":
        return reverse("desk:opportunity_stage", args=[key]), {"stage": "contacting"}
    return page, _page_form(scene, verb)


def _page_form(scene: Scene, verb: str) -> dict[str, Any]:
    """Give what the page's one form sends where the field Status, or a text, was changed."""
    from tests.desk.test_opportunity import form_of, signed_in

    data: dict[str, Any] = form_of(
        signed_in(scene.cast.ada), reverse("desk:opportunity", args=[scene.opportunity.pk])
    )
    if verb == "edit":
        return data | {"topic": "Edited"}
    if verb == "share":
        return data | share_of(scene)
    # To name another partner while one has the offer is to withdraw it first; here it is delivered again to the same.
    again = scene.now().status == "delivered"
    partner = {"partner": str(scene.cast.fjord.pk)} if verb == "deliver" and not again else {}
    return data | partner | {"status": STATUS[verb], "decline_reason": "no_capacity"}


def share_of(scene: Scene) -> dict[str, Any]:
    """Give what the tab General sends where the box Partner collaboration is ticked and partners are added."""
    rows = [(scene.cast.nordlys, "lead"), (scene.cast.fjord, "support")]
    sent: dict[str, Any] = {
        "collaboration": "on",
        "status": "accepted",
        "members-TOTAL_FORMS": str(len(rows)),
        "members-INITIAL_FORMS": "0",
    }
    for number, (partner, role) in enumerate(rows):
        sent |= {f"members-{number}-partner": str(partner.pk), f"members-{number}-role": role}
    return sent


def by_request(scene: Scene, verb: str) -> str:
    """Try a verb by a request that no page need offer, and leave everything as it was."""
    client = Client()
    client.force_login(scene.asker)
    if verb == "see":
        face = "portal" if scene.asker.partner_id else "desk"
        answer = client.get(reverse(f"{face}:opportunity", args=[scene.opportunity.pk]))
        return {200: YES, 404: HIDDEN}[answer.status_code]
    portal = scene.asker.partner_id is not None
    mine = portal_has(verb) if portal else desk_has(verb)
    if not portal and _means_something_else(scene, verb):
        return NO
    # What this face has no address for is tried at the other one, which is closed to these people.
    url, data = (_portal_request if portal == mine else _desk_request)(scene, verb)
    with transaction.atomic():
        before = snapshot()
        answer = client.post(url, data)
        changed = snapshot() != before
        transaction.set_rollback(True)
    return _outcome(answer, changed=changed, verb=verb)


def _means_something_else(scene: Scene, verb: str) -> bool:
    """Tell whether the status that a verb leads to is reached by another one now, as *Accepted* by resuming."""
    now = scene.now()
    facts = {"made_by_partner": now.made_by_a_partner, "collaboration": now.collaboration}
    leads = lifecycle.verb_to(now.status, STATUS[verb], **facts) if verb in STATUS else None
    return leads is not None and leads != verb


def _outcome(answer: Any, *, changed: bool, verb: str) -> str:
    if changed:
        assert answer.status_code == 302, f"{verb}: changed with {answer.status_code}"
        return YES
    if answer.status_code == _GONE:
        return HIDDEN
    # The desk's page shows a refusal of the status at its field.
    assert answer.status_code in _FORBIDDEN | {302, 422}, f"{verb}: {answer.status_code}"
    return NO


def closed(scene: Scene, verb: str) -> str:
    """Say how a verb ends for which the asker's face has no address; nothing where it has one."""
    if verb == "see":
        return ""
    return "" if (portal_has if scene.asker.partner_id else desk_has)(verb) else NO


# ── On the page ──────────────────────────────────────────────────────────────────────────────────
def on_the_page(scene: Scene, verbs: set[str]) -> set[str]:
    """Give those verbs that the page of the opportunity offers; `see` where it opens."""
    client = Client()
    client.force_login(scene.asker)
    portal = scene.asker.partner_id is not None
    answer = client.get(
        reverse("portal:opportunity" if portal else "desk:opportunity", args=[scene.opportunity.pk])
    )
    if answer.status_code == _GONE:
        return set()
    html = answer.content.decode()
    offers = _portal_offers if portal else _desk_offers
    return {"see"} | {verb for verb in verbs - {"see"} if offers(scene, verb, html, answer)}


def _portal_offers(scene: Scene, verb: str, html: str, answer: Any) -> bool:
    return portal_has(verb) and f'action="{_portal_request(scene, verb)[0]}' in html


def _desk_offers(scene: Scene, verb: str, html: str, answer: Any) -> bool:
    if verb in STATUS or verb == "share":
        return _offers_status(verb, answer)
    if verb == "edit":
        return bool(answer.context["editable"])
    return desk_has(verb) and f'action="{_desk_request(scene, verb)[0].split("?")[0]}' in html


def _offers_status(verb: str, answer: Any) -> bool:
    """Tell whether the field Status leads to a verb; sharing is offered where partners can be added."""
    if not answer.context["editable"]:
        return False
    if verb == "share":
        return 'aria-label="Add a partner"' in answer.content.decode()
    now, offered = answer.context["opportunity"], answer.context["form"].statuses()
    return STATUS[verb] in offered - {now.status} and (verb != "accept" or now.status == "delivered")
