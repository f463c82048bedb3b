"""Whether the remedies of an agreement speak only of amounts, time limits and remedies that it states."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from config.agreement import Agreement, Period
from config.node import did_you_mean
from config.remedy import (
    CONFIDENTIALITY,
    FEE,
    REPAIRS,
    TARGET,
    Cap,
    PerBreach,
    Remedy,
    Settlement,
    Streak,
    Tiers,
    Unit,
    money,
)

Place: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[Place, str]
"""Where in an agreement, and what to write instead."""


def faults(
    remedies: tuple[Remedy, ...], currencies: Mapping[str, str], commitments: set[str], *, monthly: bool
) -> Iterator[Fault]:
    """What the entries say about things that are not there. `currencies`: of every amount the agreement states.

    `commitments` are those of its levels; `monthly` says that the target is a month's.
    """
    named: list[str] = []
    for place, one in enumerate(remedies):
        if isinstance(one, Tiers | PerBreach | Cap | Streak):
            if one.id in named:
                yield ("remedies", place, "id"), f"'{one.id}' names two remedies; give each its own"
            named.append(one.id)
        if isinstance(one, Tiers | PerBreach | Cap):
            yield from _base(place, one, currencies)
        if isinstance(one, PerBreach):
            yield from _breaches(place, one, commitments)
        if isinstance(one, Streak):
            yield from _calendar(place, one, monthly=monthly)
    yield from _caps(remedies, currencies)
    yield from _twice(remedies, currencies)


def _base(place: int, one: Tiers | PerBreach | Cap, currencies: Mapping[str, str]) -> Iterator[Fault]:
    """What a percentage is taken of is never silent."""
    if one.of is None:
        if money(one):
            advice = "write `of: fee`, or the name of an entry of `amounts`"
            yield ("remedies", place), f"the remedy does not say what its percentage is taken of; {advice}"
    elif one.of == FEE and FEE not in currencies:
        advice = 'write `fee: {amount: "120000", currency: CNY, per: month}`'
        yield ("remedies", place, "of"), f"the agreement does not state its fee; {advice}"
    elif one.of not in currencies:
        hint = did_you_mean(one.of, list(currencies))
        advice = f'write `amounts: {{{one.of}: {{name: …, amount: "120000", currency: CNY}}}}`'
        yield ("remedies", place, "of"), f"the agreement states no amount '{one.of}'{hint or '; ' + advice}"


def _breaches(place: int, one: PerBreach, commitments: set[str]) -> Iterator[Fault]:
    known = {TARGET, CONFIDENTIALITY, *commitments}
    for at, name in enumerate(one.each):
        if name not in known:
            hint = did_you_mean(name, sorted(known)) or f"; known: {', '.join(sorted(known))}"
            yield ("remedies", place, "each", at), f"'{name}' is no breach and no time limit of a level{hint}"


def _calendar(place: int, one: Streak, *, monthly: bool) -> Iterator[Fault]:
    if one.due is not None and one.due.unit is Unit.WORKING and one.calendar is None:
        yield ("remedies", place, "due"), "working days need a calendar; write `calendar: …` with its name beside it"
    if not monthly and one.missed_month is None:
        advice = "write `missed_month: month` (its own figure) or `missed_month: year_so_far`"
        yield ("remedies", place), f"the target is not a month's: what is a missed month? {advice}"


def _caps(remedies: tuple[Remedy, ...], currencies: Mapping[str, str]) -> Iterator[Fault]:
    priced = {one.id: one for one in remedies if isinstance(one, Tiers | PerBreach) and money(one)}
    for place, cap in enumerate(remedies):
        if not isinstance(cap, Cap):
            continue
        for at, name in enumerate(cap.covers):
            if name not in priced:
                hint = did_you_mean(name, list(priced))
                yield ("remedies", place, "covers", at), f"no remedy that gives money is named '{name}'{hint}"
        covered = [one for one in priced.values() if not cap.covers or one.id in cap.covers]
        for one in covered:
            own = currencies.get(one.of or "")
            if own is not None and own != currencies.get(cap.of, own):
                yield ("remedies", place, "of"), f"the cap and remedy '{one.id}' are in two currencies; use one"


def _twice(remedies: tuple[Remedy, ...], currencies: Mapping[str, str]) -> Iterator[Fault]:
    """Where one outage can break two promises, the agreement says what it costs."""
    settled = [(place, one) for place, one in enumerate(remedies) if isinstance(one, Settlement)]
    if len(settled) > 1:
        yield ("remedies", settled[1][0]), "`same_outage` stands twice; keep one"
    missing = [one for one in remedies if isinstance(one, Tiers) or (isinstance(one, PerBreach) and TARGET in one.each)]
    slow = [one for one in remedies if isinstance(one, PerBreach) and any(name in REPAIRS for name in one.each)]
    if not missing or not slow:
        return
    if not settled:
        advice = "write an entry `- {same_outage: highest}`, or both"
        yield ("remedies",), f"one outage can miss the target and its time limit: does it cost twice? {advice}"
    elif settled[0][1].same_outage == "highest":
        kinds = {currencies.get(one.of or "", "") if money(one) else "days" for one in (*missing, *slow)}
        if len(kinds) > 1:
            advice = "write `same_outage: both`, or give both sides in one currency"
            yield ("remedies", settled[0][0], "same_outage"), f"the dearer of unlike things cannot be told; {advice}"


def contradictions(agreement: Agreement) -> list[Fault]:
    """Where its remedies speak of what the agreement does not state."""
    currencies = {name: currency for name, (_, currency) in agreement.stated.items()}
    clocks = {name for one in agreement.levels for name in (*one.commitments, *(one.outside_hours or ()))}
    monthly = agreement.availability.period is Period.MONTH
    return list(faults(agreement.remedies, currencies, clocks, monthly=monthly))
