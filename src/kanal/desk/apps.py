"""The app `desk`; the package says what it is for."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Tells Django where `desk` is."""

    name = "kanal.desk"
    label = "desk"
