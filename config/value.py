"""The small types the configuration is made of: how each is written, and what it is inside.

Written values are strict: a span needs its unit, a weight is `"1/2"` and never a float. In code the same models
take the inside form (milliseconds, Fraction), so that tests and other rooms build them without strings.
"""

from collections.abc import Mapping
from fractions import Fraction
from ipaddress import ip_address
from re import compile as pattern
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from annotated_types import Ge, Le
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    Strict,
    ValidationInfo,
    WithJsonSchema,
)

from config.duration import parse_duration, print_duration
from config.instant import Instant, Span
from config.language import LANGUAGES
from config.secret import Secret, referenced

WRITTEN = "written"
"""Validation context of what people wrote; without it values come from code."""


class Value(BaseModel):
    """One frozen part of the configuration; an unknown key is an error."""

    # built when first used: a process that reads no configuration, or a small one, needs few of them
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)


def _span(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str):
        return parse_duration(value)
    if info.context == WRITTEN or isinstance(value, bool):
        raise ValueError("a length of time needs a unit, like 30s, 5m, 1h or 21d")
    return value


def _text(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise ValueError("a text must not be empty")
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("a text is a quoted string, or one for each language: {zh-CN: …, en: …}")
    for language, words in value.items():
        if language not in LANGUAGES:
            raise ValueError(f"'{language}' is not a language of the pages; write {' or '.join(LANGUAGES)}")
        if not isinstance(words, str) or not words.strip():
            raise ValueError(f"the text for {language} must be a string that is not empty")
    if not value:
        raise ValueError("a text needs at least one language: {zh-CN: …, en: …}")
    return dict(value)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"'{value}' is not a time zone; write one like Asia/Shanghai, Europe/Berlin or UTC") from error
    return value


_WEIGHT = pattern(r"[0-9]{1,6}(?:/[1-9][0-9]{0,5}|\.[0-9]{1,6})?")


def _weight(value: object) -> object:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole or (isinstance(value, str) and _WEIGHT.fullmatch(value)):
        value = Fraction(str(value))
    if not isinstance(value, Fraction) or not 0 <= value <= 1:
        raise ValueError('a weight lies between 0 and 1 and is exact: "0", "1/2" or "1" in quotes')
    return value


_PERCENT = pattern(r"[0-9]{1,3}(?:\.[0-9]{1,6})?")
_AMOUNT = pattern(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")


def _percent(value: object) -> object:
    if not isinstance(value, str) or not _PERCENT.fullmatch(value):
        raise ValueError('a target is a percentage in quotes, exact: "99.9"')
    if not 0 < Fraction(value) <= 100:
        raise ValueError(f"a target lies above 0 and is at most 100, not {value}")
    return value


def _amount(value: object) -> object:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError('an amount is a number in quotes, exact: "120000" or "1999.50"')
    return value


def _currency(value: str) -> str:
    if not (len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()):
        raise ValueError("a currency is its three letters, such as CNY or EUR")
    return value


_MAILBOX = pattern(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\".]+(?:\.[^\s@<>()\[\],;:\\\".]+)*")


def _mailbox(value: str) -> str:
    if not _MAILBOX.fullmatch(value):
        raise ValueError(f"'{value}' is not a mail address; write one like li@example.com")
    return value


def _page(value: str) -> str:
    try:
        fine = urlsplit(value).scheme in ("http", "https") and bool(urlsplit(value).hostname)
    except ValueError:
        fine = False
    if not fine:
        raise ValueError(f"'{value}' is no address of a page; write one like https://status.example.com")
    return value


def _place(value: str) -> str:
    host, _, port = value.removeprefix("tcp://").rpartition(":")
    if not value.startswith("tcp://") or not host.strip("[]") or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"'{value}' is no place to connect to; write one like tcp://192.0.2.1:443")
    return value


def _own(value: str) -> str:
    host, _, port = value.rpartition(":")
    try:
        fine = host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        fine = False
    if not (fine and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"'{value}' is no address of this machine for itself; write one like 127.0.0.1:8024")
    return value


SYSTEM = "system"
_SERVER = pattern(r"\[([0-9a-fA-F:.]+)\](?::([0-9]{1,5}))?|([0-9.]+):([0-9]{1,5})|([0-9a-fA-F:.]+)")


def _name_server(value: str) -> str:
    found = _SERVER.fullmatch(value)
    address = next((one for one in (found[1], found[3], found[5]) if one), "") if found else ""
    try:
        fine = value == SYSTEM or (
            bool(ip_address(address)) and 0 < int((found and (found[2] or found[4])) or 53) < 65536
        )
    except ValueError:
        fine = False
    if not fine:
        raise ValueError(
            f"'{value}' is no name server; write its address, like 192.0.2.53, or system for this machine's"
        )
    return value


def _secret(value: object) -> object:
    return Secret(value) if isinstance(value, str) else value


def schema_of(kind: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, **more})


Duration: TypeAlias = Annotated[
    Span,
    BeforeValidator(_span),
    Ge(0),
    PlainSerializer(print_duration, when_used="json"),
    schema_of("string", pattern=r"^([0-9]+(ms|s|m|h|d|w|y))+$", examples=["30s"]),
]
"""Milliseconds; written `30s`."""

Text: TypeAlias = Annotated[
    str | dict[str, str],
    BeforeValidator(_text),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in LANGUAGES},
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""One text for all languages, or one for each; read it with `config.language.choose`."""

Mailbox: TypeAlias = Annotated[str, AfterValidator(_mailbox)]
WebPage: TypeAlias = Annotated[str, AfterValidator(_page)]
Place: TypeAlias = Annotated[str, AfterValidator(_place)]
Own: TypeAlias = Annotated[str, AfterValidator(_own)]
"""Host and port that only programs on this machine reach."""
NameServer: TypeAlias = Annotated[str, AfterValidator(_name_server)]
"""An address with or without a port, or `system`: whatever this machine asks."""
Zone: TypeAlias = Annotated[str, AfterValidator(_zone)]
Weight: TypeAlias = Annotated[
    Fraction,
    BeforeValidator(_weight),
    PlainSerializer(str, when_used="json"),
    schema_of("string", examples=["1/2"]),
]
Percent: TypeAlias = Annotated[str, BeforeValidator(_percent), schema_of("string", examples=["99.9"])]
Amount: TypeAlias = Annotated[str, BeforeValidator(_amount), schema_of("string", examples=["120000"])]
Currency: TypeAlias = Annotated[str, AfterValidator(_currency)]
Moment: TypeAlias = Annotated[Instant, Strict(), schema_of("string", examples=["2026-01-01", "2026-01-01 09:00"])]
Count: TypeAlias = Annotated[int, Strict(), Ge(1), Le(1000)]
Flag: TypeAlias = Annotated[bool, Strict()]
Hidden: TypeAlias = Annotated[Secret, BeforeValidator(_secret), PlainSerializer(str), schema_of("string")]
"""A text that may hold a password."""
Raw: TypeAlias = Annotated[dict[str, object], PlainSerializer(referenced)]
"""Options as written; serialised with references in place of secrets."""
