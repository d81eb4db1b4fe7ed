"""The people of the demo, for its sign-in page."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

PASSWORD = "kanal-demo"  # noqa: S105 - the demo's sign-in page says it


@register.simple_tag
def demo_people() -> list[tuple[str, list[tuple[str, str]]]]:
    """Give the companies of the demo, each with the mail addresses and roles of its people."""
    roles = (_("Administrator"), _("Manager"), _("Seller"))
    vendor = zip(
        ("ada", "chris", "sally", "otto"),
        (_("Administrator"), _("Channel manager"), _("Seller"), _("Auditor")),
        strict=True,
    )
    nordlys = zip(("anna", "mads", "sofie"), roles, strict=True)
    fjord = zip(("bo", "freja", "stig"), roles, strict=True)
    return [
        ("Havn Systems", [(f"{name}@havn.example", role) for name, role in vendor]),
        ("Nordlys IT", [(f"{name}@nordlys.example", role) for name, role in nordlys]),
        ("Fjord Consulting", [(f"{name}@fjord.example", role) for name, role in fjord]),
    ]


@register.simple_tag
def demo_password() -> str:
    """Give the password that all of them share."""
    return PASSWORD
