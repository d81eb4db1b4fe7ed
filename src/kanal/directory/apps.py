"""The directory: who and what there is."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DirectoryConfig(AppConfig):
    """Accounts, contacts, partners, people and the lists that describe them."""

    name = "kanal.directory"
    label = "directory"

    def ready(self) -> None:
        """Let triggers be quick once the tables stand."""
        from kanal.config.triggers import quicken

        post_migrate.connect(quicken, sender=self, dispatch_uid="kanal.config.triggers")
