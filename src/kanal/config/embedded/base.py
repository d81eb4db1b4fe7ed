"""Django's PostgreSQL backend, which starts the embedded server before it connects."""

from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server."""

    def get_connection_params(self) -> dict[str, Any]:
        """Give what is needed to connect, to a server that runs."""
        self.settings_dict["CLUSTER"].start()
        return super().get_connection_params()
