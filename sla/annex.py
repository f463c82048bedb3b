"""The annex to a contract: 《可用性计算办法》, "How availability is counted". Every clause stands in both languages.

One page complete in itself: no script, no other file, nothing fetched. What it prints is the agreement as it is stored,
with the hash that the store and every statement name it by.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from config.agreement import Agreement, Level
from config.instant import Span
from config.language import CHINESE, ENGLISH
from config.look import environment, sentence
from config.look.figure import full_day, length
from sla.annexed import Annexed, both
from sla.clause import ROOM, clauses
from sla.commitment import level_text
from sla.paper.style import STATEMENT, style

LANGUAGES = (CHINESE, ENGLISH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One clause, Chinese and English, and where it stands in both."""

    text: tuple[str, str]
    origin: tuple[str, str]


def annex(one: Annexed) -> bytes:
    """The page."""
    agreement, zone = one.agreement, one.agreement.availability.timezone
    page = environment(ROOM, CHINESE, zone).get_template("annex.html")
    text = page.render(
        agreement=agreement,
        digest=one.version.sha256,
        zh=partial(sentence, ROOM, CHINESE),
        _=str,
        style=style(STATEMENT),
        parties=one.parties,
        components=[both(one.names.get(name, name)) for name in agreement.components],
        effective=_days(agreement.effective, zone),
        ends=None if agreement.until is None else _days(agreement.until, zone),
        renewal=renewal(agreement),
        rows=list(_rows(agreement)),
        levels=[_level(level) for level in one.levels],
    )
    return text.encode()


def _days(at: int, zone: str) -> tuple[str, str]:
    return full_day(at, zone, CHINESE), full_day(at, zone, ENGLISH)


def _rows(agreement: Agreement) -> Iterator[Row]:
    for chinese, english in zip(clauses(agreement, CHINESE), clauses(agreement, ENGLISH), strict=True):
        yield Row(text=(chinese.text, english.text), origin=(chinese.origin, english.origin))


def renewal(agreement: Agreement) -> tuple[str, str] | None:
    """What becomes of it at its end, Chinese and English; None where nothing is agreed."""
    if agreement.renewal is None:
        return None
    rule = (
        "It goes on by itself unless one side gives notice {length} before the end."
        if agreement.renewal.automatic
        else "It ends unless both sides agree to go on, {length} before the end."
    )
    chinese, english = (_length(agreement.renewal.notice, language) for language in LANGUAGES)
    return sentence(ROOM, CHINESE, rule, length=chinese), sentence(ROOM, ENGLISH, rule, length=english)


def _length(span: Span, language: str) -> str:
    return length(span, language)


def _level(level: Level) -> list[tuple[str, str]]:
    """Its name, and each of its time limits in both languages."""
    texts = zip(level_text(level, CHINESE), level_text(level, ENGLISH), strict=True)
    return [both(level.name), *texts]
