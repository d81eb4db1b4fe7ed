"""Giving an accepted opportunity back."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.distribution.actions.step import begin, end_part
from kanal.distribution.telling import Happening, announce_entry
from kanal.opportunities import timeline
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import Opportunity


class ReturnReason(models.TextChoices):
    """Why a partner gives an accepted opportunity back."""

    NO_INTEREST = "no_interest", gettext_lazy("No interest")
    NO_RESPONSE = "no_response", gettext_lazy("No response")
    TIMEFRAME = "timeframe", gettext_lazy("Purchase more than 12 months away")
    BOUGHT_FROM_COMPETITOR = "bought_from_competitor", gettext_lazy("Purchased from a competitor")
    BOUGHT_FROM_PARTNER = "bought_from_partner", gettext_lazy("Purchased from another partner")
    NO_FUNDING = "no_funding", gettext_lazy("No funding")
    BAD_CONTACT = "bad_contact", gettext_lazy("Bad contact information")


def return_(*, key: uuid.UUID, reason: str, by: Person, text: str = "") -> Opportunity:
    """Give an accepted opportunity back to the vendor, who is told.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to return, or not in this status.
        Invalid: the reason is none of the seven.
    """
    with acting(by):
        step = begin(key, Verb.RETURN, by=by)
        if reason not in ReturnReason.values or step.part is None:
            raise Invalid({"reason": _("Choose one of the reasons.")})
        partner = step.part.partner
        entry = timeline.record(
            step.opportunity,
            "returned",
            by=by,
            facts={"partner": partner.name, "reason": reason},
            body=text.strip(),
            partner=partner,
        )
        end_part(step.opportunity, partner)
        step.opportunity.partner = None
        step.move(Status.RETURNED)
        announce_entry(Happening.RETURNED, entry, partners=[partner], vendor=True)
    return step.opportunity
