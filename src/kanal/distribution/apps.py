"""Offers, and what comes of them."""

from django.apps import AppConfig


class DistributionConfig(AppConfig):
    """Gives opportunities to partners."""

    name = "kanal.distribution"
    label = "distribution"

    def ready(self) -> None:
        """Let the timeline and what people are told put this app's reasons into words."""
        from kanal.distribution.actions.returning import ReturnReason
        from kanal.distribution.assignment.deciding import WHY_NOBODY
        from kanal.distribution.models import DeclineReason
        from kanal.notify import messages
        from kanal.opportunities import words

        words.CHOICES.update({**dict(DeclineReason.choices), **dict(ReturnReason.choices), **WHY_NOBODY})
        messages.CHOICES.update(words.CHOICES)
