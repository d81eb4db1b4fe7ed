"""The key that seals what proves a registration: Ed25519, in the data folder, so not where the chain is."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

ALGORITHM = "Ed25519"
FILE = "signing-key.pem"


class KeyUnreadable(Exception):  # noqa: N818 - named for what the key is
    """The file of the key holds no key of ours, or can't be read."""


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """Give the installation's key; the first call makes it.

    Args:
        folder: where it is kept, see `settings.PROOF_DIR`.

    Raises:
        KeyUnreadable: there is a file, and no key of this kind in it. It is never written over.
    """
    path = folder / FILE
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyUnreadable(f"{path}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable(f"{path}: it is no {ALGORITHM} key")
    return key


def _make(path: Path) -> None:
    """Write a new key, whole or not at all; where two processes do so at once, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            key = Ed25519PrivateKey.generate()
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(made, path)  # unlike a rename it never replaces
    finally:
        made.unlink()


def public_of(key: Ed25519PrivateKey) -> str:
    """Give the public key as files carry it: its 32 bytes in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def fingerprint_of(public: str) -> str:
    """Give the SHA-256 of a public key in hexadecimal: what people compare.

    Raises:
        ValueError: it is no base64.
    """
    return hashlib.sha256(base64.b64decode(public, validate=True)).hexdigest()


def in_groups(fingerprint: str) -> str:
    """Give a fingerprint as people read it aloud: in groups of four."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def sign(key: Ed25519PrivateKey, text: bytes) -> str:
    """Give the signature of bytes, in base64."""
    return base64.b64encode(key.sign(text)).decode()


def fits(public: str, signature: str, text: bytes) -> bool:
    """Tell whether a signature, in base64, is that of bytes by the owner of a public key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
