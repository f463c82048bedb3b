"""A case's clocks as people read them: what is left, of how much, until when. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.agreement import Limit
from config.counting import Category
from config.instant import HOUR, Instant
from config.look import figure
from console import words
from console.voice import Voice
from incidents.case import Case
from incidents.clock import Clock, ClockState, commitments_of, latest
from sla.commitment import hours_text

WHOLE = 1000

_DAYS = 48 * HOUR
"""What is further away is counted in days, and nobody watches it run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One clock. `share` of the time used, in thousandths; `due_at` until it is done; `runs`: second by second;
    `verdict` a state's word.
    """

    name: str
    limit: str
    figure: str
    detail: str
    share: int
    verdict: str
    due_at: Instant | None
    runs: bool
    case: str = ""


def faces(case: Case, clocks: Sequence[Clock], voice: Voice) -> list[Face]:
    """In the agreement's order; of what is owed again and again the newest, and what was missed."""
    return [_face(case, clock, voice) for clock in latest(clocks)]


def nearest(case: Case, clocks: Sequence[Clock], voice: Voice) -> Face | None:
    """The clock that runs out next, or ran out longest ago without being done."""
    running = [clock for clock in clocks if clock.done_at is None and clock.due_at is not None]
    if not running:
        return None
    return _face(case, min(running, key=lambda clock: clock.due_at or 0), voice)


def by_urgency(found: Iterable[Face]) -> list[Face]:
    """Nearest first; what does not run comes last."""
    return sorted(found, key=lambda face: (face.due_at is None, face.due_at or 0))


def _face(case: Case, clock: Clock, voice: Voice) -> Face:
    shown, detail = _standing(case, clock, voice)
    return Face(
        name=voice.code(words.CLOCKS, clock.name),
        limit=_limit(case, clock, voice),
        figure=shown,
        detail=detail,
        share=_share(clock, voice.now),
        verdict=clock.state.value,
        due_at=clock.due_at if clock.done_at is None else None,
        runs=clock.done_at is None and clock.due_at is not None and clock.due_at - voice.now < _DAYS,
        case=case.id,
    )


def _standing(case: Case, clock: Clock, voice: Voice) -> tuple[str, str]:
    if clock.state is ClockState.PAUSED:
        return voice.t("Stopped"), voice.t(_WAITS[case.waits_for or Category.CUSTOMER])
    if clock.due_at is None and clock.done_at is None:
        return voice.t("Running"), voice.t("by a special plan")
    if clock.done_at is not None and clock.state is ClockState.MET:
        taken = voice.length(max(0, clock.done_at - clock.started_at))
        return voice.t("Met"), voice.t("after {length}", length=taken) if taken != "0" else voice.t("at once")
    due_at = clock.due_at or voice.now
    if clock.done_at is not None:
        return voice.t("Missed"), voice.t("done {length} late", length=voice.length(clock.done_at - due_at))
    due = voice.t("due {time}", time=voice.clock(due_at))
    if clock.state is ClockState.MISSED:
        due = voice.t("missed, was due {time}", time=voice.clock(due_at))
    elif clock.provisional:
        due = voice.t("due {time}, provisional", time=voice.clock(due_at))
    left = due_at - voice.now
    return voice.length(left) if left >= _DAYS else figure.running(left), due


_WAITS = {
    Category.CUSTOMER: "waits for the customer",
    Category.THIRD_PARTY: "waits for a third party",
    Category.MAINTENANCE: "waits for agreed maintenance",
}


def _share(clock: Clock, now: Instant) -> int:
    if clock.due_at is None or clock.due_at <= clock.started_at:
        return 0
    until = now if clock.done_at is None else clock.done_at
    used = (until - clock.started_at) * WHOLE // (clock.due_at - clock.started_at)
    return max(0, min(WHOLE, used))


def _limit(case: Case, clock: Clock, voice: Voice) -> str:
    agreement = voice.agreement(case)
    commitment = None if agreement is None else commitments_of(case, agreement).get(clock.name)
    if commitment is None:
        return ""
    hours = hours_text(commitment, voice.language)
    return voice.comma.join(filter(None, (_length(commitment.limit, voice), hours)))


def _length(limit: Limit, voice: Voice) -> str:
    if limit.by_plan:
        return voice.t("by a special plan")
    days = "" if limit.days is None else voice.count(limit.days, "{n} working day", "{n} working days")
    if limit.span is None:
        return days
    span = voice.length(limit.span)
    return voice.t("the earlier of {span} and {days}", span=span, days=days) if days else span
