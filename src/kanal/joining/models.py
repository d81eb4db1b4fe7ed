"""Applications of companies that want to become partners, what happened to each, and the applicant's links."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.core.validators import MaxLengthValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kanal.config import clock
from kanal.directory.models import Industry, Partner, Person, ProductFamily, Record, Territory, new_id
from kanal.directory.models.accounts import country_code
from kanal.joining.lifecycle import DECIDED, OPEN, PAIRS, Status

# An applicant confirms within this time; some days later the worker removes what nobody confirmed.
CONFIRM_WITHIN = timedelta(days=3)
REMOVE_AFTER = timedelta(days=7)

web_domain = RegexValidator(
    r"^(?=.{4,120}$)([^\W_]([\w-]*[^\W_])?\.)+[^\W\d_]{2,}$",
    _("A web domain is a name such as lindholm.example, without https:// and without a page."),
)


class RejectReason(models.TextChoices):
    """Why an application is rejected; the applicant reads it."""

    NOT_OUR_MARKET = "not_our_market", _("We do not sell in your market yet")
    COVERED = "covered", _("Your area is well covered by partners that we have")
    NO_FIT = "no_fit", _("Your business and our products do not fit")
    TOO_EARLY = "too_early", _("It is too early: we ask for more experience in the field")
    ALREADY_PARTNER = "already_partner", _("Your company is a partner already")
    TOO_LITTLE_KNOWN = "too_little_known", _("We know too little to decide")
    OTHER = "other", pgettext_lazy("reason", "Other")


def _pairs(pairs: Iterable[tuple[Status, Status]]) -> str:
    return ", ".join(f"('{source}', '{target}')" for source, target in sorted(pairs))


class Application(Record):
    """A company that applies to become a partner.

    Attributes:
        form_key: which showing of the form it came from, so that a form that is sent twice is taken once.
        language: in which the applicant wrote, and reads our mails.
        mail_domain: the registered domain of the mail address; empty where it says nothing of a company.
        partner: what became of an approved one.
    """

    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.UNCONFIRMED, editable=False
    )
    form_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    language = models.CharField(max_length=8, default="en", editable=False)

    company = models.CharField(_("company"), max_length=160)
    registration_number = models.CharField(
        _("registration number"),
        max_length=40,
        blank=True,
        help_text=_("As in your country’s company register."),
    )
    domain = models.CharField(
        _("web domain"),
        max_length=120,
        validators=[web_domain],
        help_text=_("Such as lindholm.example."),
    )
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, validators=[country_code])
    employees = models.PositiveIntegerField(
        _("number of people"), null=True, blank=True, validators=[MinValueValidator(1)]
    )

    name = models.CharField(_("your name"), max_length=160)
    email = models.EmailField(
        _("work mail"), max_length=200, help_text=_("We send a link to it, with which you confirm.")
    )
    mail_domain = models.CharField(max_length=120, blank=True, editable=False)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    job_title = models.CharField(_("your role"), max_length=120, help_text=_("What you do in the company."))

    territories = models.ManyToManyField(
        Territory, related_name="+", verbose_name=pgettext_lazy("application", "territories")
    )
    industries = models.ManyToManyField(
        Industry, blank=True, related_name="+", verbose_name=pgettext_lazy("application", "industries")
    )
    families = models.ManyToManyField(
        ProductFamily, related_name="+", verbose_name=pgettext_lazy("application", "product families")
    )
    products = models.TextField(
        _("which products"),
        max_length=600,
        validators=[MaxLengthValidator(600)],
        blank=True,
        help_text=_("Those that you know or want to sell."),
    )
    why = models.TextField(
        _("why do you want to become a partner?"),
        max_length=3000,
        validators=[MaxLengthValidator(3000)],
        help_text=_("What you do today, for whom, and what you expect of working together."),
    )

    consented_at = models.DateTimeField(default=clock.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    reviewer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", editable=False)
    reason = models.CharField(
        _("reason"), max_length=20, choices=RejectReason, blank=True, default="", editable=False
    )
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="+", editable=False)

    class Meta:
        ordering = ["confirmed_at", "id"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        indexes = [
            models.Index(fields=["status", "confirmed_at", "id"], name="application_queue"),
            models.Index(fields=["mail_domain"], name="application_by_mail_domain"),
            models.Index(fields=["domain"], name="application_by_domain"),
            models.Index(fields=["email", "created_at"], name="application_by_mail"),
        ]
        constraints = [
            models.CheckConstraint(name="application_status_is_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="application_confirmed_has_time",
                condition=Q(status=Status.UNCONFIRMED, confirmed_at__isnull=True)
                | (~Q(status=Status.UNCONFIRMED) & Q(confirmed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="application_decided_has_time",
                condition=Q(status__in=sorted(DECIDED), decided_at__isnull=False)
                | Q(status__in=sorted({*OPEN, Status.UNCONFIRMED}), decided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="application_rejected_has_reason",
                condition=(Q(status=Status.REJECTED) & ~Q(reason=""))
                | (~Q(status=Status.REJECTED) & Q(reason="")),
            ),
            models.CheckConstraint(
                name="application_approved_has_partner",
                condition=Q(status=Status.APPROVED, partner__isnull=False, decided_by__isnull=False)
                | (~Q(status=Status.APPROVED) & Q(partner__isnull=True)),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="status_machine",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__status__df=pgtrigger.F("new__status")),
                func=f"""
                    IF (OLD.status, NEW.status) NOT IN ({_pairs(PAIRS)}) THEN
                        RAISE EXCEPTION 'application %: status % can not become %', OLD.id, OLD.status, NEW.status
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_status_machine';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="first_status",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status=Status.UNCONFIRMED),
                func="""
                    RAISE EXCEPTION 'a new application is not confirmed, it is not %', NEW.status
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'application_first_status';
                """,
            ),
            # One that nobody confirmed is somebody's joke or error and goes; one that was read stays.
            pgtrigger.Protect(
                name="confirmed_is_kept",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__status=Status.UNCONFIRMED),
            ),
        ]

    def __str__(self) -> str:
        return self.company

    @property
    def confirm_until(self) -> datetime:
        """Say until when it can be confirmed."""
        return self.created_at + CONFIRM_WITHIN

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for a decision."""
        return self.status in OPEN


class Happening(models.TextChoices):
    """What happened to an application."""

    CONFIRMED = "confirmed", _("sent the application")
    TAKEN_UP = "taken_up", _("took it up")
    ASKED = "asked", _("asked")
    ANSWERED = "answered", _("answered")
    NOTE = "note", _("wrote a note")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrew the application")


class Entry(models.Model):
    """One thing that happened to an application; never changed, never deleted.

    Attributes:
        by: who of the vendor; None is the applicant.
        body: what they wrote. The applicant reads all but notes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=Happening)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    body = models.TextField(max_length=4000, blank=True, default="")

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["application", "at", "id"], name="entry_of_application")]
        constraints = [
            models.CheckConstraint(name="entry_kind_is_known", condition=Q(kind__in=Happening.values))
        ]
        triggers = [
            pgtrigger.Protect(name="keep_forever", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.application_id}"

    @property
    def shared(self) -> bool:
        """Tell whether the applicant reads it."""
        return self.kind != Happening.NOTE


class StatusLink(models.Model):
    """A link with which an applicant follows their application; only a digest of its secret is kept."""

    id: Any = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"link of {self.application_id}"
