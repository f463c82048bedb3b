"""Whom a TLS connection trusts and what it shows of itself: the `tls:` options of every kind, and their contexts."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias
from warnings import catch_warnings, simplefilter

from pydantic import BeforeValidator, Field, Strict, model_validator

from config.value import Value
from probe.fault import ours
from probe.net.course import Unanswered
from probe.result import Reason

Version: TypeAlias = Annotated[
    Literal["1.0", "1.1", "1.2", "1.3"],
    BeforeValidator(lambda value: str(value) if isinstance(value, float) else value),
]
_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_OLD = {"1.0", "1.1"}


class Tls(Value):
    """The same in every kind. Files are PEM and are read anew when they have changed."""

    verify: Annotated[bool, Strict()] = True
    ca_file: Annotated[str, Field(min_length=1)] | None = None
    """Trusted instead of the system's authorities."""
    cert_file: Annotated[str, Field(min_length=1)] | None = None
    """Our own certificate, for a server that asks for one; its key is in the same file unless `key_file` is given."""
    key_file: Annotated[str, Field(min_length=1)] | None = None
    server_name: Annotated[str, Field(min_length=1)] | None = None
    """Asked for (SNI) and verified instead of the target's host."""
    min_version: Version | None = None
    max_version: Version | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.key_file is not None and self.cert_file is None:
            raise ValueError("a key_file belongs to a cert_file")
        if self.min_version is not None and self.max_version is not None and self.min_version > self.max_version:
            raise ValueError("min_version is above max_version")
        return self

    @cached_property
    def for_others(self) -> Self:
        """For a place the target leads to: neither its name nor our own certificate is meant for that."""
        return self.model_copy(update={"server_name": None, "cert_file": None, "key_file": None})

    def name_for(self, host: str) -> str:
        return self.server_name or host.rstrip(".")


def context_for(tls: Tls, protocols: tuple[str, ...] = ()) -> ssl.SSLContext:
    """`protocols` are offered (ALPN).

    Raises Unanswered: a file of ours that cannot be read says nothing about the target.
    """
    files = (tls.ca_file, tls.cert_file, tls.key_file)
    return _context(tls, () if files == (None, None, None) else tuple(map(_stamp, files)), protocols)


def _stamp(file: str | None) -> int:
    try:
        return 0 if file is None else Path(file).stat().st_mtime_ns
    except (OSError, ValueError):
        return -1  # reading it will say why


@lru_cache(maxsize=256)
def _context(tls: Tls, stamps: tuple[int, ...], protocols: tuple[str, ...]) -> ssl.SSLContext:
    with _read("ca_file"):
        context = ssl.create_default_context(cafile=tls.ca_file)
    if tls.cert_file is not None:
        with _read("cert_file or key_file"):
            # Without a password of ours OpenSSL would ask the terminal for one.
            context.load_cert_chain(tls.cert_file, tls.key_file, password="")
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    with catch_warnings():
        simplefilter("ignore", DeprecationWarning)  # whoever asks for an old version by name knows that it is one
        _bound(context, tls)
    if protocols:
        context.set_alpn_protocols(protocols)
    return context


def _bound(context: ssl.SSLContext, tls: Tls) -> None:
    if {tls.min_version, tls.max_version} & _OLD:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL offers the old versions no other way
        context.minimum_version = ssl.TLSVersion.TLSv1
    if tls.min_version is not None:
        context.minimum_version = _VERSIONS[tls.min_version]
    if tls.max_version is not None:
        context.maximum_version = _VERSIONS[tls.max_version]


@contextmanager
def _read(option: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise Unanswered(ours(Reason.INTERNAL_ERROR, f"tls.{option} cannot be read: {error}")) from error
