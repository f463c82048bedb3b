"""The monthly inspection: of each component its checks, how they were answered, certificates, latency, findings.

Answers are counted by whole UTC days, as observations are stored; it is no account of availability. Source:
requirements.md 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate

from config.instant import DAY, Instant, Span
from config.look.figure import RANGE, day, milliseconds, percent
from config.look.reason import reason_text
from config.value import Text
from probe.latency import BOUNDS_US
from sla.frame import framed
from sla.paper.sheet import Block, Cell, Column, Section, Sheet
from sla.report import Frame, Report, Subject
from sla.voice import Voice

EXPIRES_WITHIN = 30 * DAY
SLOWER = Fraction(3, 2)
"""A mean latency so many times the month before's is a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Of the answers from `start` on: `counts` by bucket of `probe.latency`."""

    start: Instant
    count: int
    sum_us: int
    counts: tuple[int, ...]

    @property
    def mean_us(self) -> int | None:
        return self.sum_us // self.count if self.count else None

    @property
    def within_us(self) -> int | None:
        """The bound under which 95 of 100 lie; None above the highest, or without an answer."""
        reached = (at for at, sum in enumerate(accumulate(self.counts)) if self.count and sum * 100 >= self.count * 95)
        place = next(reached, len(BOUNDS_US))
        return BOUNDS_US[place] if place < len(BOUNDS_US) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One check at one location. `answers` by result; `missed` were not asked. `weeks` in order, `before`: the month
    before. `certificate_until` as last seen in an answer that was kept, at `certificate_seen_at`.
    """

    id: str
    kind: str
    location: str
    interval: Span
    timeout: Span
    answers: dict[str, int] = field(default_factory=dict)
    missed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    weeks: tuple[Latency, ...] = ()
    before: Latency | None = None
    certificate_until: Instant | None = None
    certificate_seen_at: Instant | None = None

    @property
    def answered(self) -> int:
        """Questions that said something about the target."""
        return sum(self.answers.get(one, 0) for one in ("up", "degraded", "down"))

    @property
    def good(self) -> Fraction | None:
        whole = self.answered
        return Fraction(whole - self.answers.get("down", 0), whole) if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    component: str
    name: Text
    checks: tuple[Checked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """`period` as `2026-10`; its UTC days from `start` to `end`, looked at up to `until`."""

    period: str
    start: Instant
    end: Instant
    until: Instant
    components: tuple[Inspected, ...] = ()


def sheet(frame: Frame, facts: Inspection, language: str) -> Sheet:
    voice = Voice(frame, language)
    t = voice.t
    found = [(one, line) for one in facts.components for line in findings(voice, one, facts.until)]
    return framed(
        frame,
        voice,
        title=t("Inspection report"),
        subtitle=voice.period(facts.period),
        facts=((t("Period"), voice.period(facts.period)), (t("Services"), str(len(facts.components)))),
        summary=t("{n} findings.", n=len(found)) if found else t("Nothing was found."),
        sections=(
            Section(
                title=t("Findings"),
                note=t("answers by whole days of UTC; certificates where an answer that was kept names one"),
                blocks=(
                    voice.table(
                        (Column(title=t("Service")), Column(title=t("Finding"), share=1)),
                        [(Cell(text=voice.text(one.name)), Cell(text=line)) for one, line in found],
                        t("Nothing was found."),
                    ),
                ),
            ),
            *(_component(voice, one, facts) for one in facts.components),
        ),
    )


def findings(voice: Voice, one: Inspected, end: Instant) -> Iterator[str]:
    """Sentences, the checks' order."""
    t = voice.t
    if not one.checks:
        yield t("No check of ours asks it; what senders report is all that is known.")
    for check in one.checks:
        name = check.id.partition("/")[2]
        if not check.answered:
            yield t("{check}: no answer is kept of this period.", check=name)
        if check.answers.get("down"):
            yield t(
                "{check}: {n} of {all} answers failed ({reasons}).",
                check=name,
                n=check.answers["down"],
                all=check.answered,
                reasons=_reasons(voice, check),
            )
        lost = check.missed + check.answers.get("invalid", 0)
        if lost:
            yield t("{check}: {n} questions were not asked, or spoilt by our own fault.", check=name, n=lost)
        yield from _slower(voice, check, name)
        if check.certificate_until is not None and check.certificate_until - end < EXPIRES_WITHIN:
            yield t("{check}: its certificate ends on {day}.", check=name, day=voice.day(check.certificate_until))


