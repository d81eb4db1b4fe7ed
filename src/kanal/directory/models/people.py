"""The people who sign in, and their roles."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kanal.directory.models.partners import Partner
from kanal.directory.models.record import Record, search_index


class VendorRole(models.TextChoices):
    """What a person of the vendor may do; rows store the key, `access` says what it means."""

    ADMINISTRATOR = "administrator", _("Administrator")
    CHANNEL_MANAGER = "channel_manager", _("Channel manager")
    SELLER = "seller", _("Seller")
    AUDITOR = "auditor", _("Auditor")


class PartnerRole(models.TextChoices):
    """What a person of a partner may do."""

    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Manager")
    SELLER = "seller", _("Seller")


class Theme(models.TextChoices):
    """Light or dark pages."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    """How much air a table has."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class PersonManager(BaseUserManager["Person"]):
    """Makes people and finds them by mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """Give the person with this mail address."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> Person:
        """Make a person who can sign in; `facts` are the fields of `Person`."""
        person = self.model(email=self.normalize_email(email).lower(), **facts)
        person.set_password(password)
        person.save(using=self._db)
        return person


@pghistory.track(exclude=["password", "last_login"])
class Person(Record, AbstractBaseUser):
    """Somebody who signs in: of the vendor, or of one partner."""

    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=160)
    is_active = models.BooleanField(_("may sign in"), default=True)
    shut_out_by_vendor = models.BooleanField(_("deactivated by the vendor"), default=False)
    vendor_role = models.CharField(_("role"), max_length=20, choices=VendorRole, blank=True)
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("partner")
    )
    partner_role = models.CharField(_("role"), max_length=20, choices=PartnerRole, blank=True)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Copenhagen")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.AUTO)
    density = models.CharField(_("density"), max_length=12, choices=Density, default=Density.COMFORTABLE)
    shortcuts = models.BooleanField(_("keyboard shortcuts of one letter"), default=True)

    objects: ClassVar[PersonManager] = PersonManager()  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["name", "id"], name="person_by_name"),
            search_index("name", "email", name="person_search"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_once"),
            models.CheckConstraint(
                name="person_is_of_the_vendor_or_of_a_partner",
                condition=(~Q(vendor_role="") & Q(partner__isnull=True, partner_role=""))
                | (Q(vendor_role="", partner__isnull=False) & ~Q(partner_role="")),
                violation_error_message=_(
                    "A person has a role at the vendor, or a partner and a role there."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_vendor(self) -> bool:
        """Tell whether this person works for the vendor."""
        return bool(self.vendor_role)

    @property
    def role_label(self) -> str:
        """Give the role in words, in the reader's language."""
        return self.get_vendor_role_display() if self.vendor_role else self.get_partner_role_display()
