"""Being away: what somebody is to decide goes to their deputy meanwhile."""

from __future__ import annotations

import uuid
from datetime import date

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid, NotAllowed
from kanal.registration import access
from kanal.registration.actions.deciding import hand_over
from kanal.registration.lifecycle import TO_DECIDE
from kanal.registration.models import Absence, ApprovalStep


def be_away(*, deputy: uuid.UUID, until: date, by: Person) -> int:
    """Note that somebody is away; what they are to decide now and until then is their deputy's. Gives how many moved.

    What the deputy can't decide, as it owns the opportunity, stays.

    Raises:
        NotAllowed: the person decides on nothing.
        Invalid: the day has passed, or the deputy can't decide or is away too.
    """
    with acting(by):
        if not access.may_decide(by):
            raise NotAllowed(_("Administrators and channel managers decide on deal registration requests."))
        if until < clock.today():
            raise Invalid({"until": _("This day has passed. Choose one that is still to come.")})
        # Two who go away at the same moment and name each other come one after another.
        pair = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[by.pk, deputy])
        list(pair.order_by("pk").values_list("pk"))
        person = access.deciders().filter(pk=deputy).exclude(pk=by.pk).first()
        if person is None:
            raise Invalid({"deputy": _("Choose somebody else who decides on requests.")})
        if Absence.objects.filter(person=person, until__gte=clock.today()).exists():
            raise Invalid({"deputy": _("%(who)s is away too. Choose somebody else.") % {"who": person}})
        Absence.objects.update_or_create(person=by, defaults={"deputy": person, "until": until})
        mine = ApprovalStep.objects.filter(
            person=by, approved_at__isnull=True, registration__status__in=sorted(TO_DECIDE)
        )
        keys = list(mine.values_list("registration_id", flat=True))
    return sum(_handed(key, person, by) for key in keys)


def _handed(key: uuid.UUID, person: Person, by: Person) -> bool:
    try:
        hand_over(key=key, to=person.pk, by=by)
    except (Conflict, Invalid):
        return False
    return True


def be_back(*, by: Person) -> None:
    """Note that somebody is back: what comes from now on is asked of them again."""
    with acting(by):
        Absence.objects.filter(person=by).delete()
