"""The section *Partner pipeline* of the desk's page: the box *Partner collaboration*, and who collaborates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Invalid
from kanal.distribution.actions import sharing
from kanal.distribution.actions.sharing import Member
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Opportunity, Participation


@dataclass(frozen=True)
class Pipeline:
    """What the section asks for.

    Attributes:
        collaboration: the box.
        members: who shall take part, with their roles: those who join, and those who do already.
        leaving: who shall take part no longer.
    """

    collaboration: bool
    members: Sequence[Member] = ()
    leaving: Sequence[Partner] = ()


def follow(opportunity: Opportunity, pipeline: Pipeline, *, status: str, by: Person) -> Opportunity:
    """Do what the section asks for, and give the opportunity as it stands then.

    Args:
        opportunity: the record, as it stood.
        pipeline: what is asked for.
        status: the status that the same Save asks for.
        by: who.

    Raises:
        Missing, NotAllowed, Conflict, Invalid: as `arrange` and `unshare` do, or box, list and status disagree.
    """
    if not opportunity.collaboration:
        return _begin(opportunity, pipeline, status=status, by=by)
    if status == Status.IN_PROGRESS:  # it is taken back from all, whatever else the section says
        return opportunity
    if _differs(opportunity, pipeline):  # else a Save of other fields would ask whether it may be shared now
        sharing.arrange(key=opportunity.pk, members=pipeline.members, leaving=pipeline.leaving, by=by)
    if not pipeline.collaboration:
        sharing.unshare(key=opportunity.pk, by=by)
    return Opportunity.objects.select_related("partner__account").get(pk=opportunity.pk)


def _differs(opportunity: Opportunity, pipeline: Pipeline) -> bool:
    running = Participation.objects.filter(opportunity=opportunity, until__isnull=True)
    stands = dict(running.values_list("partner_id", "role"))
    wanted = {member.partner.pk: member.role for member in pipeline.members}
    return bool(pipeline.leaving) or any(stands.get(key) != role for key, role in wanted.items())


def _begin(opportunity: Opportunity, pipeline: Pipeline, *, status: str, by: Person) -> Opportunity:
    if not pipeline.collaboration:
        if pipeline.members:
            raise Invalid({"collaboration": _("Tick the box to share it with the partners added below.")})
        return opportunity
    if opportunity.status == Status.DELIVERED:
        raise Invalid(
            {
                "collaboration": _(
                    "%(partner)s has an offer of it. Withdraw the offer first, then share it with several."
                )
                % {"partner": opportunity.partner}
            }
        )
    if status != Status.ACCEPTED:
        raise Invalid(
            {"status": _("Set the status to “Accepted”: partners that collaborate manage it at once.")}
        )
    return sharing.share(
        key=opportunity.pk,
        partners=[member.partner for member in pipeline.members],
        roles={member.partner.pk: member.role for member in pipeline.members},
        by=by,
    )
