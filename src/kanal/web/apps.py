"""The shell: what every page shares."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Base templates, components, static files and middleware."""

    name = "kanal.web"
    label = "web"
