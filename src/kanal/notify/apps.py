"""The app `notify`; the package says what it is for."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Tells Django where `notify` is."""

    name = "kanal.notify"
    label = "notify"
