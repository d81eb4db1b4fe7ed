"""Joining: companies apply to become partners, and the vendor decides."""

from django.apps import AppConfig


class JoiningConfig(AppConfig):
    """Applications, from the public page to the decision."""

    name = "kanal.joining"
    label = "joining"
