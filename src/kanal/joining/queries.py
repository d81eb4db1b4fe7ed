"""What the pages read of applications."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from kanal.directory.access import visible_accounts
from kanal.directory.models import Partner, Person
from kanal.directory.nearness import Near, nearest
from kanal.directory.refusal import Missing
from kanal.joining import access, links
from kanal.joining.lifecycle import OPEN, Status
from kanal.joining.models import Application, Entry, Happening

# A counter in the navigation needs to know no more than this.
COUNT_AT_MOST = 100
# What an application looks like is shown from a lower score on than a warning would be: somebody decides here.
_LEAST, _NEAR, _EARLIER = 55, 6, 6
VIEWS: dict[str, frozenset[Status]] = {
    "": OPEN,
    "approved": frozenset({Status.APPROVED}),
    "rejected": frozenset({Status.REJECTED}),
    "withdrawn": frozenset({Status.WITHDRAWN}),
}


@dataclass(frozen=True)
class NearCompany:
    """An existing company that is near to an applicant: its likeness, and its partner profile if it has one."""

    near: Near
    partner: Partner | None


def queue(person: Person, view: str = "", text: str = "") -> QuerySet[Application]:
    """Give the applications of a view: the open ones oldest first, decided ones newest first."""
    rows = access.visible(person).filter(status__in=VIEWS.get(view, OPEN))
    for word in text.split()[:6]:
        rows = rows.filter(
            Q(company__icontains=word)
            | Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(domain__icontains=word)
        )
    order = ["confirmed_at", "pk"] if view not in VIEWS or view == "" else ["-decided_at", "-pk"]
    return rows.select_related("reviewer", "decided_by").prefetch_related("territories").order_by(*order)


def counts(person: Person) -> dict[str, int]:
    """Count the applications of each view."""
    by_status = dict(
        access.visible(person)
        .order_by()
        .values("status")
        .annotate(number=Count("pk"))
        .values_list("status", "number")
    )
    return {view: sum(by_status.get(status, 0) for status in found) for view, found in VIEWS.items()}


def waiting_count(person: Person) -> int:
    """Count the applications that wait for somebody at the vendor; none for those who do not decide."""
    if not access.may_decide(person):
        return 0
    waiting = Application.objects.filter(status__in=[Status.WAITING, Status.IN_REVIEW]).order_by()
    return waiting[:COUNT_AT_MOST].count()


def application(person: Person, key: uuid.UUID) -> Application:
    """Give one application.

    Raises:
        Missing: it does not exist for this person.
    """
    found = (
        access.visible(person)
        .filter(pk=key)
        .select_related("reviewer", "decided_by", "partner__account")
        .first()
    )
    if found is None:
        raise Missing
    return found


def entries(found: Application) -> list[Entry]:
    """Give all that happened to an application, the newest first."""
    return list(found.entries.select_related("by").order_by("-at", "-pk"))


def near(person: Person, found: Application) -> list[NearCompany]:
    """Give the existing companies that are nearest to an applicant's, partners among them."""
    accounts = nearest(
        visible_accounts(person).current(),
        name=found.company,
        domain=found.domain,
        number=found.registration_number,
        least=_LEAST,
        limit=_NEAR,
        but=found.partner.account_id if found.partner else None,  # not what it became itself
    )
    partners = Partner.objects.select_related("account").in_bulk(
        [one.account.pk for one in accounts], field_name="account_id"
    )
    return [NearCompany(one, partners.get(one.account.pk)) for one in accounts]


def earlier(person: Person, found: Application) -> list[Application]:
    """Give other applications of the same company, by web domain or mail address, the newest first."""
    same = Q(domain=found.domain) | Q(email=found.email)
    if found.mail_domain:
        same |= Q(mail_domain=found.mail_domain)
    others = access.visible(person).filter(same).exclude(pk=found.pk)
    return list(others.order_by("-confirmed_at", "-pk")[:_EARLIER])


def holder(email: str) -> Person | None:
    """Give who signs in with a mail address, if anybody does."""
    return Person.objects.select_related("partner__account").filter(email__iexact=email).first()


# ── The applicant's side ───────────────────────────────────────────────────────────────────────
def to_confirm(token: str) -> Application:
    """Give the application that a confirming link is for.

    Raises:
        Missing: the link is not ours, or the application is gone.
    """
    key = links.confirmed_by(token)
    found: Application | None = Application.objects.filter(pk=key).first() if key else None
    if found is None:
        raise Missing
    return found


def followed(secret: str) -> Application:
    """Give the application that a link shows.

    Raises:
        Missing: the link opens nothing.
    """
    key = links.followed_by(secret)
    found: Application | None = Application.objects.filter(pk=key).first() if key else None
    if found is None:
        raise Missing
    return found


def told(found: Application) -> list[Entry]:
    """Give what happened as far as the applicant reads it, the newest first."""
    return list(found.entries.exclude(kind=Happening.NOTE).order_by("-at", "-pk"))
