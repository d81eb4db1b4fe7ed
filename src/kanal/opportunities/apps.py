"""The app `opportunities`; the package says what it is for."""

from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    """Tells Django where `opportunities` is."""

    name = "kanal.opportunities"
    label = "opportunities"
