"""The app `opportunities`; the package says what it is for."""

from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    """Tells Django where `opportunities` is."""

    name = "kanal.opportunities"
    label = "opportunities"

    def ready(self) -> None:
        """Let the directory know which of its records open opportunities need."""
        from kanal.opportunities import holding  # noqa: F401 - importing it registers its reasons
