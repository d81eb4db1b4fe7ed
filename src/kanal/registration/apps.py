"""The app of deal registration."""

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    """Deal registration requests, from the draft to the end of the protection."""

    name = "kanal.registration"
    label = "registration"

    def ready(self) -> None:
        """Hear what becomes of opportunities, and lend messages the words of our choices."""
        from kanal.notify import messages
        from kanal.opportunities import words
        from kanal.registration import following
        from kanal.registration.lifecycle import EndReason, RejectReason, RevokeReason

        following.listen()
        for reasons in (RejectReason, RevokeReason, EndReason):
            choices = {f"registration_{one.value}": one.label for one in reasons}
            messages.CHOICES.update(choices)
            words.CHOICES.update(choices)
