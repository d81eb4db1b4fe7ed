"""Files of an import that come through the browser: one ZIP archive with the files of the format."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from kanal.directory.refusal import Invalid, Refusal
from kanal.importing.formats import Format

# How much an archive may hold, as a multiple of what may be uploaded: text packs well, but not without limit.
_UNPACKED = 20


def check(form: Format, content: IO[bytes], size: int) -> None:
    """Refuse what is no archive of a format's files.

    Raises:
        Invalid: it is too large, no archive, or a file is missing; names the field `file`.
    """
    if size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise Invalid({"file": _("The file is larger than %(limit)s MB.") % {"limit": limit}})
    try:
        with zipfile.ZipFile(content) as archive:
            _members(form, archive)
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        raise Invalid({"file": _("This is no ZIP archive.")}) from None
    except Refusal as refusal:
        raise Invalid({"file": refusal.message}) from None
    finally:
        content.seek(0)


@contextmanager
def unpacked(form: Format, content: IO[bytes]) -> Iterator[Path]:
    """Unpack the files of a format into a folder that lives as long as the block.

    Raises:
        Refusal: a file is missing, or larger than it says.
    """
    with TemporaryDirectory(prefix="kanal-import-") as name, zipfile.ZipFile(content) as archive:
        folder = Path(name)
        for file, member in _members(form, archive).items():
            with archive.open(member) as packed, (folder / file).open("wb") as plain:
                shutil.copyfileobj(
                    packed, plain
                )  # a member that holds more than it says is refused by zipfile
        yield folder


def _members(form: Format, archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    """Find the files of a format in an archive, in whatever folder of it they are."""
    inside = {
        PurePosixPath(info.filename).name.casefold(): info for info in archive.infolist() if _is_plain(info)
    }
    wanted = list(form.files())
    missing = [file for file in wanted if file not in inside]
    if missing:
        raise Refusal(_("The archive does not hold %(files)s.") % {"files": ", ".join(missing)})
    found: dict[str, Any] = {file: inside[file] for file in wanted}
    if any(info.flag_bits & 1 for info in found.values()):
        raise Refusal(_("The archive is protected by a password."))
    if sum(info.file_size for info in found.values()) > _UNPACKED * settings.UPLOAD_MAX_BYTES:
        raise Refusal(_("The files in the archive are too large to be imported here. Use the command line."))
    return found


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Tell a file from a folder, and from what a Mac puts beside it."""
    return not info.is_dir() and not info.filename.startswith("__MACOSX/")
