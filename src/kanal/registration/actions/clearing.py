"""What approving takes from others: offers of the same customer that wait for an answer."""

from __future__ import annotations

import uuid

from kanal.directory.acting import acting
from kanal.directory.refusal import Conflict, Missing, NotAllowed
from kanal.distribution import actions as distribution
from kanal.distribution import protection
from kanal.distribution.models import Offer, OfferStatus
from kanal.opportunities import timeline
from kanal.registration.clashes import Kind
from kanal.registration.models import Registration


def stop_offers(*, key: uuid.UUID) -> int:
    """Withdraw what is offered to others of a customer that has been protected; give how many offers ended.

    Each in its own transaction, in the name of whoever approved; what is answered meanwhile stays as it is.
    """
    registration = Registration.objects.select_related("protection", "decided_by").get(pk=key)
    if registration.protection is None or registration.decided_by is None or not registration.is_protected:
        return 0
    by = registration.decided_by
    named = [one["key"] for one in registration.findings if one["kind"] == Kind.OPPORTUNITY and one["same"]]
    offers = Offer.objects.filter(opportunity__in=named, status=OfferStatus.PENDING).exclude(
        partner=registration.partner_id
    )
    count = 0
    for offer in offers.select_related("opportunity__account", "partner__account"):
        if protection.against(offer.opportunity, offer.partner):
            try:
                with acting(by):
                    # The other partner reads no reason: any would tell that somebody has the customer.
                    distribution.withdraw(key=offer.opportunity_id, by=by)
                    timeline.record(
                        offer.opportunity,
                        "withdrawn_for_protection",
                        by=by,
                        facts={"partner": offer.partner.name, "reference": registration.reference},
                        shared=False,
                    )
            except (Conflict, Missing, NotAllowed):
                continue
            count += 1
    return count
