"""What a file in `sla/reports/` offers: one report, from plain records to a sheet. Its file name is its word."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

import rfc8785
from pydantic import TypeAdapter

from config.instant import Instant
from config.value import Text
from sla.paper.sheet import Sheet

F = TypeVar("F")


class Subject(StrEnum):
    """What a report is about; `month` and `quarter` are of one customer."""

    INCIDENT = "incident"
    CASE = "case"
    MONTH = "month"
    QUARTER = "quarter"


WORDS = ("cause", "handling", "verification", "prevention")
"""What a person adds when a report is issued, because no stored fact says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """That it was issued: when, by whom, with which words of theirs (`WORDS` -> text)."""

    at: Instant
    by: str
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every report says beside its facts. `customer` None: for our own people, about everybody concerned."""

    kind: str
    subject: str
    customer: str | None
    customer_name: Text | None
    provider: Text
    zone: str
    made_at: Instant
    people: dict[str, Text] = field(default_factory=dict)
    demo: bool = False
    written: dict[str, str] = field(default_factory=dict)
    """Words for a report that is still to be issued."""
    issue: Issue | None = None

    @property
    def words(self) -> dict[str, str]:
        return self.written if self.issue is None else self.issue.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Generic[F]):
    """`sheet(frame, facts, language)`: the same facts give the same sheet. `draft`: marked until it is issued."""

    subject: Subject
    facts: type[F]
    sheet: Callable[[Frame, F, str], Sheet]
    over: Callable[[F, Instant], bool]
    """Whether what it is about has ended: only then it is issued."""
    draft: bool = True
    asks: tuple[str, ...] = ()
    """Words without which it is not sent."""
    said: Callable[[F], Collection[str]] | None = None
    """Which of them the facts say by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One report with what it is made of."""

    report: Report[Any]
    frame: Frame
    facts: Any

    def sheet(self, language: str) -> Sheet:
        return self.report.sheet(self.frame, self.facts, language)

    def over(self, now: Instant) -> bool:
        return self.report.over(self.facts, now)

    def missing(self, words: Mapping[str, str]) -> tuple[str, ...]:
        """What neither these words nor the facts say."""
        said = () if self.report.said is None else self.report.said(self.facts)
        return tuple(word for word in self.report.asks if not words.get(word) and word not in said)

    def document(self) -> dict[str, Any]:
        """JSON without floats: instants in whole milliseconds, shares as "num/den"."""
        frame = _adapter(Frame).dump_python(self.frame, mode="json")
        return {**frame, "facts": _adapter(self.report.facts).dump_python(self.facts, mode="json")}

    def record(self) -> bytes:
        """Its canonical form (RFC 8785)."""
        return rfc8785.dumps(self.document())


def paper_of(report: Report[Any], document: dict[str, Any]) -> Paper:
    """What `document` wrote, read again."""
    frame = {key: value for key, value in document.items() if key != "facts"}
    return Paper(
        report=report,
        frame=_adapter(Frame).validate_python(frame),
        facts=_adapter(report.facts).validate_json(rfc8785.dumps(document["facts"])),
    )


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(of: Any) -> TypeAdapter[Any]:
    """Building one takes longer than reading a report with it."""
    if of not in _ADAPTERS:
        _ADAPTERS[of] = TypeAdapter(of)
    return _ADAPTERS[of]
