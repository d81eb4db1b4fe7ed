"""What an opportunity’s page shows beside its form: the running offer, the timeline, what Save will do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.desk.opportunities.forms import CLOSES, DECLINES, RecordForm
from kanal.desk.registrations import showing as registrations
from kanal.directory.models import Person
from kanal.distribution import deadlines
from kanal.distribution.deadlines import TimeLeft
from kanal.distribution.models import Offer, OfferStatus
from kanal.opportunities import access, words
from kanal.opportunities.lifecycle import CLOSED, Status
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry, Visibility
from kanal.web.components import File, TimelineItem

STEP = 20
ICONS: Mapping[str, str] = {
    "created": "plus",
    "imported": "download",
    "delivered": "send",
    "withdrawn": "arrow-back-up",
    "accepted": "check",
    "declined": "x",
    "expired": "clock",
    "shared": "users",
    "left": "x",
    "alone": "flag",
    "made": "plus",
    "changed": "pencil",
    "approved": "shield-check",
    "refused": "ban",
    "returned": "arrow-back-up",
    "won": "check",
    "lost": "x",
    "canceled": "x",
    "reopened": "refresh",
    "extended": "calendar",
    "taken_back": "arrow-back-up",
    "owner_changed": "user",
    "overridden": "alert-triangle",
    **{f"registration_{kind}": icon for kind, icon in registrations.ICONS.items()},
}
# What Save does where the status is set to this one.
HINTS: Mapping[Status, Any] = {
    Status.DELIVERED: gettext_lazy("Saving delivers it to %(partner)s and tells them at once."),
    Status.IN_PROGRESS: gettext_lazy(
        "Saving takes it back into your own hands; a waiting offer is withdrawn."
    ),
    Status.ACCEPTED: gettext_lazy(
        "Saving accepts the offer on the partner’s behalf; the partner manages it from then on."
    ),
    Status.APPROVED: gettext_lazy("Saving approves it; the partner that made it manages it."),
    Status.DECLINED: gettext_lazy(
        "Saving declines the offer on the partner’s behalf. It then needs a new partner."
    ),
    Status.ON_HOLD: gettext_lazy("Saving puts it on hold. Say why below."),
    Status.WON: gettext_lazy("Saving closes it as won, today, with the estimated revenue."),
    Status.LOST: gettext_lazy("Saving closes it as lost, today."),
    Status.CANCELED: gettext_lazy("Saving cancels it; a waiting offer is withdrawn."),
}
TAKES_BACK = gettext_lazy(
    "Saving takes it back: whoever works on it loses access at once and is told. Say why below."
)
REFUSES = gettext_lazy("Saving refuses it; the partner that made it is told why, and still reads it.")
SHOWS = {
    "": gettext_lazy("Everything"),
    "notes": gettext_lazy("Notes"),
    "events": gettext_lazy("Events"),
}


@dataclass(frozen=True)
class Draft:
    """A note that was refused: its text, whether it was to be shared, and why it was refused."""

    body: str = ""
    shared: bool = False
    error: str = ""


@dataclass(frozen=True)
class RunningOffer:
    """The offer that waits for an answer, and how long it still may."""

    offer: Offer
    left: TimeLeft

    @property
    def whole_days(self) -> int:
        """Give the working days that the partner had in all."""
        return max(1, round(self.left.whole / self.left.day))


def offer_of(opportunity: Opportunity) -> RunningOffer | None:
    """Give the offer that waits for an answer, if one does."""
    if opportunity.status != Status.DELIVERED:
        return None
    related = "partner__account", "seen_by", "delivered_by"
    offer = (
        Offer.objects.select_related(*related)
        .filter(opportunity=opportunity, status=OfferStatus.PENDING)
        .first()
    )
    return RunningOffer(offer, deadlines.left_of(offer)) if offer else None


def declined_by(opportunity: Opportunity) -> list[str]:
    """Name the partners that declined this opportunity before."""
    declined = Offer.objects.filter(opportunity=opportunity, status=OfferStatus.DECLINED)
    return sorted(set(declined.values_list("partner__account__name", flat=True)))


@dataclass(frozen=True)
class Hint:
    """What Save does with this status; `before` and `after` stand around the partner's name."""

    status: str
    before: str
    after: str = ""
    partner: bool = False


def hints(form: RecordForm, opportunity: Opportunity | None) -> list[Hint]:
    """Say for every status that the form offers, but the one that stands, what Save will do."""
    now = Status(opportunity.status) if opportunity else Status.IN_PROGRESS
    texts = {**HINTS, Status.ACCEPTED: _accepted_hint(now)}
    if now is Status.ACCEPTED:
        texts[Status.IN_PROGRESS] = TAKES_BACK
    if opportunity is not None and opportunity.waits_for_approval:
        texts[Status.CANCELED] = REFUSES
    return [_hint(Status(key), text) for key, text in texts.items() if key in form.statuses() and key != now]


