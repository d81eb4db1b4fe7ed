"""The app `demo`; the package says what it is for."""

from django.apps import AppConfig
from django.conf import settings


class DemoConfig(AppConfig):
    """Tells Django where `demo` is."""

    name = "kanal.demo"
    label = "demo"

    def ready(self) -> None:
        """Let the demo's clock run ahead as far as `/demo/clock/` says."""
        from kanal.config import clock
        from kanal.demo.offset import Offset

        if settings.DEMO:
            clock.use(Offset())
