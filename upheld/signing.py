"""The key that signs: Ed25519, made at the first start, readable by nobody else."""

import hmac
import os
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from upheld.trouble import Trouble

_LINKS = "links of mails"


class KeyUnusable(Trouble):
    """The text says which file and what to do."""


def ensure(path: Path) -> Ed25519PrivateKey:
    """The key in this file; made with mode 0600 if there is none. Raises KeyUnusable."""
    if not path.exists():
        _make(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path}: not a signing key we can use ({error}); restore it, or move it away") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path}: not an Ed25519 key; restore the right one, or move it away")
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(key: Ed25519PrivateKey) -> str:
    """The first 16 hex digits of the SHA-256 of the raw public key."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return sha256(raw).hexdigest()[:16]


def secret_of(key: Ed25519PrivateKey, use: str) -> bytes:
    """A secret of its own for another use, which says nothing of the key."""
    raw = key.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    return hmac.digest(raw, f"upheld {use}".encode(), "sha256")


def links_secret(path: Path) -> bytes | None:
    """Signs the links of mails; None where no key was made yet. Raises KeyUnusable."""
    return secret_of(ensure(path), _LINKS) if path.exists() else None


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return  # another process of ours was first
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
