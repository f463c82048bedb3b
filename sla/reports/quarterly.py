"""The quarterly analysis: three months and their trend by summed seconds, repeats, resolved cases, clocks, ratings.

Source: requirements.md 1 and 3. A quarter's share is made of summed seconds, never of shares.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from config.agreement import Period
from config.instant import SECOND, Instant
from config.look.figure import MINUS, RANGE, percent
from config.value import Text
from sla.account import Verdict
from sla.booking import Obligation
from sla.display import decimals
from sla.frame import added, framed
from sla.indicator import Measured
from sla.page import VERDICTS
from sla.paper.indicator import indicator_table
from sla.paper.measure import measures
from sla.paper.satisfaction import points
from sla.paper.sheet import Blank, Block, Cell, Column, Figure, Section, Sheet, Table
from sla.rating import Rating, mean_of
from sla.record import CaseRecord, Outcome
from sla.remedyclause import per_cent
from sla.report import Frame, Report, Subject
from sla.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Of one component in one month: seconds, whole or "num/den". `verdict` None without a target's verdict."""

    component: str
    name: Text
    target: str
    agreed_s: str
    counted_s: str
    unobserved_s: str
    verdict: Verdict | None
    agreement: str = ""
    """Empty in reports that were issued before it was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """`number` and `revision` of the sealed statement the sums are of; None: counted anew."""

    period: str
    number: str | None
    revision: int | None
    provisional: bool
    sums: tuple[Sums, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """`cases` were reported in it, `resolved` of them by its end. `repeats` of `incidents` were the same fault again.
    `ratings` are the customer's, of each case the last; `measures` those of improvement,
    `indicators` what the agreements promise beside availability, measured over the quarter.
    """

    period: str
    end: Instant
    months: tuple[Month, ...]
    cases: tuple[CaseRecord, ...] = ()
    resolved: int = 0
    incidents: int = 0
    repeats: int = 0
    ratings: tuple[Rating, ...] = ()
    measures: tuple[Obligation, ...] = ()
    indicators: tuple[Measured, ...] = ()
    best: int = 5


def sheet(frame: Frame, facts: Quarter, language: str) -> Sheet:
    voice = Voice(frame, language)
    t = voice.t
    return framed(
        frame,
        voice,
        title=t("Quarterly analysis"),
        subtitle=voice.period(facts.period),
        facts=((t("Period"), voice.period(facts.period)), (t("Statements"), _numbers(voice, facts))),
        figures=(
            Figure(title=t("Downtime in the quarter"), text=voice.lasted(_counted(facts.months) * SECOND)),
            Figure(
                title=t("Time limits met"),
                text=_part(voice, *_kept(facts.cases)),
                small=_of(voice, *_kept(facts.cases)),
            ),
            Figure(
                title=t("Cases resolved"),
                text=_part(voice, facts.resolved, len(facts.cases)),
                small=_of(voice, facts.resolved, len(facts.cases)),
            ),
            Figure(
                title=t("Repeated incidents"),
                text=_part(voice, facts.repeats, facts.incidents),
                small=_of(voice, facts.repeats, facts.incidents),
            ),
        ),
        sections=(
            Section(
                title=t("Availability by month"),
                note=t("the quarter from summed seconds, cut, never rounded up"),
                blocks=(_availability(voice, facts),),
            ),
            Section(
                title=t("Downtime by month"), note=t("and against the month before"), blocks=(_downtime(voice, facts),)
            ),
            Section(title=t("Service quality"), blocks=(_quality(voice, facts),)),
            *_indicators(voice, facts),
            Section(title=t("Cases and time limits"), blocks=(voice.cases(facts.cases),)),
            Section(title=t("Improvement measures"), blocks=_improvements(frame, voice, facts)),
        ),
    )


def _indicators(voice: Voice, facts: Quarter) -> tuple[Section, ...]:
    if not facts.indicators:
        return ()
    table = indicator_table(voice, Period.QUARTER, facts.indicators)
    return (Section(title=voice.t("Indicators"), note=voice.t("over the whole quarter"), blocks=(table,)),)


def _improvements(frame: Frame, voice: Voice, facts: Quarter) -> tuple[Block, ...]:
    """What people wrote down as it came, and for this analysis; nothing: room to write."""
    own = added(frame, voice, "prevention")
    known = (measures(facts.measures, facts.end, voice.t, voice.who, voice.time),) if facts.measures else ()
    return (*known, *own) or (Blank(text=voice.t("Nothing is recorded."), lines=4),)


def _numbers(voice: Voice, facts: Quarter) -> str:
    return voice.listed(
        one.number or voice.t("{period} not sealed", period=voice.period(one.period)) for one in facts.months
    )


def _seconds(text: str) -> Fraction:
    return Fraction(text)


def _counted(months: Iterable[Month]) -> Fraction:
    """Of a service under several agreements by the strictest."""
    found: dict[tuple[str, str], Fraction] = {}
    for month in months:
        for one in month.sums:
            key = month.period, one.component
            found[key] = max(found.get(key, Fraction(0)), _seconds(one.counted_s))
    return sum(found.values(), Fraction(0))


def _rows(voice: Voice, facts: Quarter) -> Iterator[tuple[Cell, Sums, list[Sums | None]]]:
    """Of each service, under each agreement: its name, what was agreed last, and each month."""
    newest = {_key(one): one for month in facts.months for one in month.sums}
    several = len({one.agreement for one in newest.values()}) > 1
    for key, one in newest.items():
        told = [next((each for each in month.sums if _key(each) == key), None) for month in facts.months]
        yield Cell(text=voice.text(one.name), small=(one.agreement,) if several else ()), one, told


def _key(one: Sums) -> tuple[str, str]:
    return one.agreement, one.component


def share_of(sums: Sequence[Sums]) -> Fraction | None:
    """The part of the agreed seconds that was no downtime; None where none were agreed."""
    agreed = sum((_seconds(one.agreed_s) for one in sums), Fraction(0))
    counted = sum((_seconds(one.counted_s) for one in sums), Fraction(0))
    return (agreed - counted) / agreed if agreed else None


def _availability(voice: Voice, facts: Quarter) -> Table:
    t = voice.t
    columns = (
        Column(title=t("Service"), share=1),
        Column(title=t("Target"), right=True),
        *(Column(title=voice.period(month.period), right=True) for month in facts.months),
        Column(title=t("Quarter"), right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for name, newest, told in _rows(voice, facts):
        shares = [_share(voice, one) for one in told]
        known = [one for one in told if one is not None]
        whole = percent(share_of(known), voice.language, decimals(newest.target))
        rows.append(
            (
                name,
                Cell(text=per_cent(newest.target, voice.language)),
                *shares,
                Cell(text=whole, strong=True),
            )
        )
    return voice.table(columns, rows, t("Nothing was counted."))


def _share(voice: Voice, one: Sums | None) -> Cell:
    if one is None:
        return Cell(text=RANGE)
    mark = "" if one.verdict is None else one.verdict.value
    said = "" if one.verdict is None else voice.t(VERDICTS[one.verdict])
    return Cell(
        text=percent(share_of([one]), voice.language, decimals(one.target)), mark=mark, small=(said,) if said else ()
    )


def _downtime(voice: Voice, facts: Quarter) -> Table:
    t = voice.t
    columns = (
        Column(title=t("Service"), share=1),
        *(Column(title=voice.period(month.period), right=True) for month in facts.months),
        Column(title=t("Quarter"), right=True),
        Column(title=t("Not measured"), right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for name, _, told in _rows(voice, facts):
        cells: list[Cell] = []
        before: Sums | None = None
        for one in told:
            cells.append(_against(voice, one, before))
            before = one
        known = [one for one in told if one is not None]
        rows.append(
            (
                name,
                *cells,
                Cell(text=_sum(voice, [one.counted_s for one in known]), strong=True),
                Cell(text=_sum(voice, [one.unobserved_s for one in known])),
            )
        )
    return voice.table(columns, rows, t("Nothing was counted."))


def _sum(voice: Voice, seconds: Iterable[str]) -> str:
    return voice.lasted(sum((_seconds(one) for one in seconds), Fraction(0)) * SECOND)


def _against(voice: Voice, one: Sums | None, before: Sums | None) -> Cell:
    if one is None:
        return Cell(text=RANGE)
    text = voice.lasted(_seconds(one.counted_s) * SECOND)
    if before is None:
        return Cell(text=text)
    change = (_seconds(one.counted_s) - _seconds(before.counted_s)) * SECOND
    if not change:
        return Cell(text=text, small=(voice.t("as before"),))
    sign = "+" if change > 0 else MINUS
    return Cell(text=text, small=(f"{sign}{voice.lasted(abs(change))}",))


def _quality(voice: Voice, facts: Quarter) -> Table:
    """Each share with its n: a share of nothing is a dash."""
    t = voice.t
    met, decided = _kept(facts.cases)
    columns = (
        Column(title=t("Figure"), share=1),
        Column(title=t("Share or mean"), right=True),
        Column(title=t("n"), right=True),
    )
    rated = len(facts.ratings)
    points_given = mean_of(facts.ratings)
    mean = RANGE if points_given is None else points(points_given)
    rows = [
        (t("Share of cases resolved"), _part(voice, facts.resolved, len(facts.cases)), len(facts.cases)),
        (t("Share of time limits met"), _part(voice, met, decided), decided),
        (t("Share of repeated incidents"), _part(voice, facts.repeats, facts.incidents), facts.incidents),
        (t("Mean satisfaction, of {best}", best=facts.best), mean, rated),
    ]
    made = [(Cell(text=name), Cell(text=value, strong=True), Cell(text=str(n))) for name, value, n in rows]
    return voice.table(columns, made, RANGE)


def _kept(cases: Iterable[CaseRecord]) -> tuple[int, int]:
    """(met, met or missed): what is still open is neither."""
    outcomes = [clock.outcome for case in cases for clock in case.commitments]
    met = outcomes.count(Outcome.MET)
    return met, met + outcomes.count(Outcome.MISSED)


def _part(voice: Voice, part: int, whole: int) -> str:
    return percent(Fraction(part, whole) if whole else None, voice.language, 1)


def _of(voice: Voice, part: int, whole: int) -> str:
    return voice.t("{part} of {whole}", part=part, whole=whole)


REPORT = Report(subject=Subject.QUARTER, facts=Quarter, sheet=sheet, over=lambda facts, now: facts.end <= now)
