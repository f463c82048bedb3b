"""The sample in the store: drawn once a turn is over, read again, and the duty kept by the last word."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import Instant
from incidents.case import Case, CaseRecorded
from incidents.caseload import Caseload, NoSuchCase
from incidents.quality import HOUSE
from incidents.sample import Drawn, Reread, drawn
from incidents.store import case as cases
from sla.duty import SAMPLE, Turn, owed, turn_at
from sla.store import remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """One case of a sample. `reread` None: it waits."""

    case: Case
    turn: str
    reread: CaseRecorded | None


def due(tx: Connection, agreements: Iterable[Agreement], now: Instant) -> list[tuple[Agreement, Turn]]:
    """The turns that are over, and whose sample nobody has drawn yet."""
    asked = [(one, turn) for one in agreements if (turn := _turn(one, now)) is not None]
    opened = remedy.opened_of(tx, [_id(one, turn) for one, turn in asked])
    return [(one, turn) for one, turn in asked if _id(one, turn) not in opened]


def draw(tx: Connection, caseload: Caseload, agreement: Agreement, turn: Turn, now: Instant) -> tuple[str, ...]:
    """Of the cases that were closed in the turn. Of none the duty is kept at once."""
    duty = agreement.duties[SAMPLE]
    assert duty.every is not None and duty.share is not None
    own = [one for one in cases.of_customer(tx, agreement.customer) if one.agreement == agreement.id]
    chosen = drawn(turn.name, [one.id for one in own if _closed_in(one, turn)], duty.share)
    until = turn_at(duty.every, agreement.availability.timezone, now).end
    obligation = owed(agreement, duty, turn.name, until)
    remedy.owe(tx, agreement.customer, obligation, now)
    for case in chosen:
        caseload.record(tx, case, Drawn(turn=turn.name), HOUSE, now, now)
    if not chosen:
        remedy.fulfil(tx, obligation.id, HOUSE, "no case was closed", now)
    return chosen


def reread(
    tx: Connection, caseload: Caseload, case_id: str, findings: str, by: str, now: Instant, *, sound: bool
) -> Case:
    """A person's word; the last one of its sample keeps the duty. Raises NoSuchCase, Refused."""
    case = cases.find(tx, case_id)
    if case is None:
        raise NoSuchCase(f"there is no case {case_id!r}; `upheld case list` lists them")
    turn = case.sampled or ""
    after = caseload.record(tx, case_id, Reread(turn=turn, sound=sound, findings=findings), by, now, now)
    same = [one for one in samples(tx) if one.turn == turn and one.case.agreement == case.agreement]
    if all(one.reread is not None for one in same):
        told = "; ".join(_told(one) for one in same)
        with suppress(remedy.NoObligation):  # somebody fulfilled it by hand
            remedy.fulfil(tx, f"{case.agreement}/{SAMPLE}/{turn}", by, told, now)
    return after


def samples(tx: Connection) -> list[Sampled]:
    """Every case that was ever drawn, the newest turn first, in it the cases in their order."""
    known = {one.id: one for one in cases.every(tx)}
    found = [one for id, log in cases.spoken(tx, (Drawn, Reread)).items() for one in _of_case(known[id], log)]
    return sorted(sorted(found, key=lambda one: one.case.id), key=lambda one: one.turn, reverse=True)


def _of_case(case: Case, log: Iterable[CaseRecorded]) -> list[Sampled]:
    found: dict[str, CaseRecorded | None] = {}
    for one in log:
        match one.event:
            case Drawn(turn=turn):
                found[turn] = None
            case Reread(turn=turn):
                found[turn] = one
            case _:
                pass
    return [Sampled(case=case, turn=turn, reread=word) for turn, word in found.items()]


def _turn(agreement: Agreement, now: Instant) -> Turn | None:
    """The one before the one that runs, where the agreement wants a sample of it."""
    duty = agreement.duties.get(SAMPLE)
    if duty is None or duty.every is None or duty.share is None:
        return None
    zone = agreement.availability.timezone
    over = turn_at(duty.every, zone, turn_at(duty.every, zone, now).start - 1)
    return over if agreement.in_force(over.end - 1) else None


def _closed_in(case: Case, turn: Turn) -> bool:
    """For the first time: so each case is asked about once, and what is contested later stays where it was."""
    first = case.rounds[0].resolved_at
    return first is not None and turn.start <= first < turn.end


def _id(agreement: Agreement, turn: Turn) -> str:
    return f"{agreement.id}/{SAMPLE}/{turn.name}"


def _told(one: Sampled) -> str:
    word = None if one.reread is None else one.reread.event
    return f"{one.case.id}: {'sound' if isinstance(word, Reread) and word.sound else 'findings'}"
