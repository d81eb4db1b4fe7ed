"""The deal registration request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Currency, Partner, Person, ProductFamily, Record, new_id
from kanal.directory.models.accounts import PLAIN_NUMBER, country_code, likeness_index
from kanal.directory.models.record import search_index
from kanal.distribution.models import Protection
from kanal.opportunities.guards import history
from kanal.opportunities.models import Attachment, Opportunity
from kanal.opportunities.models.opportunity import base_field, money_field
from kanal.registration.lifecycle import ENDED, HELD, PAIRS, PENDING, Status
from kanal.registration.models.policy import RegistrationPolicy

# What a partner fills in; what of it stands open while information is requested is said in `open_fields`.
FORM_FIELDS = (
    *("company", "registration_number", "domain", "street", "postal_code", "city", "country"),
    *("contact_name", "contact_email", "contact_phone"),
    *("family", "value", "expected_close", "work_done"),
)


def _pairs(pairs: Iterable[tuple[Status, Status]]) -> str:
    return ", ".join(f"('{source}', '{target}')" for source, target in sorted(pairs))


@pghistory.track(*history(), exclude=["links_count", "last_digest"])
class Registration(Record):
    """A partner's request to have a customer to itself for a product family and a time.

    Attributes:
        reference: its code, such as DR-2026-000087; given when it is submitted, empty before.
        opportunity: the one that the partner made.
        value, currency, value_base: what the deal is worth; the base value is set when it is submitted.
        work_done: why this partner: what it has done with the customer so far.
        policy: the version that judges it; None are the defaults.
        submitted_at, submitted_by: when and who; also the time with which it stands in line.
        line_since: since when it waits in line for a protection to end; None does not wait.
        behind: the request whose protection that is; None while it waits is the vendor itself.
        decide_by: until when the vendor has promised to decide; while `left_seconds` is set the clock stands still.
        left_seconds: the working time that was left when the vendor asked for information.
        question, open_fields: what the vendor wants to know, and which fields may be changed meanwhile.
        answer_by: until when the partner has to answer.
        taken_by: who of the vendor has taken it up.
        waited_minutes: for how many working minutes it waited for the word that a person of the vendor gave, see
            `waiting`; None where nobody has, or its turn never came.
        decided_at, decided_by: when the vendor's last word fell; None by is the system.
        reason, reason_text: why it was rejected, revoked or ended, a key of the closed lists of `lifecycle`.
        original: where it is a duplicate, the one that was first.
        protection: what was granted.
        findings: the conflicts that were found when it was submitted, see `conflicts`.
        verdict: what was found as a word, see `checks.Answer`.
        idle_ends_at: when the protection ends if the partner goes on doing nothing; told in advance.
        reminded: the reminders before the end that were sent, in days.
        hurried_at: when whoever is to decide was reminded that the promise ends soon.
        overdue_at: when the promise was found broken, and somebody else was asked.
        links_count, last_digest: how long its chain of proof is and how it ends.
    """

    reference = models.CharField(max_length=20, blank=True, default="", editable=False)
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="registrations")
    partner = models.ForeignKey(Partner, models.PROTECT, db_index=False, related_name="registrations")
    status = models.CharField(_("status"), max_length=24, choices=Status, default=Status.DRAFT)
    status_since = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="+")

    company = models.CharField(_("company"), max_length=200, blank=True)
    registration_number = models.CharField(
        _("registration number"),
        max_length=40,
        blank=True,
        help_text=_("As in the country’s company register."),
    )
    domain = models.CharField(
        _("web domain"), max_length=120, blank=True, help_text=_("Such as lindholm.example.")
    )
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, validators=[country_code])
    contact_name = models.CharField(_("contact"), max_length=160, blank=True)
    contact_email = models.EmailField(_("mail of the contact"), max_length=200, blank=True)
    contact_phone = models.CharField(_("phone of the contact"), max_length=40, blank=True)
    family = models.ForeignKey(
        ProductFamily,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("product family"),
        help_text=_("What is protected: the customer for these products."),
    )
    value = money_field(_("value"))
    currency = models.ForeignKey(Currency, models.PROTECT, db_index=False, related_name="+")
    value_base = base_field(_("value in the base currency"))
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    work_done = models.TextField(
        _("why your company"),
        max_length=4000,
        blank=True,
        help_text=_("What you have done with the customer so far: meetings, demonstrations, offers."),
    )

    policy = models.ForeignKey(
        RegistrationPolicy, models.PROTECT, null=True, db_index=False, related_name="+", editable=False
    )
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    line_since = models.DateTimeField(null=True, editable=False)
    behind = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="line")
    decide_by = models.DateTimeField(null=True, editable=False)
    left_seconds = models.PositiveIntegerField(null=True, editable=False)
    question = models.TextField(max_length=2000, blank=True, default="")
    open_fields = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    answer_by = models.DateTimeField(null=True, editable=False)
    taken_by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)
    waited_minutes = models.PositiveIntegerField(null=True, editable=False)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    reason = models.CharField(max_length=20, blank=True, default="", editable=False)
    reason_text = models.TextField(max_length=2000, blank=True, default="")
    original = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    protection = models.OneToOneField(Protection, models.PROTECT, null=True, related_name="registration")
    findings: models.JSONField[Any, Any] = models.JSONField(default=list)
    verdict = models.CharField(max_length=10, blank=True, default="")
    idle_ends_at = models.DateTimeField(null=True, editable=False)
    reminded = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    hurried_at = models.DateTimeField(null=True, editable=False)
    overdue_at = models.DateTimeField(null=True, editable=False)
    links_count = models.PositiveIntegerField(default=0, editable=False)
    last_digest = models.CharField(max_length=64, default="0" * 64, editable=False)

    class Meta:
        ordering = ["-submitted_at", "-id"]
        verbose_name = _("deal registration request")
        verbose_name_plural = _("deal registration requests")
        constraints = [
            models.CheckConstraint(
                name="registration_status_is_known", condition=Q(status__in=Status.values)
            ),
            # One request at a time for one opportunity and family.
            models.UniqueConstraint(
                fields=["opportunity", "family"],
                condition=Q(status__in=sorted({Status.DRAFT, *HELD})),
                nulls_distinct=False,
                name="one_registration_runs",
            ),
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="registration_reference_once"
            ),
            models.CheckConstraint(
                name="registration_submitted_has_time",
                condition=Q(status__in=[Status.DRAFT, Status.WITHDRAWN]) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="registration_approved_is_protected",
                condition=~Q(status=Status.APPROVED) | Q(protection__isnull=False),
            ),
            models.CheckConstraint(
                name="registration_pending_has_deadline",
                condition=~Q(status__in=sorted(PENDING)) | Q(decide_by__isnull=False),
            ),
            models.CheckConstraint(
                name="registration_waits_in_line_submitted",
                condition=Q(line_since__isnull=True, behind__isnull=True)
                | Q(line_since__isnull=False, status=Status.SUBMITTED),
            ),
            models.CheckConstraint(
                name="registration_ended_has_reason",
                condition=~Q(status__in=[Status.REJECTED, Status.EXPIRED, Status.REVOKED]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="registration_duplicate_names_the_first",
                condition=Q(status=Status.DUPLICATE, original__isnull=False)
                | (~Q(status=Status.DUPLICATE) & Q(original__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "decide_by", "id"], name="registration_queue"),
            models.Index(fields=["partner", "status", "-submitted_at"], name="registration_of_partner"),
            models.Index(
                fields=["behind", "line_since", "id"],
                condition=Q(line_since__isnull=False),
                name="registration_line",
            ),
            models.Index(
                fields=["decided_at"], condition=Q(decided_at__isnull=False), name="registration_decided"
            ),
            # The vendor's lists, in the orders in which they are read.
            models.Index(
                fields=["-status_since", "-id"],
                condition=Q(status__in=sorted(ENDED)),
                name="registration_ended",
            ),
            models.Index(
                fields=["-submitted_at", "-id"],
                condition=Q(submitted_at__isnull=False),
                name="registration_submitted",
            ),
            # What collided with somebody, for the report of it.
            models.Index(
                fields=["submitted_at"],
                condition=Q(findings__contains=[{"heavy": True}]),
                name="registration_clashed",
            ),
            models.Index(fields=["company", "id"], name="registration_by_company"),
            search_index("company", "reference", name="registration_search"),
            # By these `conflicts.finding` looks for the same customer.
            likeness_index("company", name="registration_by_likeness"),
            search_index("domain", "contact_email", name="registration_by_domain"),
            models.Index(PLAIN_NUMBER, name="registration_by_number", condition=~Q(registration_number="")),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="status_machine",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__status__df=pgtrigger.F("new__status")),
                func=f"""
                    IF (OLD.status, NEW.status) NOT IN ({_pairs(PAIRS)}) THEN
                        RAISE EXCEPTION 'registration %: status % can not become %', OLD.id, OLD.status, NEW.status
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'registration_status_machine';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="first_status",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status=Status.DRAFT),
                func="""
                    RAISE EXCEPTION 'a new registration is a draft, not %', NEW.status
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'registration_first_status';
                """,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.reference or self.company

    @property
    def waits_in_line(self) -> bool:
        """Tell whether it waits for another protection to end."""
        return self.line_since is not None

    @property
    def is_protected(self) -> bool:
        """Tell whether its protection holds now."""
        return self.protection is not None and self.protection.runs

    @property
    def place(self) -> str:
        """Give postal code and town on one line."""
        return " ".join(part for part in (self.postal_code, self.city) if part)


class Evidence(models.Model):
    """A file that shows the work done with the customer; it came with a note on the opportunity's timeline."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registration = models.ForeignKey(Registration, models.PROTECT, related_name="evidence")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.attachment.name
