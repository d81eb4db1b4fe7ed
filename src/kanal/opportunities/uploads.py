"""Which files are taken: by size, by name and by what they really are."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import IO

import puremagic
from django.conf import settings
from django.utils.translation import gettext as _

from kanal.directory.refusal import Invalid

# What people send each other about a sale. Nothing that a browser would run: no HTML, no SVG, no scripts.
CONTENT_TYPES = {
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".eml": "message/rfc822",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".msg": "application/vnd.ms-outlook",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
_PLAIN = {".csv", ".txt", ".eml"}
# Files that share one container: what the bytes say may be any of these, whatever the name.
_FAMILIES = (
    {".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".zip"},
    {".doc", ".xls", ".ppt", ".msg"},
    {".jpg", ".jpeg"},
)
_HEAD = 8192
_PIECE = 1024 * 1024


def checked(name: str, size: int, content: IO[bytes]) -> tuple[str, str]:
    """Check a file and give its content type and its SHA-256 as hexadecimal digits.

    Args:
        name: as the sender calls it.
        size: in bytes.
        content: the file, read from its start and left there.

    Raises:
        Invalid: it is empty, too large, of a kind that is not taken, or not what its name says; names `files`.
    """
    suffix = PurePath(name).suffix.lower()
    limit = settings.UPLOAD_MAX_BYTES
    if size == 0:
        raise Invalid({"files": _("“%(name)s” is empty.") % {"name": name}})
    if size > limit:
        raise Invalid(
            {
                "files": _("“%(name)s” is %(size)d MB; a file may have %(limit)d MB at most.")
                % {"name": name, "size": -(-size // 1024**2), "limit": limit // 1024**2}
            }
        )
    if suffix not in CONTENT_TYPES:
        raise Invalid(
            {
                "files": _("“%(name)s” is of a kind that is not taken. Send one of these: %(kinds)s.")
                % {"name": name, "kinds": ", ".join(sorted(CONTENT_TYPES))}
            }
        )
    content.seek(0)
    if not _is_what_it_says(suffix, content.read(_HEAD)):
        raise Invalid(
            {"files": _("“%(name)s” is not what its name says. Save it anew and try again.") % {"name": name}}
        )
    content.seek(0)
    digest = _digest(content)
    content.seek(0)
    return CONTENT_TYPES[suffix], digest


def _digest(content: IO[bytes]) -> str:
    whole = hashlib.sha256()
    while piece := content.read(_PIECE):
        whole.update(piece)
    return whole.hexdigest()


def _is_what_it_says(suffix: str, head: bytes) -> bool:
    if suffix in _PLAIN:
        return b"\0" not in head
    family = next((group for group in _FAMILIES if suffix in group), {suffix})
    try:
        found = {match.extension for match in puremagic.magic_string(head)}
    except puremagic.PureError:
        return False
    return bool(found & family)
