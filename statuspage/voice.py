"""How one page speaks: its language, its zone, when it was made; and the public words for what the probes saw."""

from dataclasses import dataclass
from fractions import Fraction

from config.instant import Instant, Span
from config.language import CHINESE, choose
from config.look import figure, sentence
from config.look.reason import reason_text
from statuspage.facts import Text

ROOM = "statuspage"

# Nothing here may name an address, a port or an answer's text: those are the engineers' business.

SLOW = frozenset({"too_slow", None})
"""Reasons of a degraded state for which 'slow answers' is the truth, as far as we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    language: str
    zone: str
    now: Instant

    def t(self, text: str, /, **values: object) -> str:
        """The sentence in this language."""
        return sentence(ROOM, self.language, text, **values)

    def count(self, number: int, one: str, many: str, **values: object) -> str:
        """`{n}` things, in the singular or the plural."""
        return self.t(one if number == 1 else many, n=number, **values)

    @property
    def comma(self) -> str:
        return "，" if self.language == CHINESE else ", "

    @property
    def colon(self) -> str:
        return "：" if self.language == CHINESE else ": "

    def joined(self, *sentences: str) -> str:
        """Whole sentences one after another; Chinese puts no space between them."""
        return ("" if self.language == CHINESE else " ").join(sentence for sentence in sentences if sentence)

    def text(self, text: Text) -> str:
        return choose(text, self.language)

    def reason(self, reason: str | None) -> str:
        """Public words, empty where there are none."""
        return reason_text(reason, self.language)

    def listed(self, names: list[str], most: int = 3) -> str:
        """`A, B, C and 4 more`."""
        head = figure.listed(names[:most], self.language)
        more = len(names) - most
        return self.t("{names} and {n} more", names=head, n=more) if more > 0 else head

    def length(self, span: Span | Fraction) -> str:
        return figure.length(span, self.language)

    def percent(self, share: Fraction | None) -> str:
        return figure.percent(share, self.language)

    def clock(self, at: Instant, *, seconds: bool = False) -> str:
        """The time alone where it is today's, else with its day."""
        if self.today(at):
            return figure.time_of_day(at, self.zone, seconds=seconds)
        return figure.moment(at, self.zone, self.language, seconds=seconds)

    def today(self, at: Instant) -> bool:
        return figure.local(at, self.zone).date() == figure.local(self.now, self.zone).date()

    def day(self, at: Instant) -> str:
        return figure.day(at, self.zone, self.language)

    def full_day(self, at: Instant) -> str:
        return figure.full_day(at, self.zone, self.language)

    def moment(self, at: Instant) -> str:
        return figure.moment(at, self.zone, self.language)

    def spell(self, start: Instant, end: Instant) -> str:
        """`today 14:00–16:00`, `22 Nov 01:00–05:00`, `22 Nov 23:00–23 Nov 01:00`."""
        first = figure.time_of_day(start, self.zone)
        last = figure.time_of_day(end, self.zone)
        if figure.local(start, self.zone).date() != figure.local(end, self.zone).date():
            last = self.moment(end)
        if self.today(start):
            return self.t("today {from_time}–{to_time}", from_time=first, to_time=last)
        gap = "" if self.language == CHINESE else " "
        return f"{self.day(start)}{gap}{first}{figure.RANGE}{last}"
