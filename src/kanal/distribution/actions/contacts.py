"""People at the customer, as the partner that works on the opportunity meets them."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.models import Account, Contact, Person
from kanal.directory.refusal import Conflict, Invalid
from kanal.distribution.actions.step import begin
from kanal.opportunities import access
from kanal.opportunities.actions import NewContact
from kanal.opportunities.lifecycle import Verb


def add_contact(*, key: uuid.UUID, contact: NewContact, by: Person) -> Contact:
    """Add a person of the customer, found while working; the first one becomes the opportunity's contact.

    Args:
        key: the opportunity.
        contact: who it is.
        by: somebody of a partner that has accepted.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to add to, or closed; or there is no customer.
        Invalid: a field can't be taken, or the address is known at this customer already.
    """
    with acting(by):
        step = begin(key, Verb.ADD_CONTACT, by=by)
        refusal = access.refusal_to_add_contact(step.opportunity, step.part)
        if refusal is not None:
            raise Conflict(refusal)
        assert step.opportunity.account is not None  # the refusal asked
        made = _made(step.opportunity.account, contact)
        if step.opportunity.contact_id is None:
            step.opportunity.contact = made
            step.save()
        step.record("contact_added", facts={"contact": made.name})
    return made


def _made(account: Account, wanted: NewContact) -> Contact:
    name, email = wanted.name.strip(), wanted.email.strip()
    known = Contact.objects.filter(account=account, email__iexact=email).first() if email else None
    if known is not None:
        raise Invalid({"email": _("%(name)s has this address already.") % {"name": known.name}})
    contact = Contact(
        account=account,
        name=name,
        email=email,
        phone=wanted.phone.strip(),
        job_title=wanted.job_title.strip(),
    )
    try:
        contact.full_clean()
    except ValidationError as error:
        raise Invalid({field: " ".join(texts) for field, texts in error.message_dict.items()}) from error
    contact.save(force_insert=True)
    return contact
