"""The port through which a room gets its statements: which there are, the files, and the customer's word on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from config.instant import Instant
from sla.record import Word
from sla.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One period's statement. `number` None: not sealed yet; `asked`: the customer's answer is waited for.

    `lines` are what can be disputed one by one, each with its name.
    """

    period: str
    number: str | None
    verdict: str
    standing: Standing
    asked: bool
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    name: str
    content_type: str
    body: bytes


class Statements(Protocol):
    """Everything takes part in the caller's transaction. What a person does wrong raises `sla.sealing.NotSealed`."""

    @property
    def formats(self) -> Sequence[str]:
        """The installed ones, as `--format` names them."""

    def of(self, tx: Connection, customer: str, now: Instant) -> Sequence[Issued]:
        """The last 13 months, newest first."""

    def file(self, tx: Connection, customer: str, period: str, form: str, language: str | None, now: Instant) -> File:
        """The sealed revision, else counted anew. Raises sla.parties.NoStatement, LookupError for another format."""

    def answer(self, tx: Connection, customer: str, period: str, word: Word, by: str, now: Instant) -> None: ...

    def countersign(self, tx: Connection, customer: str, period: str, by: str, now: Instant) -> None: ...

    def dispute(
        self, tx: Connection, customer: str, period: str, line: str, reason: str, by: str, now: Instant
    ) -> None: ...
