"""The page of a partner: its company and its partnership as one form, its people and figures beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from kanal.desk import looks
from kanal.desk.directory import cells
from kanal.desk.directory.fields import CertificateForm
from kanal.desk.directory.forms import Layout, RecordForm, country_field, languages_field, time_zone_field
from kanal.directory import actions, queries
from kanal.directory.access import refusal_to_keep
from kanal.directory.models import Account, Partner, PartnerStatus, Person, VendorRole
from kanal.opportunities import figures
from kanal.web.forms import AmountField, LookupField

_COMPANY = (
    "name",
    "registration_number",
    "domain",
    "phone",
    "street",
    "postal_code",
    "city",
    "country",
    "employees",
)


class PartnerForm(RecordForm):
    """A partner company."""

    country = country_field()
    channel_manager = LookupField(
        Person.objects.filter(vendor_role__in=set(VendorRole.values), is_active=True),
        url=reverse_lazy("desk:lookup_people"),
        label=_("Channel manager"),
        required=False,
        help_text=_("Whom the partner turns to."),
    )
    languages = languages_field(
        _("What its people work in, with commas: Danish, English. Empty is not known.")
    )
    value_least = AmountField(
        label=_("Smallest value"),
        required=False,
        decimal_places=0,
        help_text=_("Assignment offers it nothing below, in the base currency."),
    )
    value_most = AmountField(
        label=_("Largest value"),
        required=False,
        decimal_places=0,
        help_text=_("Assignment offers it nothing above, in the base currency."),
    )
    time_zone = time_zone_field(_("Its working hours, and so its deadlines, are counted here."))

    layout: ClassVar[Layout] = (
        (_("Partnership"), ("name", "status", "tier", "channel_manager", "capacity", "time_zone")),
        (_("What it covers"), ("territories", "industries", "families")),
        (_("What it takes"), ("languages", "value_least", "value_most")),
        (
            _("Company"),
            (
                "registration_number",
                "domain",
                "phone",
                "employees",
                "street",
                "postal_code",
                "city",
                "country",
            ),
        ),
    )
    narrow: ClassVar[frozenset[str]] = frozenset(
        {"territories", "industries", "families", "languages", "value_least", "value_most"}
    )

    class Meta:
        model = Partner
        fields = [
            "status",
            "tier",
            "channel_manager",
            "capacity",
            "time_zone",
            "territories",
            "industries",
            "families",
            "languages",
            "value_least",
            "value_most",
        ]
        widgets = dict.fromkeys(["territories", "industries", "families"], forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        declared = self.fields["country"]
        self.fields.update(forms.fields_for_model(Account, fields=_COMPANY))
        self.fields["country"] = declared
        if self.key is not None:
            self.initial.update({name: getattr(self.instance.account, name) for name in _COMPANY})
        elif not self.instance.archived_at:
            self.initial.setdefault("status", PartnerStatus.ACTIVE)

    def keep(self, *, by: Person) -> Partner:
        """Keep company and profile."""
        values = self.values()
        company = {name: values.pop(name) for name in _COMPANY}
        version = self.cleaned_data["version"] or 0
        return actions.keep_partner(
            key=self.key, version=version, company=company, values=values, related=self.related(), by=by
        )


def beside(by: Person, partner: Partner) -> dict[str, Any]:
    """Give what stands beside the form: figures and people."""
    numbers = figures.of_partner(by, partner)
    labels = {
        "offered": _("Offered"),
        "managing": _("Managed"),
        "collaborating": _("In collaboration"),
        "won": _("Won so far"),
        "lost": _("Lost so far"),
    }
    return {
        **looks.beside(by, partner),
        "certificates": queries.certificates_of(partner),
        "certificate_form": CertificateForm(),
        "figures": [(label, numbers[name]) for name, label in labels.items()],
        "staff": [(one, cells.access_state(one)) for one in queries.people_of(partner)],
        "may_invite": refusal_to_keep(by, "settings") is None
        and partner.archived_at is None
        and partner.status != PartnerStatus.ENDED,
    }


def count(by: Person, rows: Sequence[Any]) -> None:
    """Add to each partner of a page how many people and open opportunities it has; two queries for all."""
    keys = [row.pk for row in rows]
    people, open_ones = queries.people_of_partners(keys), figures.open_of_partners(by, keys)
    for row in rows:
        row.people_count, row.open_count = people.get(row.pk, 0), open_ones.get(row.pk, 0)
