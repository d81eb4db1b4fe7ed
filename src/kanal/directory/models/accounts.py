"""Companies and their people."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Length, Lower, Upper
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from kanal.directory.likeness import plain_text
from kanal.directory.models.record import Record, search_index
from kanal.directory.models.reference import Industry

country_code = RegexValidator(r"^[A-Z]{2}$", _("A country is two capital letters, such as DK."))


def _without(text: Func, pattern: str) -> Func:
    """Leave out of a text every part that a pattern finds."""
    return Func(
        text,
        Value(pattern),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=models.TextField(),
    )


# As `likeness.plain_number` writes what is a number; the index below and whoever searches by it must say the same.
PLAIN_NUMBER = _without(
    _without(Upper(F("registration_number")), "[^0-9A-Z]"),
    "^[A-Z]+(?=[0-9]{8})",
)


# Letters of which `likeness.plain_text` takes the accent. Capitals are made small before; those in front are for
# servers that do so with English letters only.
_ACCENTED = "ÅÄÆØÖÜÉåäáàâãăąæçćčďđðéèêëēęěğíìîïıľłñńňóòôõöőøœřśşšťúùûüůűýÿźżž"
_ONE_SOUND = (("ß", "ss"), ("aa", "a"), ("ae", "a"), ("oe", "o"), ("ue", "u"))


def folded(field: str) -> Func | Case:
    """Give a text field as small letters without accents, one letter for one sound, for an index and its searches.

    `Müller`, `Mueller` and `MULLER` are one there, as `Århus` and `Aarhus` are; see `likeness.plain_text`.
    """
    bytes_of_it = Func(F(field), function="octet_length", output_field=models.IntegerField())
    without_accents = Func(
        Lower(field),
        Value(_ACCENTED),
        Value("".join(plain_text(letter) for letter in _ACCENTED)),
        function="translate",
        output_field=models.TextField(),
    )
    # Most names have no accent, and taking none away is five times as fast.
    has_none = When(Exact(bytes_of_it, Length(field)), then=Lower(field))
    text: Func | Case = Case(has_none, default=without_accents, output_field=models.TextField())
    for pair, letter in _ONE_SOUND:
        text = Func(text, Value(pair), Value(letter), function="replace", output_field=models.TextField())
    return text


def likeness_index(field: str, *, name: str) -> GinIndex:
    """Give the index with which names that are written like another one are found, whatever their accents."""
    return GinIndex(OpClass(folded(field), name="gin_trgm_ops"), name=name)


# Accounts whose place nobody has looked up: `located_for` says for which place that was done, found or not.
TO_LOCATE = Q(located_for="") & ~Q(city="") & ~Q(country="")


class AccountKind(models.TextChoices):
    """What a company is to the vendor."""

    CUSTOMER = "customer", _("Customer")
    PARTNER = "partner", _("Partner")


# Coordinates belong to one place: whoever writes another city or country takes them away in the same statement, so that
# they never lie. `places` looks the new ones up later.
FORGET_PLACE = pgtrigger.Trigger(
    name="forget_place",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("city", "country"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Q(old__city__df=pgtrigger.F("new__city"))
    | pgtrigger.Q(old__country__df=pgtrigger.F("new__country")),
    func="""
        NEW.latitude := NULL;
        NEW.longitude := NULL;
        NEW.located_for := '';
        RETURN NEW;
    """,
)


# Coordinates are found by the system; they are no change that somebody made.
@pghistory.track(exclude=["latitude", "longitude", "located_for"])
class Account(Record):
    """A company: a customer, or a partner."""

    kind = models.CharField(
        _("kind"), max_length=10, choices=AccountKind, default=AccountKind.CUSTOMER, editable=False
    )
    name = models.CharField(_("name"), max_length=200)
    registration_number = models.CharField(
        _("registration number"),
        max_length=40,
        blank=True,
        help_text=_("As in the country's company register."),
    )
    domain = models.CharField(
        _("web domain"), max_length=120, blank=True, help_text=_("Such as lindholm.example.")
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, validators=[country_code])
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name=_("industry")
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        blank=True,
        help_text=_("Two letters, such as da: what its people speak."),
    )
    latitude = models.IntegerField(null=True, editable=False, help_text="In millionths of a degree.")
    longitude = models.IntegerField(null=True, editable=False, help_text="In millionths of a degree.")
    located_for = models.CharField(
        max_length=260,
        blank=True,
        default="",
        editable=False,
        help_text="The place that the coordinates were looked up for.",
    )
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subsidiaries", verbose_name=_("part of")
    )
    managing_partner = models.ForeignKey(
        "Partner",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("managing partner"),
        help_text=_("The partner that keeps this customer, if one does."),
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [
            models.Index(fields=["kind", "name", "id"], name="account_by_name"),
            search_index("name", "domain", "city", name="account_search"),
            likeness_index("name", name="account_by_likeness"),
            models.Index(PLAIN_NUMBER, name="account_by_number", condition=~Q(registration_number="")),
            models.Index(fields=["id"], name="account_to_locate", condition=TO_LOCATE),
        ]
        constraints = [
            # What is not known is empty, never 0/0, which is a place in the sea.
            models.CheckConstraint(
                name="account_place_is_real",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | (
                    Q(latitude__isnull=False, longitude__isnull=False)
                    & Q(latitude__range=(-90_000_000, 90_000_000))
                    & Q(longitude__range=(-180_000_000, 180_000_000))
                    & ~Q(latitude=0, longitude=0)
                ),
            )
        ]
        triggers = [FORGET_PLACE]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Contact(Record):
    """A person at an account. Not somebody who signs in: those are `Person`."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="contacts", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=160)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(fields=["name", "id"], name="contact_by_name"),
            search_index("name", "email", name="contact_search"),
        ]

    def __str__(self) -> str:
        return self.name
