"""Who and what: the records that opportunities point at."""

from kanal.directory.models.accounts import Account, AccountKind, Contact
from kanal.directory.models.invitations import Invitation
from kanal.directory.models.looks import Look, LookedAt
from kanal.directory.models.partners import Certification, Partner, PartnerStatus
from kanal.directory.models.people import PartnerRole, Person, VendorRole
from kanal.directory.models.record import Record, new_id
from kanal.directory.models.reference import (
    Currency,
    ExchangeRate,
    Industry,
    Product,
    ProductFamily,
    Territory,
    Tier,
)

__all__ = [
    "Account",
    "AccountKind",
    "Certification",
    "Contact",
    "Currency",
    "ExchangeRate",
    "Industry",
    "Invitation",
    "Look",
    "LookedAt",
    "Partner",
    "PartnerRole",
    "PartnerStatus",
    "Person",
    "Product",
    "ProductFamily",
    "Record",
    "Territory",
    "Tier",
    "VendorRole",
    "new_id",
]
