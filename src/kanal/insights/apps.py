"""The app `insights`; the package says what it is for."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """Tells Django where `insights` is."""

    name = "kanal.insights"
    label = "insights"
