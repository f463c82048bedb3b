"""Remedies as plain data, for the record and the commands. Money as exact decimals beside its currency."""

from collections.abc import Iterable
from typing import Any

from config.instant import Instant, rfc3339
from sla.booking import Booking, Obligation
from sla.money import written
from sla.remedy import Claim
from sla.settlement import Remedies
from sla.streak import StreakState


def remedies_json(remedies: Remedies) -> dict[str, Any]:
    """The same before and after its own bookings are known: what is owed is stated whole, never as a difference."""
    return {
        "owed": owed(remedies.claims),
        "claims": [_claim(one) for one in remedies.claims],
        "streaks": [_streak(one) for one in remedies.streaks],
        "obligations": [obligation_json(one) for one in remedies.obligations],
    }


def owed(claims: Iterable[Claim]) -> dict[str, str]:
    """By currency, after caps."""
    sums: dict[str, int] = {}
    for one in claims:
        if one.currency is not None:
            sums[one.currency] = sums.get(one.currency, 0) + one.granted
    return {currency: written(minor, currency) for currency, minor in sorted(sums.items())}


def owed_more(entries: Iterable[Booking]) -> tuple[tuple[str, str], ...]:
    """By currency, what entries add to the account or take from it; nothing where they cancel out."""
    sums: dict[str, int] = {}
    for one in entries:
        if one.currency is not None:
            sums[one.currency] = sums.get(one.currency, 0) + one.amount
    return tuple((currency, written(minor, currency)) for currency, minor in sorted(sums.items()) if minor)


def booking_json(one: Booking) -> dict[str, Any]:
    return {
        "agreement": one.agreement,
        "rule": one.rule,
        "breach": one.breach,
        "month": one.month,
        "statement": one.statement,
        "revision": one.revision,
        "percent": one.percent,
        "of": one.base,
        "currency": one.currency,
        "due": _money(one.due, one.currency),
        "amount": _money(one.amount, one.currency),
        "capped": _money(one.capped, one.currency),
        "days": one.days,
        "causes": list(one.causes),
        "recorded_at": rfc3339(one.recorded_at),
    }


def obligation_json(one: Obligation) -> dict[str, Any]:
    return {
        "id": one.id,
        "agreement": one.agreement,
        "rule": one.rule,
        "month": one.month,
        "then": one.then,
        "gives": one.gives,
        "due_at": _time(one.due_at),
        "provisional": one.provisional,
    }


def measure_json(one: Obligation, end: Instant) -> dict[str, Any]:
    """Of improvement, as it stood at that instant."""
    return {
        "id": one.id,
        "agreement": one.agreement,
        "text": one.then,
        "owner": one.owner,
        "due_at": _time(one.due_at),
        "open": one.open(end),
    }


def _claim(one: Claim) -> dict[str, Any]:
    return {
        "agreement": one.agreement,
        "rule": one.rule,
        "breach": one.breach,
        "kind": one.kind,
        "percent": one.percent,
        "of": one.base,
        "currency": one.currency,
        "full": _money(one.full, one.currency),
        "due": _money(one.due, one.currency),
        "amount": _money(one.granted, one.currency),
        "capped": _money(one.capped, one.currency),
        "days": one.days,
        "causes": list(one.causes),
    }


def _streak(one: StreakState) -> dict[str, Any]:
    return {"agreement": one.agreement, "rule": one.rule, "missed": one.run, "of": one.of, "in_last": one.in_last}


def _money(minor: int, currency: str | None) -> str | None:
    return None if currency is None else written(minor, currency)


def _time(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)
