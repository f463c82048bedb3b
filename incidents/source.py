"""What a file in `incidents/sources/` offers: how one sender's webhook is read.

A group snapshot is not an alert: a reader gives one `AlertNews` per member and never trusts a top-level status.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from config.instant import Instant


class Unreadable(Exception):
    """Not the sender's format; the text is the path of the first wrong field and what was expected there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNews:
    """One alert of one post. `key` is the sender's own identity of it, `stamp` its occurrence's start as sent."""

    key: str
    firing: bool
    labels: Mapping[str, str]
    severity_word: str | None
    summary: str
    link: str | None
    starts_at: Instant
    stamp: str
    ends_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`read(options, payload, received_at)` raises Unreadable. `overload_status` is the refusal this sender repeats."""

    options: type[BaseModel]
    read: Callable[[BaseModel, object, Instant], list[AlertNews]]
    token: Callable[[BaseModel], str]
    component_labels: Callable[[BaseModel], tuple[str, ...]]
    overload_status: int = 503
