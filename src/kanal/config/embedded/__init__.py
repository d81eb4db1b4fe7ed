"""PostgreSQL for a machine that has none: Kanal runs one from a Python wheel in its own data folder.

Nothing outside this package knows which wheel that is, so that it can be exchanged. The package is also a
database backend of Django's: unlike the stock one, it starts the server when somebody first connects. So
reading the settings starts nothing.
"""

from pathlib import Path
from typing import Any

from kanal.config.embedded.cluster import Cluster

ENGINE = __name__


def settings(folder: Path, *, durable: bool = True) -> dict[str, Any]:
    """Give Django's settings of the database on the embedded server.

    Args:
        folder: where the server keeps its files.
        durable: False trades safety in a power cut for speed, as tests do.
    """
    cluster = Cluster(folder, durable=durable)
    return {
        "ENGINE": ENGINE,
        "NAME": cluster.database,
        "USER": cluster.user,
        "PASSWORD": "",
        "HOST": str(cluster.socket_folder),
        "PORT": "",
        "OPTIONS": {},
        "CLUSTER": cluster,
    }
