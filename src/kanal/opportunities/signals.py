"""What others may hear of opportunities, in the transaction in which it happens."""

from django.dispatch import Signal

# Sent with `opportunity`, locked and with its new status, and `by`: who moved it; None is the clock.
moved = Signal()
