"""The directory: who and what there is."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Accounts, contacts, partners, people and the lists that describe them."""

    name = "kanal.directory"
    label = "directory"
