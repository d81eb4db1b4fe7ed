"""The app `demo`; the package says what it is for."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Tells Django where `demo` is."""

    name = "kanal.demo"
    label = "demo"
