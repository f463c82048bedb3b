"""Remedies read aloud: rows and sentences for the printed forms, in the words of the contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.agreement import Agreement
from config.language import CHINESE, choose
from config.look import sentence
from config.look.figure import MINUS, full_day, listed
from sla.money import capitals, written
from sla.remedy import Claim
from sla.remedyclause import ROOM, base_name, breach_name, per_cent
from sla.settlement import Remedies

CNY = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One claim: the breach and what caused it, how it is worked out, what it comes to, and what was held back."""

    breach: str
    causes: str
    reckoning: str
    amount: str
    held_back: str


def rows(remedies: Remedies, names: Mapping[str, str], causes: Mapping[str, str], language: str) -> Iterator[Row]:
    """`names`: component id -> its name; `causes`: outage or case -> what it was, in words."""
    terms = {agreement.id: agreement for agreement, _, _ in remedies.settled}
    for claim in remedies.claims:
        yield _row(claim, terms[claim.agreement], names, causes, language)


def totals(remedies: Remedies, language: str) -> Iterator[str]:
    """`CNY 6,000.00`, in Chinese with its financial capitals: `CNY 6,000.00（人民币陆仟元整）`."""
    sums: dict[str, int] = {}
    for claim in remedies.claims:
        if claim.currency is not None:
            sums[claim.currency] = sums.get(claim.currency, 0) + claim.granted
    for currency, minor in sorted(sums.items()):
        text = money(minor, currency)
        yield f"{text}（人民币{capitals(minor)}）" if (currency, language) == (CNY, CHINESE) else text
    days = sum(claim.days for claim in remedies.claims)
    if days:
        yield sentence(ROOM, language, "{count} calendar days more of the term", count=days)


def follow_ups(remedies: Remedies, zone: str, language: str) -> Iterator[str]:
    """How rows of missed months stand, and what the month made due."""

    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    for one in remedies.streaks:
        if one.in_last is None:
            yield say("Missed months in a row: {count} of {limit}.", count=one.run, limit=one.of)
        else:
            text = "Missed months of the last {months}: {count} of {limit}."
            yield say(text, months=one.in_last, count=one.run, limit=one.of)
    for owed in remedies.obligations:
        what = choose(owed.then, language)
        if owed.due_at is None:
            yield say("{what}.", what=what)
        else:
            # The end of a day is the midnight after it.
            yield say("{what}, by {day}.", what=what, day=full_day(owed.due_at - 1, zone, language))


def money(minor: int, currency: str) -> str:
    """`CNY 6,000.00`."""
    whole, dot, rest = written(abs(minor), currency).partition(".")
    return f"{currency} {MINUS if minor < 0 else ''}{int(whole):,}{dot}{rest}"


def _row(claim: Claim, agreement: Agreement, names: Mapping[str, str], causes: Mapping[str, str], language: str) -> Row:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    where = claim.breach.split("/")[1]
    what = breach_name(claim.kind, language)
    held: list[str] = []
    if claim.currency is None:
        amount = reckoning = say("{count} calendar days", count=claim.days)
        if claim.days < claim.full_days:
            less = say("{count} calendar days", count=claim.full_days - claim.days)
            held.append(say("{amount} owed already for the same outage", amount=less))
    else:
        share = per_cent(claim.percent or "0", language)
        reckoning = say("{percent} of {base}", percent=share, base=base_name(agreement, claim.base, language))
        amount = money(claim.granted, claim.currency)
        if claim.due < claim.full:
            less = money(claim.full - claim.due, claim.currency)
            held.append(say("{amount} owed already for the same outage", amount=less))
        if claim.capped:
            held.append(say("{amount} above the cap", amount=money(claim.capped, claim.currency)))
    return Row(
        breach=say("{breach}, {where}", breach=what[:1].upper() + what[1:], where=names.get(where, where)),
        causes=listed([causes[one] for one in claim.causes if one in causes], language),
        reckoning=reckoning,
        amount=amount,
        held_back=listed(held, language),
    )
