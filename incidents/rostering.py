"""Changes of the rotas in the store: checked against those that stand, then added; nothing is ever altered."""

from dataclasses import replace

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from incidents import substitution
from incidents.decide import Refused
from incidents.escalation import Who
from incidents.oncall import Roster
from incidents.rota import Change, Deed
from incidents.store import duty
from incidents.store.duty import Served


def roster_of(tx: Connection, config: Config, start: Instant, end: Instant) -> Roster:
    """For questions about [start, end)."""
    return Roster(config=config, changes=duty.changes(tx, start, end))


def who_at(tx: Connection, config: Config, at: Instant) -> Who:
    """Whom names of policies stood for at that instant, by today's configuration."""
    roster = roster_of(tx, config, at, at + 1)
    return lambda name: roster.who(name, at)


def record(tx: Connection, config: Config, change: Change) -> Change:
    """With its number. Raises Refused."""
    substitution.check(change, roster_of(tx, config, change.start, change.end), change.recorded_at)
    return replace(change, id=duty.add(tx, change))


def swap(
    tx: Connection,
    config: Config,
    *,
    rota: str,
    people: tuple[str, str],
    after: Instant,
    reason: str,
    by: str,
    now: Instant,
) -> tuple[Change, Change]:
    """The next shifts of both that begin at `after` or later change hands. Raises Refused."""
    after = max(after, now)
    roster = roster_of(tx, config, after - 1, after + substitution.HORIZON)
    theirs = substitution.swapped(roster, rota, people, after)
    number = duty.next_swap(tx)
    first, second = (
        Change(
            id=0,
            rota=rota,
            deed=Deed.REPLACE,
            person=person,
            instead_of=instead_of,
            start=start,
            end=end,
            reason=reason,
            by=by,
            recorded_at=now,
            swap=number,
        )
        for (start, end), person, instead_of in zip(theirs, reversed(people), people, strict=True)
    )
    return record(tx, config, first), record(tx, config, second)


def withdraw(tx: Connection, id: int, reason: str, by: str, now: Instant) -> tuple[Change, ...]:
    """It ends now, or never begins; of a swap both halves. Raises Refused."""
    change = substitution.check_withdrawal(duty.find(tx, id), id, now)
    if not reason.strip():
        raise Refused(substitution.WHY)
    halves = (change,) if change.swap is None else duty.halves(tx, change.swap)
    if len(halves) > 1 and any(one.start <= now for one in halves):
        raise Refused("one shift of this swap has begun; change the other one by itself")
    for one in halves:
        duty.withdraw(tx, one.id, reason, by, now)
    return tuple(replace(one, withdrawn_at=now) for one in halves)


def served(tx: Connection, config: Config, now: Instant) -> list[Served]:
    """Who is serving now and is not written down yet; from the hand-off where that came since the last look."""
    found: list[Served] = []
    for rota in config.rotas:
        known = duty.serving(tx, rota)
        looked = now - 1 if known is None else min(known.recorded_at, now - 1)
        shift = roster_of(tx, config, looked, now + 1).shifts(rota, (looked, now + 1))[-1]
        if known is None or known.people != shift.people:
            since = shift.start if shift.start > looked else now
            found.append(Served(rota=rota, people=shift.people, since=since, recorded_at=now))
    return found
