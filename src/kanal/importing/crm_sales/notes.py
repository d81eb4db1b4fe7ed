"""What a person must know of how these files are understood."""

from django.utils.translation import gettext_lazy as _

LABEL = _("CRM sales: accounts, products, sales teams, pipeline")

NOTES = (
    _(
        "Accounts become customers. Year of foundation and revenue of an account have no place here and "
        "are left out."
    ),
    _("Each seller becomes a partner company, its regional office a territory of the partner."),
    _(
        "Managers become people of the vendor with the role of a seller. They own the opportunities. The "
        "files hold no "
        "mail address, so each has one that reaches nobody and can’t sign in before an administrator "
        "gives a real one."
    ),
    _(
        "Amounts are US dollars. The estimated revenue is the product’s list price, unless the row has a "
        "value of its own."
    ),
    _(
        "Prospecting and engaging become accepted by the partner. Closed ones keep their value and their "
        "date."
    ),
    _(
        "What is here already is found by its name, an opportunity by its key. A second run changes what "
        "nobody has touched."
    ),
)
