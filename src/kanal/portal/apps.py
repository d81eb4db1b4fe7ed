"""The app `portal`; the package says what it is for."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Tells Django where `portal` is."""

    name = "kanal.portal"
    label = "portal"
