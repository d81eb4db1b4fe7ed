"""Offers, and what comes of them."""

from django.apps import AppConfig


class DistributionConfig(AppConfig):
    """Gives opportunities to partners."""

    name = "kanal.distribution"
    label = "distribution"

    def ready(self) -> None:
        """Let the timeline put this app's reasons into words."""
        from kanal.distribution.actions.working import ReturnReason
        from kanal.distribution.models import DeclineReason
        from kanal.opportunities import words

        words.CHOICES.update({**dict(DeclineReason.choices), **dict(ReturnReason.choices)})
