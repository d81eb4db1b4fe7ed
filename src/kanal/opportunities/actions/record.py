"""Making and editing an opportunity."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Account, Contact, Person
from kanal.directory.money import in_base, rate_on
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale
from kanal.opportunities import access, timeline
from kanal.opportunities.actions.values import Line, NewAccount, NewContact, Values
from kanal.opportunities.models import Opportunity, OpportunityProduct
from kanal.opportunities.references import next_references


def create(*, values: Values, by: Person) -> Opportunity:
    """Make an opportunity, with its customer and contact where they are new.

    Raises:
        NotAllowed: the person may not.
        Invalid: a field can't be taken.
    """
    with acting(by):
        answer = access.may(by, "create", None)
        if not answer:
            raise NotAllowed(answer.reason or "")
        opportunity = write(values, by=by, owner=values.owner or by)
        timeline.record(opportunity, "created", by=by, shared=False)
    return opportunity


def write(values: Values, *, by: Person, owner: Person, **facts: Any) -> Opportunity:
    """Write a new opportunity with its customer, its contact and its products; the caller has asked who may.

    Args:
        values: its fields.
        by: who makes it; what is made on the spot is kept by that person's company.
        owner: who at the vendor owns it.
        facts: further fields.

    Raises:
        Invalid: a field can't be taken.
    """
    opportunity = Opportunity(
        reference=next_references()[0],
        created_by=by,
        modified_by=by,
        owner=owner,
        **{**values.plain(), **facts},
    )
    _relate(opportunity, values, by=by)
    set_base_value(opportunity)
    opportunity.save(force_insert=True)
    keep_lines(opportunity, values.lines)
    return opportunity


def lock(key: uuid.UUID, *, by: Person) -> Opportunity:
    """Take an opportunity for change until the transaction ends.

    Its key is left alone: whoever holds it and waits for more stops no transaction that ends and only names it, as the
    database looks at what is named when it commits.

    Raises:
        Missing: there is none that this person may see.
    """
    found = (
        access.visible(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("currency", "owner", "partner__account")
        .filter(pk=key)
        .first()
    )
    if found is None:
        raise Missing
    return found


def edit(*, key: uuid.UUID, version: int, values: Values, by: Person) -> Opportunity:
    """Change the fields of an opportunity.

    Args:
        key: which one.
        version: the version that the person started from.
        values: every field as it shall be.
        by: who.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or to change.
        Stale: somebody changed it meanwhile; says which fields differ from what is asked for.
        Invalid: a field can't be taken.
    """
    with acting(by):
        opportunity = lock(key, by=by)
        answer = access.may(by, "edit", opportunity)
        if not answer:
            raise NotAllowed(answer.reason or "")
        if opportunity.version != version:
            raise stale(opportunity, values)
        change(opportunity, values, by=by)
    return opportunity


def change_owner(*, key: uuid.UUID, owner: Person, by: Person) -> Opportunity:
    """Give an opportunity to another person of the vendor.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or to change.
        Conflict: that person owns it already.
        Invalid: that person can't own one.
    """
    with acting(by):
        # People before opportunities; as they stand now: somebody may have left meanwhile.
        owner = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)
        opportunity = lock(key, by=by)
        answer = access.may(by, "edit", opportunity)
        if not answer:
            raise NotAllowed(answer.reason or "")
        if opportunity.owner_id == owner.pk:
            raise Conflict(why_same_owner(owner))
        if not access.may_own(owner):
            raise Invalid({"owner": why_no_owner()})
        opportunity.owner = owner
        touch(opportunity, by=by)
        opportunity.save()
        timeline.record(opportunity, "owner_changed", by=by, facts={"owner": owner.name}, shared=False)
    return opportunity


def why_same_owner(owner: Person) -> str:
    """Say that somebody owns an opportunity already."""
    return _("%(owner)s owns it already.") % {"owner": owner.name}


def why_no_owner() -> str:
    """Say who may own an opportunity."""
    return _("The owner must be a person of the vendor who may sign in.")


def change(opportunity: Opportunity, values: Values, *, by: Person, **facts: Any) -> list[str]:
    """Write the fields of a locked opportunity as they shall be; give the names of those that were otherwise.

    Args:
        opportunity: the record.
        values: its fields.
        by: who.
        facts: further fields.

    Raises:
        Invalid: a field can't be taken.
    """
    before = _facts(opportunity)
    for name, value in {**values.plain(), **facts}.items():
        setattr(opportunity, name, value)
    opportunity.owner = values.owner or opportunity.owner
    _relate(opportunity, values, by=by)
    changed = [name for name, value in _facts(opportunity).items() if before[name] != value]
    if {"currency", "estimated_revenue", "account"} & set(changed):
        set_base_value(opportunity)
    if keep_lines(opportunity, values.lines):
        changed.append("products")
    if changed:
        touch(opportunity, by=by)
        opportunity.save()
    return changed


def touch(opportunity: Opportunity, *, by: Person | None) -> None:
    """Note that a locked opportunity changes: a new version, by whom and when. The caller saves."""
    opportunity.version += 1
    opportunity.modified_at = clock.now()
    opportunity.modified_by = by


def stale(opportunity: Opportunity, values: Values) -> Stale:
    """Make the refusal of an edit that started from an old version: what stands there now."""
    wanted = {**values.plain(), "account": values.account, "contact": values.contact}
    changed = {
        name: getattr(opportunity, name)
        for name, value in wanted.items()
        if getattr(opportunity, name) != value
    }
    who = opportunity.modified_by.name if opportunity.modified_by else ""
    return Stale(
        _("%(who)s changed this while you wrote. Nothing of yours is lost: compare, then save again.")
        % {"who": who or _("Somebody")},
        changed=changed,
        by=who,
    )


def _facts(opportunity: Opportunity) -> dict[str, Any]:
    """Give the fields that people fill in, related records by their key."""
    return {
        item.name: getattr(opportunity, item.attname)
        for item in Opportunity._meta.concrete_fields
        if item.editable
    }


def set_base_value(opportunity: Opportunity) -> None:
    """Set the value in the base currency, at the rate of today.

    Raises:
        Invalid: no rate is known, or it is worth more than can be kept.
    """
    opportunity.exchange_rate = rate_on(opportunity.currency, clock.today())
    opportunity.estimated_revenue_base = in_base(opportunity.estimated_revenue, opportunity.exchange_rate)


def _relate(opportunity: Opportunity, values: Values, *, by: Person) -> None:
    opportunity.account = _account(values.account, by=by)
    opportunity.contact = _contact(values.contact, opportunity.account)
    if not access.may_own(opportunity.owner):
        raise Invalid({"owner": why_no_owner()})


def _account(wanted: Account | NewAccount | None, *, by: Person) -> Account | None:
    if not isinstance(wanted, NewAccount):
        return wanted
    if not wanted.name.strip():
        raise Invalid({"account": _("Give the new customer a name.")})
    return Account.objects.create(
        name=wanted.name.strip(),
        city=wanted.city,
        country=wanted.country,
        domain=wanted.domain,
        managing_partner=by.partner,
    )


def _contact(wanted: Contact | NewContact | None, account: Account | None) -> Contact | None:
    if wanted is None:
        return None
    if account is None:
        raise Invalid({"contact": _("A contact needs an account: choose the company first.")})
    if isinstance(wanted, NewContact):
        if not wanted.name.strip():
            raise Invalid({"contact": _("Give the new contact a name.")})
        return Contact.objects.create(
            account=account,
            name=wanted.name.strip(),
            email=wanted.email,
            phone=wanted.phone,
            job_title=wanted.job_title,
        )
    if wanted.account_id != account.pk:
        raise Invalid(
            {
                "contact": _("%(contact)s works for another company than %(account)s.")
                % {"contact": wanted.name, "account": account.name}
            }
        )
    return wanted


def keep_lines(opportunity: Opportunity, lines: Sequence[Line] | None) -> bool:
    """Make the products those of `lines`; tell whether anything changed."""
    if lines is None:
        return False
    products = [line.product.pk for line in lines]
    if len(set(products)) != len(products):
        raise Invalid(
            {"lines": _("A product stands here twice: put it in one line with the whole quantity.")}
        )
    before = {line.product_id: (line.quantity, line.unit_price) for line in opportunity.lines.all()}
    wanted = {line.product.pk: (line.quantity, line.unit_price) for line in lines}
    if before == wanted:
        return False
    opportunity.lines.exclude(product__in=products).delete()
    for key, (quantity, price) in wanted.items():
        if before.get(key) != (quantity, price):
            OpportunityProduct.objects.update_or_create(
                opportunity=opportunity, product_id=key, defaults={"quantity": quantity, "unit_price": price}
            )
    return True