def _accepted_hint(now: Status) -> Any:
    """Say what Save does with *Accepted*: it answers an offer, goes on with it, or shares it."""
    if now is Status.DELIVERED:
        return HINTS[Status.ACCEPTED]
    if now is Status.ON_HOLD or now in CLOSED:
        return gettext_lazy("Saving gives it back to the partners that manage it.")
    return gettext_lazy(
        "Saving shares it with the partners added under General, who manage it at once. Tick the box there."
    )


def _hint(status: Status, text: Any) -> Hint:
    before, mark, after = str(text).partition("%(partner)s")
    return Hint(status.value, before, after, bool(mark))


def fields_by_status(form: RecordForm, opportunity: Opportunity | None) -> dict[str, str]:
    """Say for which statuses the fields of reasons are shown: those on offer, but not the one that stands."""
    now = opportunity.status if opportunity else Status.IN_PROGRESS
    offered = form.statuses() - {now}
    words_for = offered - {Status.DELIVERED, Status.APPROVED, Status.ACCEPTED}
    if opportunity and not opportunity.is_open:
        words_for = offered
    return {
        "override": " ".join(sorted(offered & {Status.DELIVERED})),
        "decline": " ".join(sorted(offered & DECLINES)),
        "close": " ".join(sorted(offered & CLOSES)),
        "text": " ".join(sorted(words_for)),
    }


def timeline_of(
    request: HttpRequest, by: Person, opportunity: Opportunity, draft: Draft | None
) -> dict[str, Any]:
    """Give the timeline: the newest entries, how many are older, and what the composer says."""
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    asked = request.GET.get("entries", "")
    limit = min(int(asked), 2000) if asked.isdecimal() and len(asked) < 5 else STEP
    entries = TimelineEntry.objects.filter(access.timeline(by, opportunity, None))
    if show:
        entries = entries.filter(event="") if show == "notes" else entries.exclude(event="")
    count = entries.count()
    related = entries.select_related("author__partner__account", "company__account", "partner__account")
    items = [_item(entry) for entry in related.prefetch_related("attachments")[: max(limit, STEP)]]
    older = max(0, count - len(items))
    return {
        "entries": items,
        "older": older,
        "older_url": _again(request, show=show, entries=str(len(items) + STEP)),
        "shows": [(label, _again(request, show=key), key == show) for key, label in SHOWS.items()],
        "show": SHOWS[show],
        "may_note": bool(access.may(by, "note", opportunity)),
        "readers": _readers(opportunity),
        "draft": draft or Draft(),
    }


def _again(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name in ("entries", "show", "dialog"):
        query.pop(name, None)
    for name, value in changes.items():
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


def _item(entry: TimelineEntry) -> TimelineItem:
    shared = entry.visibility == Visibility.SHARED
    return TimelineItem(
        at=entry.at,
        sentence=_sentence(entry),
        body=entry.body,
        author=entry.author.name if entry.author else "",
        company=_company(entry),
        icon=ICONS.get(entry.event, "flag"),
        internal=not shared and not entry.event,
        audience=_audience(entry) if shared and not entry.event and entry.company is None else "",
        files=[
            File(file.name, reverse("desk:file", args=[file.pk]), filesizeformat(file.size))
            for file in entry.attachments.all()
        ],
    )


def _sentence(entry: TimelineEntry) -> str:
    """Say what happened; an answer that the vendor gave says for whom it was given."""
    if not entry.event:
        return ""
    sentence = words.sentence(entry)
    if entry.event in {"accepted", "declined"} and entry.author is not None and entry.author.is_vendor:
        return _("%(sentence)s (on the partner’s behalf)") % {"sentence": sentence}
    return sentence


def _company(entry: TimelineEntry) -> str:
    """Name the company that the author works for, where that is a partner."""
    company = entry.company or (entry.author.partner if entry.author else None)
    return company.name if company else ""


def _audience(entry: TimelineEntry) -> str:
    return entry.partner.name if entry.partner else _("every partner that takes part")


def _readers(opportunity: Opportunity) -> dict[str, str]:
    """Say who will read a note, by its visibility."""
    running = Participation.objects.filter(opportunity=opportunity, until__isnull=True).select_related(
        "partner__account"
    )
    names = sorted(part.partner.name for part in running)
    if not names:
        shared = _("No partner has it yet; whoever takes it on will see this")
    elif len(names) > 1:
        shared = _("%(partners)s see this") % {"partners": ", ".join(names)}
    else:
        shared = _("%(partner)s sees this") % {"partner": names[0]}
    return {"internal": _("Only %(vendor)s sees this") % {"vendor": settings.VENDOR_NAME}, "shared": shared}
