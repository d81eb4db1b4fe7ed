"""The records that may be the same customer as a wanted one, whoever keeps them: found by index, judged by `judging`.

What is asked of the database depends on what is wanted alone, never on what is found, so that neither the number of
queries nor an early end tells a partner whether somebody else has the customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Model, OuterRef, Q, QuerySet

from kanal.directory.likeness import bare_name, in_letters_of_the_net, plain_number, registered_domain
from kanal.directory.models.accounts import PLAIN_NUMBER, folded
from kanal.registration.conflicts.judging import Customer, Verdict, judge
from kanal.registration.conflicts.names import telling

# What is found below this score looks like another company to everybody.
LEAST = 20
# How many records each search gives at most, and how many addresses of mail of each count.
_CANDIDATES, _MAILS = 80, 20
_SHORTEST, _DOMAINS = 3, 5
_ANNOTATED = "mails_of_conflict"


@dataclass(frozen=True)
class Found:
    """A record that may be the same customer.

    Attributes:
        row: the record.
        customer: what was compared.
        verdict: what came of it.
    """

    row: Any
    customer: Customer
    verdict: Verdict


def alike(customers: QuerySet[Any], wanted: Customer, *, limit: int = 20, least: int = LEAST) -> list[Found]:
    """Give the records that may be the wanted customer, the surest first.

    Args:
        customers: among which, whoever keeps them. Of any model with the fields `registration_number`, `domain`,
            `street`, `postal_code`, `city` and `country`, the name in `name` or `company`, and mail addresses in
            `contact_email` or those of related `contacts`, where it has some. Indexes: `PLAIN_NUMBER`, `likeness_index`
            of the name, and `search_index` of the domain and of the mail addresses.
        wanted: the customer that is looked for; a name of fewer than three letters says too little.
        limit: how many at most.
        least: the lowest score that counts.
    """
    shape = _shape(customers.model)
    rows = {row.pk: row for search in searches(customers, wanted) for row in search}
    found = []
    for row in rows.values():
        customer = _customer(row, shape)
        verdict = judge(wanted, customer)
        if verdict.score >= least:
            found.append(Found(row, customer, verdict))
    found.sort(key=lambda one: (-one.verdict.score, -one.verdict.bits, one.customer.name, str(one.row.pk)))
    return found[:limit]


def searches(customers: QuerySet[Any], wanted: Customer) -> Iterator[QuerySet[Any]]:
    """Give the queries, one for each thing that is known of the wanted customer; each uses an index.

    Args:
        customers: among which; see `alike`.
        wanted: the customer that is looked for.
    """
    shape = _shape(customers.model)
    rows = customers.order_by()
    if shape.contacts:
        contact = customers.model._meta.get_field("contacts").related_model
        mails = (
            contact.objects.filter(account=OuterRef("pk")).exclude(email="").order_by("pk").values("email")
        )
        rows = rows.annotate(**{_ANNOTATED: ArraySubquery(mails[:_MAILS])})
    number, domains = plain_number(wanted.number), _domains(wanted)
    if number:
        yield _few(
            rows.alias(plain_number=PLAIN_NUMBER).filter(plain_number=number).exclude(registration_number="")
        )
    if domains:
        yield _few(rows.filter(_any("domain", domains)))
        yield from _by_mail(rows, shape, domains)
    if len(bare_name(wanted.name)) >= _SHORTEST:
        yield _few(_by_name(rows, shape, wanted.name))


@dataclass(frozen=True)
class _Shape:
    """How a model names what is compared; what it hasn't is empty."""

    name: str
    mail: str
    contacts: bool


def _shape(model: type[Model]) -> _Shape:
    fields = {field.name for field in model._meta.get_fields()}
    return _Shape(
        name="name" if "name" in fields else "company",
        mail="contact_email" if "contact_email" in fields else "",
        contacts="contacts" in fields,
    )


def _customer(row: Any, shape: _Shape) -> Customer:
    mails = [*getattr(row, _ANNOTATED, ()), *([getattr(row, shape.mail)] if shape.mail else [])]
    return Customer(
        name=getattr(row, shape.name),
        number=row.registration_number,
        domain=row.domain,
        mail_domains=tuple(sorted({registered_domain(mail) for mail in mails} - {""})),
        street=row.street,
        postal_code=row.postal_code,
        city=row.city,
        country=row.country,
    )


def _domains(wanted: Customer) -> list[str]:
    """Give the domains in both writings: records keep them as they were typed."""
    known = dict.fromkeys(map(registered_domain, [wanted.domain, *wanted.mail_domains]))
    asked = [domain for domain in known if domain][:_DOMAINS]
    return list(dict.fromkeys([*asked, *map(in_letters_of_the_net, asked)]))


def _any(field: str, domains: Iterable[str]) -> Q:
    """Ask for any of the domains anywhere in a field; `judge` sees which of them is really the registered one."""
    asked = Q()
    for domain in domains:
        asked |= Q(**{f"{field}__icontains": domain})
    return asked


def _by_mail(rows: QuerySet[Any], shape: _Shape, domains: list[str]) -> Iterator[QuerySet[Any]]:
    if shape.mail:
        yield _few(rows.filter(_any(shape.mail, domains)))
    if shape.contacts:
        contact: Any = rows.model._meta.get_field("contacts").related_model
        keepers = contact.objects.filter(_any("email", domains)).order_by("account_id").values("account_id")
        yield _few(rows.filter(pk__in=keepers.distinct()[:_CANDIDATES]))


def _by_name(rows: QuerySet[Any], shape: _Shape, name: str) -> QuerySet[Any]:
    """Give records whose name is written like it, or has a word like its telling ones, the nearest first."""
    bare = bare_name(name)
    # Written in one word by others, such as Red Kite and Redkite.
    joined = "".join(bare.split()[:2])
    asked = Q()
    for word in dict.fromkeys([bare, *telling(name), joined]):
        asked |= Q(folded_name__trigram_strict_word_similar=word)
    nearness = TrigramSimilarity("folded_name", bare)
    found: QuerySet[Any] = rows.alias(folded_name=folded(shape.name)).filter(asked)
    return found.order_by(nearness.desc(), "pk")


def _few(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows[:_CANDIDATES]
