"""The port through which a room gets its statements: which there are, the files, and the customer's word on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Contact
from console.signature import Asked
from sla.record import Word
from sla.standing import Standing
from sla.statement import Statement


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """A sealed statement as its signer sees it. `signer`: whose word a link carries now; None: nobody's."""

    statement: Statement
    standing: Standing
    signer: Contact | None

    def over(self, asked: Asked, now: Instant) -> str | None:
        """Why the link does nothing any more; None while it holds."""
        seal = self.statement.seal
        if now >= asked.expires_at:
            return "It was valid for some days only. Nothing was changed."
        if seal is None or (seal.revision, seal.record_sha256) != (asked.revision, asked.record_sha256):
            return "The statement was revised since; use the newest mail. Nothing was changed."
        if self.signer is None or self.signer.email != asked.signer:
            return "Whoever signs is another by now, or signs with a login. Nothing was changed."
        if self.standing.countersigned_at is not None:
            return "The statement is countersigned already. Nothing was changed."
        return None


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

    def to_sign(self, tx: Connection, asked: Asked) -> ToSign | None:
        """The newest revision of that statement; None where nothing is sealed."""

    def countersign_by_link(self, tx: Connection, asked: Asked, now: Instant) -> None:
        """The signer's word, where what he was shown still stands."""

    def dispute(
        self, tx: Connection, customer: str, period: str, line: str, reason: str, by: str, now: Instant
    ) -> None: ...
