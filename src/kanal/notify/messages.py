"""The words of what people are told: one entry a kind, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.utils import dateformat, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext, pgettext

from kanal.notify.models import Notification

Text = str | Promise

# Choices that facts hold by their key, such as the reason of a decline; apps add theirs when they are loaded.
CHOICES: dict[str, Text] = {}


@dataclass(frozen=True)
class Words:
    """What one kind of message says.

    Attributes:
        subject: what happened; the mail's subject and the line in the list.
        sentence: what it means for the reader.
        button: what the link is called.
        at_once: what only the mail adds, as it is true only when it leaves.
    """

    subject: Text
    sentence: Text
    button: Text
    at_once: Text = ""


_BULK = _("What was skipped or failed, and why, stands beside each.")
MESSAGES: dict[str, Words] = {
    "offer_delivered": Words(
        _("%(vendor)s offers you %(topic)s"),
        _("Answer by %(deadline)s, else it goes to another partner."),
        _("Read and answer"),
        "%(left)s.",
    ),
    "offer_reminder": Words(
        _("Still without an answer: %(topic)s"),
        _("Answer by %(deadline)s, else it goes to another partner."),
        _("Read and answer"),
        "%(left)s.",
    ),
    "offer_asked": Words(
        _("%(who)s asks about %(topic)s"),
        _("The time to answer stands still until you answer with a shared note."),
        _("Read and answer"),
    ),
    "offer_answered": Words(
        _("%(vendor)s answered your question: %(topic)s"),
        _("The time to answer goes on from now."),
        _("Read and answer"),
    ),
    "offers_delivered": Words(
        _("%(vendor)s offers you %(number)s opportunities"),
        _("Answer by %(deadline)s, else they go to other partners."),
        _("Read and answer"),
    ),
    "assignment_delivered": Words(
        _("Delivering is done: %(done)s opportunities"),
        _("What was skipped, and why, stands beside each."),
        _("See what came of it"),
    ),
    "offer_withdrawn": Words(
        _("%(vendor)s took back its offer: %(topic)s"),
        _("There is nothing left to answer."),
        _("See your opportunities"),
    ),
    "offer_accepted": Words(
        _("%(partner)s accepted %(topic)s"),
        _("%(who)s answered. %(partner)s manages it from now on."),
        _("Open the opportunity"),
    ),
    "offer_declined": Words(
        _("%(partner)s declined %(topic)s"),
        _("%(who)s answered. It needs another partner."),
        _("Choose another partner"),
    ),
    "offer_expired": Words(
        _("The time to answer has ended: %(topic)s"),
        _("The offer has left your list; it goes to another partner."),
        _("See your opportunities"),
    ),
    "opportunity_shared": Words(
        _("You work together on %(topic)s"),
        _(
            "%(vendor)s shared it with %(partners)s. You manage it at once; notes reach everybody who takes part."
        ),
        _("Open the opportunity"),
    ),
    "collaboration_left": Words(
        _("%(partner)s no longer takes part in %(topic)s"),
        _("%(who)s took %(partner)s off the collaboration."),
        _("See your opportunities"),
    ),
    "collaboration_ended": Words(
        _("You manage %(topic)s alone"),
        _(
            "The partner collaboration has ended. Closing it, moving its date and returning it are yours again."
        ),
        _("Open the opportunity"),
    ),
    "opportunity_taken_back": Words(
        _("%(vendor)s took back %(topic)s"),
        _("It has left your list. Thank you for the work so far."),
        _("See your opportunities"),
    ),
    "opportunity_approved": Words(
        _("%(vendor)s approved %(topic)s"),
        _("You manage the opportunity that you made."),
        _("Open the opportunity"),
    ),
    "opportunity_refused": Words(
        _("%(vendor)s refused %(topic)s"),
        _("The opportunity that you made is closed. %(who)s decided."),
        _("Read why"),
    ),
    "opportunity_assigned": Words(
        _("%(topic)s is yours"),
        _("%(who)s assigned it to you."),
        _("Open the opportunity"),
    ),
    "work_handed_over": Words(
        _("The work of %(from)s is yours, open opportunities: %(number)s"),
        _("%(who)s closed the access of %(from)s and handed it over to you."),
        _("See your opportunities"),
    ),
    "work_handed_back": Words(
        _("%(from)s has left, open opportunities without anybody: %(number)s"),
        _("%(who)s closed their access. Hand each to a colleague."),
        _("See your opportunities"),
    ),
    "opportunity_shared_with": Words(
        _("You see %(topic)s from now on"),
        _("%(who)s shared it with you."),
        _("Open the opportunity"),
    ),
    "opportunity_unassigned": Words(
        _("%(topic)s needs you: no partner was found"),
        _("Preferred partner assignment found nobody: %(why)s. It waits in the view To distribute."),
        _("Choose a partner"),
    ),
    "opportunity_made": Words(
        _("%(partner)s made an opportunity: %(topic)s"),
        _("%(who)s entered it on the portal. It waits for your approval."),
        _("Approve or refuse"),
    ),
    "opportunity_returned": Words(
        _("%(partner)s returned %(topic)s"),
        _("%(who)s gave it back. It has left your list."),
        _("See your opportunities"),
    ),
    "opportunity_won": Words(_("Won: %(topic)s"), _("%(who)s closed it as won."), _("Open the opportunity")),
    "opportunity_lost": Words(
        _("Lost: %(topic)s"), _("%(who)s closed it as lost."), _("Open the opportunity")
    ),
    "opportunity_canceled": Words(
        _("Canceled: %(topic)s"), _("%(who)s closed it."), _("Open the opportunity")
    ),
    "opportunity_extended": Words(
        _("More time for %(topic)s"),
        _("%(who)s moved the expected close from %(old)s to %(new)s."),
        _("Open the opportunity"),
    ),
    "bulk_deliver": Words(_("Delivering is done: %(done)s of %(total)s"), _BULK, _("See what came of it")),
    "bulk_share": Words(_("Sharing is done: %(done)s of %(total)s"), _BULK, _("See what came of it")),
    "bulk_change_owner": Words(
        _("Changing the owner is done: %(done)s of %(total)s"), _BULK, _("See what came of it")
    ),
    "bulk_hand_over": Words(
        _("The hand-over is done: %(done)s of %(total)s"), _BULK, _("See what came of it")
    ),
    "profile_change_asked": Words(
        _("%(partner)s wants %(about)s off its profile"),
        _(
            "%(who)s asks for it: they declined %(declined)s of %(answered)s. Nothing changes before you decide."
        ),
        _("Approve or reject"),
    ),
    "profile_change_approved": Words(
        _("%(about)s is off your profile"),
        _("%(who)s approved it. Assignment no longer counts it as yours."),
        _("Open your company’s page"),
    ),
    "profile_change_rejected": Words(
        _("%(about)s stays on your profile"),
        _("%(who)s decided so, and wrote why."),
        _("Open your company’s page"),
    ),
    "application_received": Words(
        _("%(company)s wants to become a partner"),
        _("%(who)s applied and confirmed it. The application waits for you."),
        _("Read the application"),
    ),
    "application_answered": Words(
        _("%(company)s answered your question"),
        _("%(who)s answered what you asked about the application."),
        _("Read the answer"),
    ),
    "registration_submitted": Words(
        _("%(partner)s asks to register a deal: %(customer)s"),
        _("It waits for your decision by %(deadline)s."),
        _("Review the request"),
    ),
    "registration_lined_up": Words(
        _("Your request for %(customer)s waits in line"),
        _("The customer is protected for now. You are told when it is your turn."),
        _("See the request"),
    ),
    "registration_asked": Words(
        _("%(vendor)s has a question about your registration of %(customer)s"),
        _("Answer by %(deadline)s; until then the vendor’s time to decide stands still."),
        _("Read and answer"),
    ),
    "registration_answered": Words(
        _("%(partner)s answered your question about %(customer)s"),
        _("The time to decide goes on; it ends %(deadline)s."),
        _("Read the answer"),
    ),
    "registration_next_step": Words(
        _("Your word is wanted: %(partner)s registers %(customer)s"),
        _("%(who)s has approved it. The second approval is yours, by %(deadline)s."),
        _("Review the request"),
    ),
    "registration_approved": Words(
        _("%(customer)s is protected for you"),
        _("No other partner gets this customer for %(family)s until %(deadline)s."),
        _("See the registration"),
    ),
    "registration_rejected": Words(
        _("Your registration of %(customer)s was rejected"),
        _("%(who)s decided so, and wrote why."),
        _("Read why"),
    ),
    "registration_duplicate": Words(
        _("Your registration of %(customer)s was closed as a duplicate"),
        _("Somebody asked for this customer before."),
        _("See the request"),
    ),
    "registration_withdrawn": Words(
        _("%(partner)s withdrew its registration of %(customer)s"),
        _("The customer is free."),
        _("See the request"),
    ),
    "registration_ends_soon": Words(
        _("The protection of %(customer)s ends in %(days)s days"),
        _("It ends %(deadline)s. Ask for more time, if the work with the customer goes on."),
        _("See the registration"),
    ),
    "registration_idle": Words(
        _("Nothing has happened with %(customer)s for a while"),
        _("Without any activity the protection ends %(deadline)s. A note, a stage or a next step keeps it."),
        _("Open the registration"),
    ),
    "registration_ended": Words(
        _("The protection of %(customer)s has ended"),
        _("The customer is free for others from now on."),
        _("See the registration"),
    ),
    "registration_revoked": Words(
        _("%(vendor)s took back the protection of %(customer)s"),
        _("%(who)s decided so, and wrote why."),
        _("Read why"),
    ),
    "registration_promoted": Words(
        _("It is your turn: %(customer)s"),
        _("What protected the customer has ended. Your request is in review."),
        _("See the request"),
    ),
    "registration_hurry": Words(
        _("Decide soon: %(partner)s registers %(customer)s"),
        _("The time that you promised ends %(deadline)s."),
        _("Review the request"),
    ),
    "registration_overdue": Words(
        _("Overdue: %(partner)s registers %(customer)s"),
        _("The promised time has passed. %(person)s is asked now."),
        _("Review the request"),
    ),
    "registration_handed_over": Words(
        _("You decide on the registration of %(customer)s"),
        _("%(who)s handed the decision over to you. It is promised by %(deadline)s."),
        _("Review the request"),
    ),
    "extension_asked": Words(
        _("%(partner)s asks for %(days)s more days for %(customer)s"),
        _("It wrote what has happened with the customer."),
        _("Grant or refuse"),
    ),
    "extension_decided": Words(
        _("Your request for more time for %(customer)s is decided"),
        _("The protection ends %(deadline)s."),
        _("See the registration"),
    ),
    "protection_overridden": Words(
        _("%(vendor)s gave %(customer)s to another partner in spite of your protection"),
        _("%(who)s decided so, and wrote why."),
        _("Read why"),
    ),
    "registration_chain_broken": Words(
        _("The proof of deal registrations is broken"),
        _("A link was changed or taken away: %(what)s"),
        _("See the registrations"),
    ),
    "registration_fishing": Words(
        _("%(partner)s checked as many customers as a day allows"),
        _("%(who)s asked last. Every question is kept in the log."),
        _("Open the partner"),
    ),
}
# What the vendor's people read where it differs from what a partner's read.
TO_VENDOR: dict[str, Words] = {
    "registration_promoted": Words(
        _("Next in line: %(partner)s registers %(customer)s"),
        _("What protected the customer has ended. Decide by %(deadline)s."),
        _("Review the request"),
    ),
    "registration_ended": Words(
        _("The protection of %(customer)s for %(partner)s has ended"),
        _("The customer is free."),
        _("See the registration"),
    ),
    "opportunity_returned": Words(
        _("%(partner)s returned %(topic)s"),
        _("%(who)s gave it back. It needs another partner."),
        _("Choose another partner"),
    ),
    "offer_expired": Words(
        _("%(partner)s did not answer in time: %(topic)s"),
        _("The offer ended %(deadline)s. It needs another partner."),
        _("Choose another partner"),
    ),
}
_UNKNOWN = Words("%(topic)s", "", _("Open the opportunity"))


@dataclass(frozen=True)
class Told:
    """A notification in words.

    Attributes:
        subject: what happened, on one line.
        sentence: what it means for the reader.
        at_once: what only the mail adds.
        button: what the link is called.
        reason: the reason that somebody chose, in words.
        quote: what somebody wrote, and `who` it was.
        amount: the value of what it is about, with `currency`.
        place: the customer with its town.
        reference: the code of what it is about.
    """

    subject: str
    sentence: str
    at_once: str
    button: str
    reason: str
    quote: str
    who: str
    amount: Decimal | None
    currency: str
    place: str
    reference: str


class _Facts(dict[str, str]):
    """Facts of a sentence; one that is missing is a dash, so that an old notification can still be read."""

    def __missing__(self, key: str) -> str:
        return "–"


def tell_in_words(notification: Notification) -> Told:
    """Put a notification into words, in the language and time zone that are active."""
    facts: Mapping[str, str] = notification.facts
    found = MESSAGES.get(notification.kind, _UNKNOWN)
    if notification.person.is_vendor:
        found = TO_VENDOR.get(notification.kind, found)
    known = _Facts({name: value for name, value in facts.items() if value})
    known.update(vendor=settings.VENDOR_NAME, deadline=_moment(facts.get("deadline", "")), left=_left(facts))
    known.update({name: _day(facts[name]) for name in ("old", "new") if facts.get(name)})
    reason = facts.get("reason", "")
    return Told(
        subject=" ".join((str(found.subject) % known).split()),
        sentence=str(found.sentence) % known,
        at_once=str(found.at_once) % known if known["left"] else "",
        button=str(found.button),
        reason=str(CHOICES.get(reason, reason)),
        quote=facts.get("text", ""),
        who=facts.get("who", ""),
        amount=_amount(facts.get("amount", "")),
        currency=facts.get("currency", ""),
        place=", ".join(part for part in (facts.get("customer", ""), facts.get("city", "")) if part),
        reference=facts.get("reference", ""),
    )


def _moment(iso: str) -> str:
    """Give a moment with its day in words, in the reader's zone: “Thursday 26 November 16:00”."""
    if not iso:
        return "–"
    local = timezone.localtime(datetime.fromisoformat(iso))
    # Translators: a moment in Django's date format, as in "Thursday 26 November 16:00".
    return dateformat.format(local, pgettext("date format", "l j F H:i"))


def _day(text: str) -> str:
    """Give a date of a fact as the reader writes dates; anything else as it stands."""
    try:
        # Translators: a day in Django's date format, as in "2 Dec 2026".
        return dateformat.format(date.fromisoformat(text), pgettext("date format", "j M Y"))
    except ValueError:
        return text


def _left(facts: Mapping[str, str]) -> str:
    """Say how much working time was left when the message was written; nothing where it is not known."""
    minutes = int(facts.get("minutes_left") or 0)
    if minutes >= 60:
        hours = minutes // 60
        return npgettext("mail", "%(n)d working hour left", "%(n)d working hours left", hours) % {"n": hours}
    if minutes > 0:
        return npgettext("mail", "%(n)d working minute left", "%(n)d working minutes left", minutes) % {
            "n": minutes
        }
    return ""


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
