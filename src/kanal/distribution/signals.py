"""What others may hear of distribution, in the transaction in which it happens."""

from django.dispatch import Signal

# Sent with `protection`, `partner` who got the customer in spite of it, `by` and `reason`.
overridden = Signal()
