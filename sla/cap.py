"""What caps leave of claims, and what is to be booked.

Pure. What is owed is always worked out whole; a booking is the difference to what was booked before, so that booking
twice changes nothing and the order of revisions does not change the sum.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from config.agreement import Agreement
from config.instant import Instant
from config.remedy import Cap, Window
from sla.booking import Booking
from sla.calendar import local
from sla.money import part_of
from sla.remedy import Claim


def granted(
    agreement: Agreement, start: Instant, month: str, claims: Sequence[Claim], booked: Sequence[Booking]
) -> tuple[list[Claim], list[Booking]]:
    """The month's claims as caps leave them, and the entries to be booked: one for each name of which anything changes.

    `booked` are the agreement's entries so far in their order; `start` is when its first version came into force.
    Nothing granted is taken back for another claim; room that a revision frees goes to the longest waiting.
    """
    latest: dict[tuple[str, str], Booking] = {one.key: one for one in booked}
    before: dict[tuple[str, str], int] = {}
    days_before: dict[tuple[str, str], int] = {}
    for one in booked:
        before[one.key] = before.get(one.key, 0) + one.amount
        days_before[one.key] = days_before.get(one.key, 0) + one.days
    now = {claim.key: claim for claim in claims}
    wanted: dict[tuple[str, str], Claim] = {}
    for key in dict.fromkeys([*before, *now]):
        if key in now:
            wanted[key] = now[key]
        elif latest[key].month == month:
            wanted[key] = replace(_again(latest[key], days_before[key]), due=0, days=0)
        else:
            wanted[key] = _again(latest[key], days_before[key])
    room = _Room(agreement, start)
    kept = {key: room.take(claim, min(claim.due, max(0, before.get(key, 0)))) for key, claim in wanted.items()}
    final = {key: replace(c, granted=kept[key] + room.take(c, c.due - kept[key])) for key, c in wanted.items()}
    entries = [
        _entry(claim, before.get(key, 0), days_before.get(key, 0))
        for key, claim in final.items()
        if _changes(claim, before.get(key, 0), days_before.get(key, 0), latest.get(key))
    ]
    return [final[claim.key] for claim in claims], entries


def _again(one: Booking, days: int) -> Claim:
    return Claim(
        agreement=one.agreement,
        rule=one.rule,
        breach=one.breach,
        kind=one.breach.split("/", 1)[0],
        month=one.month,
        percent=one.percent,
        base=one.base,
        currency=one.currency,
        full=one.due,
        due=one.due,
        granted=0,
        full_days=days,
        days=days,
        causes=one.causes,
    )


def _changes(claim: Claim, before: int, days_before: int, latest: Booking | None) -> bool:
    moved = claim.granted != before or claim.days != days_before
    return moved or latest is None or (latest.due, latest.capped) != (claim.due, claim.capped)


def _entry(claim: Claim, before: int, days_before: int) -> Booking:
    """Who books it and when is filled in at the store's door."""
    return Booking(
        agreement=claim.agreement,
        rule=claim.rule,
        breach=claim.breach,
        month=claim.month,
        statement="",
        revision=0,
        percent=claim.percent,
        base=claim.base,
        currency=claim.currency,
        due=claim.due,
        amount=claim.granted - before,
        capped=claim.capped,
        days=claim.days - days_before,
        causes=claim.causes,
    )


class _Room:
    """What each cap still leaves in each of its windows."""

    def __init__(self, agreement: Agreement, start: Instant) -> None:
        self._caps = [one for one in agreement.remedies if isinstance(one, Cap)]
        self._stated = agreement.stated
        self._begun = begun(agreement, start)
        self._left: dict[tuple[str, str], int] = {}

    def take(self, claim: Claim, wanted: int) -> int:
        """As much of it as every cap allows; it is gone from their windows."""
        places = [
            (cap, (cap.id, window_of(cap.per, claim.month, self._begun)))
            for cap in self._caps
            if claim.currency == self._stated[cap.of][1] and (not cap.covers or claim.rule in cap.covers)
        ]
        for cap, place in places:
            if place not in self._left:
                amount, currency = self._stated[cap.of]
                self._left[place] = part_of(amount, cap.cap, currency)
        taken = max(0, min([wanted, *(self._left[place] for _, place in places)]))
        for _, place in places:
            self._left[place] -= taken
        return taken


def begun(agreement: Agreement, start: Instant) -> date:
    """The local day the contract's years are counted from."""
    return local(start, ZoneInfo(agreement.availability.timezone)).date()


def window_of(per: Window, month: str, begun: date) -> str:
    """Which of a cap's windows a month (`2026-10`) belongs to: the one its first day of the contract lies in."""
    match per:
        case Window.MONTH:
            return month
        case Window.CONTRACT_TERM:
            return ""
        case Window.CONTRACT_YEAR:
            day = max(date(int(month[:4]), int(month[5:]), 1), begun)
            return str(day.year - begun.year - ((day.month, day.day) < (begun.month, begun.day)))
