"""How MySQL and MariaDB want a password proven: the ways that do not say it, and those that need TLS."""

import hashlib

from probe.fault import ours
from probe.net.course import Unanswered
from probe.result import Reason

NATIVE = "mysql_native_password"
CACHED = "caching_sha2_password"
CLEAR = "mysql_clear_password"
WAYS = (NATIVE, CACHED, CLEAR)


def proof(way: str, password: str, salt: bytes, *, encrypted: bool) -> bytes:
    """What is sent to prove it; nothing proves an empty one. Raises Unanswered for a way that is not ours."""
    if way not in WAYS:
        name = way[:40].replace("\0", "\ufffd")
        raise Unanswered(ours(Reason.INTERNAL_ERROR, f"the server wants a login by {name!r}, which is not ours"))
    if way == CLEAR:
        return in_clear(password, encrypted=encrypted)
    if not password:
        return b""
    secret = password.encode()
    if way == NATIVE:
        once = hashlib.sha1(secret, usedforsecurity=False).digest()
        twice = hashlib.sha1(once, usedforsecurity=False).digest()
        return _mixed(once, hashlib.sha1(salt + twice, usedforsecurity=False).digest())
    once = hashlib.sha256(secret).digest()
    return _mixed(once, hashlib.sha256(hashlib.sha256(once).digest() + salt).digest())


def in_clear(password: str, *, encrypted: bool) -> bytes:
    if not encrypted:
        raise Unanswered(ours(Reason.NOT_PERMITTED, "the server wants the password in clear; write tls"))
    return password.encode() + b"\0"


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))
