"""How fast incidents were noticed, taken and ended, and how well cases were solved, over days that the reader names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from aiohttp import web

from config.instant import Instant
from config.language import choose
from config.look import figure
from console.form import Form
from console.rules import Rules
from console.visit import Visit
from console.voice import Voice
from incidents.performance import Performance, Share, Timed, Timing
from incidents.performing import performed, window_of
from sla.calendar import midnight
from sla.interval import Interval

PERFORMANCE = "/desk/performance"

TIMES = {
    Timing.DETECT: "to detect",
    Timing.ACKNOWLEDGE: "to acknowledge",
    Timing.MITIGATE: "to mitigate",
    Timing.RESOLVE: "to resolve",
}
SHARES = {
    Share.RESOLVED: "Resolved, of the cases reported",
    Share.AT_FIRST_CONTACT: "Resolved at first contact, of those that a person reported",
    Share.FIRST_TIME: "The first result held, of those that had one",
    Share.REPEATED: "The same again within 30 days, of the faults",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    severity: int
    name: str
    median: str
    p90: str
    n: int
    waiting: int
    without: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    name: str
    value: str
    hits: int
    n: int


class PerformancePage:
    """Read-only; what was asked stands in the address."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        voice, form = visit.voice, Form(visit.request.query, visit.voice)
        window = _window(form, voice)
        customers = {id: choose(one.name, visit.language) for id, one in visit.config.customers.items()}
        customer = form.one_of("customer", {"": "", **customers}, voice.t("Choose a customer.")) or None
        if not form.good:
            return visit.page("performance.html", status=422, form=form, customers=customers, found=None)
        found = await self._rules.database.read(lambda tx: performed(tx, window, customer, visit.now))
        return visit.page(
            "performance.html",
            form=form,
            customers=customers,
            found=found,
            times=[_time_row(one, voice) for one in found.times],
            shares=_share_rows(found, voice),
            first=figure.full_day(window[0], voice.zone, voice.language),
            last=figure.full_day(window[1] - 1, voice.zone, voice.language),
        )


def _window(form: Form, voice: Voice) -> Interval:
    """Whole local days, the last one included; what is wrong stands in `form.errors`."""
    start, end = _midnight(form, voice, "from", 0), _midnight(form, voice, "to", 1)
    window = window_of(start, end, voice.now)
    if window[0] >= window[1]:
        form.errors.setdefault("from", voice.t("The first day comes before the last one."))
    return window


def _midnight(form: Form, voice: Voice, name: str, later: int) -> Instant | None:
    """With which the day begins, or `later` days after it; None where none is named."""
    value = form.get(name)
    if not value:
        return None
    try:
        day = date.fromisoformat(value) + timedelta(days=later)
        return midnight(day, ZoneInfo(voice.zone))
    except (ValueError, OverflowError):
        form.errors[name] = voice.t("That is no day. Write it like 2026-11-18.")
        return None


def _time_row(one: Timed, voice: Voice) -> TimeRow:
    return TimeRow(
        severity=one.severity,
        name=voice.t(TIMES[one.of]),
        median="–" if one.median is None else voice.length(one.median),
        p90="–" if one.p90 is None else voice.length(one.p90),
        n=one.n,
        waiting=one.waiting,
        without=one.without,
    )


def _share_rows(found: Performance, voice: Voice) -> Sequence[ShareRow]:
    return [
        ShareRow(
            name=voice.t(SHARES[one.of]),
            value=figure.percent(Fraction(one.hits, one.n) if one.n else None, voice.language, 1),
            hits=one.hits,
            n=one.n,
        )
        for one in found.shares
    ]
