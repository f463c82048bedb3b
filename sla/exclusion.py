"""Which agreed windows take time out of the count, and why the others do not. sla-definition.md, 'Inputs' (E).

Invalid ones stay listed with their reason.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from config.agreement import Agreement, Category
from config.instant import DAY, Instant, Span
from config.model import Exclusion as Written
from config.value import Text
from sla.calendar import local, starting
from sla.interval import Interval

_EVERY = re.compile(r"(\S+) (\d\d):(\d\d)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Flaw(StrEnum):
    """Why an exclusion does not exclude."""

    CATEGORY = "category"
    """Its category is not allowed by the agreement in force at its start."""
    UNCONFIRMED = "unconfirmed"
    """Written in the configuration, resting on no annex and confirmed by nobody."""
    CUSTOMER_WORD = "customer_word"
    """Said to be caused by the customer, without the customer's word."""
    LATE = "late"
    """Announced less than the agreed time ahead, or not at all."""
    CAP = "cap"
    """The month's cap was used up by windows announced before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One occurrence [start, end). `flaw` is None for a valid one; `needed` is the notice agreed for its category."""

    id: str
    start: Instant
    end: Instant
    components: tuple[str, ...]
    category: Category
    given_at: Instant | None
    needed: Span | None
    approved_by: str | None
    text: Text | None
    flaw: Flaw | None

    @property
    def valid(self) -> bool:
        return self.flaw is None

    @property
    def interval(self) -> Interval:
        return self.start, self.end

    @property
    def ahead(self) -> Span | None:
        """How long before the start notice was given; None without notice, negative after the start."""
        return None if self.given_at is None else self.start - self.given_at


def exclusions_in(
    written: Iterable[Written], agreement: Agreement, versions: Iterable[Agreement], window: Interval
) -> tuple[Exclusion, ...]:
    """What concerns the agreement's components and overlaps the window, in order of start, judged.

    `versions` are all of one agreement's; the one in force at an occurrence's start decides.
    """
    terms = tuple(versions)
    zone = ZoneInfo(agreement.availability.timezone)
    concerned = [one for one in written if set(one.components) & set(agreement.components)]
    # A cap is one month's, so every window of the months touched is judged.
    wide = (_month_start(window[0], zone), window[1] + 31 * DAY)
    found = [_judged(one, span, terms) for one in concerned for span in occurrences(one, wide)]
    capped = _capped(found, terms, zone)
    return tuple(
        sorted(
            (one for one in capped if one.start < window[1] and window[0] < one.end),
            key=lambda one: (one.start, one.id),
        )
    )


def occurrences(written: Written, window: Interval) -> Iterator[Interval]:
    """The intervals of a single or recurring exclusion that overlap the window.

    A recurring one starts by the local clock (in a gap at its end, at a repeated time at the first) and has its exact
    duration.
    """
    if written.start is not None and written.end is not None:
        if written.start < window[1] and window[0] < written.end:
            yield written.start, written.end
        return
    if written.every is None or written.duration is None:
        return
    zone = ZoneInfo(written.timezone)
    day = local(window[0] - written.duration - DAY, zone).date()
    last = local(window[1], zone).date()
    name, hour, minute = _every(written.every)
    while day <= last:
        if _falls_on(name, day):
            start = starting(datetime.combine(day, time(hour, minute)), zone)
            if start < window[1] and window[0] < start + written.duration:
                yield start, start + written.duration
        day += timedelta(days=1)


def _every(text: str) -> tuple[str, int, int]:
    found = _EVERY.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is no recurring start; write Sun 01:00, day 01:00 or 1 01:00")
    return found[1].lower(), int(found[2]), int(found[3])


def _falls_on(name: str, day: date) -> bool:
    return name == "day" or name == str(day.day) or name == _DAYS[day.weekday()]


def _judged(written: Written, span: Interval, versions: tuple[Agreement, ...]) -> Exclusion:
    version = next((one for one in versions if one.in_force(span[0])), None)
    rule = None if version is None else version.availability.exclusions.get(written.category)
    given = None if written.notice is None else written.notice.given
    ref = None if written.notice is None else written.notice.ref
    flaw: Flaw | None = None
    if rule is None:
        flaw = Flaw.CATEGORY
    elif written.category is Category.CUSTOMER:
        flaw = Flaw.CUSTOMER_WORD
    elif rule.notice and (given is None or given + rule.notice > span[0]):
        flaw = Flaw.LATE
    elif ref is None:
        flaw = Flaw.UNCONFIRMED
    return Exclusion(
        id=written.id,
        start=span[0],
        end=span[1],
        components=written.components,
        category=written.category,
        given_at=given,
        needed=None if rule is None else rule.notice,
        approved_by=ref,
        text=written.text,
        flaw=flaw,
    )


def _capped(found: list[Exclusion], versions: tuple[Agreement, ...], zone: ZoneInfo) -> list[Exclusion]:
    """Valid ones take from their month's cap in order of notice; one that no longer fits does not exclude."""
    used: dict[tuple[Category, Instant], Span] = {}
    judged: list[Exclusion] = []
    for one in sorted(found, key=lambda one: (one.given_at or one.start, one.start, one.id)):
        version = next((version for version in versions if version.in_force(one.start)), None)
        rule = None if version is None else version.availability.exclusions.get(one.category)
        if not one.valid or rule is None or rule.cap is None:
            judged.append(one)
            continue
        month = one.category, _month_start(one.start, zone)
        taken = used.get(month, 0) + one.end - one.start
        if taken > rule.cap:
            judged.append(replace(one, flaw=Flaw.CAP))
        else:
            used[month] = taken
            judged.append(one)
    return judged


def _month_start(at: Instant, zone: ZoneInfo) -> Instant:
    day = local(at, zone).date().replace(day=1)
    return starting(datetime.combine(day, time()), zone)
