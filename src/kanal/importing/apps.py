"""The app `importing`; the package says what it is for."""

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    """Tells Django where `importing` is."""

    name = "kanal.importing"
    label = "importing"
