"""What a customer's word makes of the terms: without his consent what was not measured counts as down. Pure."""

from collections.abc import Iterator, Sequence

from config.agreement import Agreement, UnknownPolicy
from config.agreement import Period as Kind
from sla.period import Period
from sla.record import Answer, Facts, Word


def as_answered(versions: tuple[Agreement, ...], answer: Answer | None) -> tuple[Agreement, ...]:
    """The terms that count."""
    return tuple(_said(one, None if answer is None else answer.word) for one in versions)


def month_by_month(versions: Sequence[Agreement], period: Period, facts: Facts) -> tuple[Agreement, ...]:
    """The terms that count over the year up to the end of the period: each month as it was sealed, if it was.

    The period itself by its own answer. Versions are cut at the edges of months whose word changes them.
    """
    return tuple(piece for one in versions for piece in _cut(one, period, facts))


def _cut(version: Agreement, period: Period, facts: Facts) -> Iterator[Agreement]:
    zone = version.availability.timezone
    words = [(parsed.window(zone), word) for parsed, word in facts.earlier]
    if facts.answer is not None:
        words.append((period.window(zone), facts.answer.word))
    begin = version.effective
    for (start, end), word in sorted(words):
        start, end = max(start, begin), end if version.until is None else min(end, version.until)
        if start >= end or word is Word.ACCEPTED:
            continue
        if begin < start:
            yield version.model_copy(update={"effective": begin, "until": start})
        yield _said(version.model_copy(update={"effective": start, "until": end}), word)
        begin = end
    if version.until is None or begin < version.until:
        yield version if begin == version.effective else version.model_copy(update={"effective": begin})


def _said(version: Agreement, word: Word | None) -> Agreement:
    if word in (None, Word.ACCEPTED):
        return version
    terms = version.availability.model_copy(update={"unknown": UnknownPolicy.AS_DOWN})
    return version.model_copy(update={"availability": terms})


def months_before(versions: Sequence[Agreement], period: Period) -> tuple[Period, ...]:
    """Those of a longer period that some version's target is of; what was said of them counts in it."""
    found = {
        month
        for one in versions
        for month in (Period(kind=Kind.YEAR, year=period.year, number=1).parts(Kind.MONTH))
        if one.availability.period is not Kind.MONTH and _before(month, period, one.availability.timezone)
    }
    return tuple(sorted(found, key=lambda one: one.number))


def _before(month: Period, period: Period, zone: str) -> bool:
    return month.window(zone)[1] <= period.window(zone)[0]
