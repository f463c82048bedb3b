"""What people silence: whom it fits, from when until when, and what may not be silenced. Pure. ADR 0101.

A silence holds calls and nothing else: incidents, facts, clocks and pages are as they would be without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config import matcher
from config.instant import DAY, Instant, Span
from config.matcher import Matcher
from incidents.decide import Refused
from incidents.severity import MILDEST, WORST

SILENCE = "silence:"
"""How the name of a silence begins where it is said what holds an incident's calls."""
AT_MOST: Span = 31 * DAY
_MANY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """In force over [start, end), or until somebody ended it. `worst_too`: it holds severity 1, too."""

    id: int
    matchers: tuple[Matcher, ...]
    start: Instant
    end: Instant
    reason: str
    by: str
    recorded_at: Instant
    worst_too: bool = False
    ended_at: Instant | None = None
    ended_by: str | None = None

    @property
    def name(self) -> str:
        return f"{SILENCE}{self.id}"

    def concerns(self, component: str, severity: int) -> bool:
        """Whether it can hold anything of an incident, whatever else its matchers say."""
        if severity == WORST and not self.worst_too:
            return False
        known = {"component": component, "severity": str(severity)}
        return all(one.fits(known) for one in self.matchers if one.label in known)

    def holds(self, traits: Mapping[str, str]) -> bool:
        """Of an incident it concerns: whether one thing that fails, by its labels, is silenced."""
        return all(one.fits(traits) for one in self.matchers)


def matchers(texts: Sequence[str]) -> tuple[Matcher, ...]:
    """Raises Refused."""
    try:
        return tuple(matcher.parse(text) for text in texts)
    except ValueError as error:
        raise Refused(str(error)) from error


def check(silence: Silence, now: Instant) -> None:
    """Raises Refused with what to do instead."""
    if not 0 < len(silence.matchers) <= _MANY or all(one.fits({}) for one in silence.matchers):
        raise Refused("a silence says what it is for, such as component=shop; what fits everything silences too much")
    if not any(_possible(silence.matchers, str(one)) for one in range(WORST, MILDEST + 1)):
        raise Refused("the severity of an incident is 1, 2 or 3")
    if silence.start < now:
        raise Refused("who was called already was called; let it begin now or later")
    if not 0 < silence.end - silence.start <= AT_MOST:
        raise Refused("a silence ends after it begins, and lasts 31 days at most")
    if not silence.reason.strip():
        raise Refused("say why nobody needs to be called; whoever looks for a call that did not come wants to know")


def _possible(matchers: Sequence[Matcher], severity: str) -> bool:
    return all(one.fits({"severity": severity}) for one in matchers if one.label == "severity")


def check_end(silence: Silence | None, id: int, now: Instant) -> Silence:
    """Raises Refused."""
    if silence is None:
        raise Refused(f"there is no silence {id}; `upheld silence list` lists them")
    if silence.ended_at is not None or silence.end <= now:
        raise Refused(f"silence {id} is over already")
    return silence