def _slower(voice: Voice, check: Checked, name: str) -> Iterator[str]:
    whole, before = _whole(check), None if check.before is None else check.before.mean_us
    if whole is not None and before and whole > before * SLOWER:
        yield voice.t(
            "{check}: answers took {now}, in the month before {before}.",
            check=name,
            now=_latency(voice, whole),
            before=_latency(voice, before),
        )


def _whole(check: Checked) -> int | None:
    count = sum(week.count for week in check.weeks)
    return sum(week.sum_us for week in check.weeks) // count if count else None


def _reasons(voice: Voice, check: Checked) -> str:
    told = sorted(check.reasons.items(), key=lambda one: (-one[1], one[0]))
    return voice.listed(f"{reason_text(name, voice.language) or name} {n}" for name, n in told) or RANGE


def _component(voice: Voice, one: Inspected, facts: Inspection) -> Section:
    t = voice.t
    columns = (
        Column(title=t("Check"), share=1),
        Column(title=t("Every"), right=True),
        Column(title=t("Answers"), right=True),
        Column(title=t("Good"), right=True),
        Column(title=t("Failed"), right=True),
        Column(title=t("Not asked"), right=True),
        Column(title=t("Certificate"), right=True),
    )
    rows = [
        (
            Cell(text=check.id.partition("/")[2], small=(f"{check.kind}@{check.location}",)),
            Cell(text=voice.lasted(check.interval)),
            Cell(text=str(check.answered)),
            Cell(text=percent(check.good, voice.language), strong=True),
            Cell(text=str(check.answers.get("down", 0))),
            Cell(text=str(check.missed + check.answers.get("invalid", 0))),
            Cell(text=_certificate(voice, check, facts.until)),
        )
        for check in one.checks
    ]
    table = voice.table(columns, rows, t("No check of ours asks it; what senders report is all that is known."))
    return Section(title=voice.text(one.name), blocks=(table, _trend(voice, one)) if one.checks else (table,))


def _certificate(voice: Voice, check: Checked, end: Instant) -> str:
    if check.certificate_until is None:
        return RANGE
    return voice.t("{n} days left", n=max(0, (check.certificate_until - end) // DAY))


def _trend(voice: Voice, one: Inspected) -> Block:
    t = voice.t
    longest = max((check.weeks for check in one.checks), key=len)
    columns = (
        Column(title=t("Mean latency"), share=1),
        Column(title=t("month before"), right=True),
        *(Column(title=t("from {day}", day=day(week.start, "UTC", voice.language)), right=True) for week in longest),
    )
    rows = [
        (
            Cell(text=check.id.partition("/")[2], small=(t("below: 95 of 100 within"),)),
            _mean(voice, check.before),
            *(_mean(voice, week) for week in check.weeks),
        )
        for check in one.checks
    ]
    return voice.table(columns, rows, RANGE)


def _mean(voice: Voice, one: Latency | None) -> Cell:
    if one is None or one.mean_us is None:
        return Cell(text=RANGE)
    within = "" if one.within_us is None else _latency(voice, one.within_us)
    return Cell(text=_latency(voice, one.mean_us), small=(within,) if within else ())


def _latency(voice: Voice, us: int) -> str:
    return milliseconds(-(-us // 1000), voice.language)


REPORT = Report(subject=Subject.MONTH, facts=Inspection, sheet=sheet, over=lambda facts, _: facts.until == facts.end)
