"""Every term of an agreement version as a sentence of the contract, with where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from config.agreement import (
    Agreement,
    Calendar,
    Category,
    Countersign,
    Counting,
    ExclusionEffect,
    Origin,
    Period,
    ServiceHours,
    UnknownPolicy,
)
from config.hours import WEEKDAYS, days_of
from config.instant import Span
from config.language import CHINESE, choose
from config.look import sentence
from config.look.figure import full_day, length, listed, promised
from config.official import OfficialDays
from config.statutory import official_of
from sla.remedyclause import per_cent, remedy_sentences

ROOM = "sla"

CATEGORIES = {
    Category.MAINTENANCE: "Agreed maintenance",
    Category.THIRD_PARTY: "Fault of a third party's system",
    Category.CUSTOMER: "Fault caused by the customer",
    Category.FORCE_MAJEURE: "Force majeure",
    Category.GOVERNMENT_ACTION: "Government action",
    Category.NETWORK_OPERATOR: "Fault of the network operator",
}
PERIODS = {
    Period.MONTH: "Counted for each month.",
    Period.QUARTER: "Counted for each quarter.",
    Period.YEAR: "Counted for each year; each month shows the year so far.",
}
_EFFECTS = {
    ExclusionEffect.REMOVED: "Excluded time is taken out of the agreed time.",
    ExclusionEffect.RETAINED: "Excluded time stays in the agreed time and counts as up.",
}
_POLICIES = {
    UnknownPolicy.EXCLUDE: "Time not measured is left out of the count; both bounds are printed.",
    UnknownPolicy.AS_DOWN: "Time not measured counts as down; both bounds are printed.",
    UnknownPolicy.AS_UP: "Time not measured counts as up; both bounds are printed.",
}
_WINDOWS = {
    "work": "Work that ends early excludes until its actual end.",
    "announced": "Work that ends early excludes until its announced end.",
}
_WEEKDAYS = {
    "mon": "Mon",
    "tue": "Tue",
    "wed": "Wed",
    "thu": "Thu",
    "fri": "Fri",
    "sat": "Sat",
    "sun": "Sun",
}
_DAYS = {
    "calendar": "Days of a time limit are calendar days.",
    "working": "Days of a time limit are working days.",
}
_ORIGINS = {
    Origin.AGREEMENT: "agreement",
    Origin.TERMS: "term sheet {sheet}",
    Origin.PROFILE: "profile {sheet}",
    Origin.SITE: "site setting",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """`term` is the key in the configuration; `origin` where it stands, in words."""

    term: str
    text: str
    origin: str


def clauses(agreement: Agreement, language: str) -> tuple[Clause, ...]:
    """The counting terms, exclusions, remedies and fee, in the order of a contract."""
    return tuple(
        Clause(term=term, text=text, origin=_origin(agreement, term, language))
        for term, text in _sentences(agreement, language)
    )


def _sentences(agreement: Agreement, language: str) -> Iterator[tuple[str, str]]:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    terms = agreement.availability
    target = per_cent(terms.target, language)
    yield "target", say("At least {target} of the agreed time is available.", target=target)
    yield "period", say(PERIODS[terms.period])
    yield "service_hours", say("Service hours: {hours}.", hours=hours_text(agreement, language))
    for days in official_of(agreement):
        yield "calendars", _published(days, language)
    yield "timezone", say("Days and months begin at midnight, zone {zone}.", zone=terms.timezone)
    yield "measured_from", say("Measured from {day}.", day=full_day(agreement.measured_from, terms.timezone, language))
    yield from counting(terms, language)
    for text in remedy_sentences(agreement, language):
        yield "remedies", text
    if not agreement.remedies:
        yield "remedies", say("No remedies are agreed.")
    for one in agreement.amounts.values():
        amount = say(
            "{name}: {currency} {amount}.",
            name=choose(one.name, language),
            currency=one.currency,
            amount=_money(one.amount),
        )
        yield "amounts", amount
    if agreement.countersign is Countersign.LINK:
        yield "countersign", say("The customer's signer may countersign a statement by a link in a mail to him alone.")
    if agreement.fee is not None:
        amount = _money(agreement.fee.amount)
        yield "fee", say(_FEES[agreement.fee.per], amount=amount, currency=agreement.fee.currency)


def _published(days: OfficialDays, language: str) -> str:
    years = listed([f"{year} ({one.published_at})" for year, one in days.years.items()], language)
    return sentence(
        ROOM,
        language,
        "Official days of {country}, by year and day of publication: {years}; SHA-256 {sha256}.",
        country=_country(days.country, language),
        years=years,
        sha256=days.sha256,
    )


def _country(code: str, language: str) -> str:
    from babel import Locale  # with megabytes of its own, which few agreements need

    name: str = Locale.parse(language, sep="-").territories.get(code, code)
    return name


def counting(terms: Counting, language: str) -> Iterator[tuple[str, str]]:
    """The terms that a term sheet gives beside period and service hours."""

    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    yield "exclusion_effect", say(_EFFECTS[terms.exclusion_effect])
    yield "unknown", say(_POLICIES[terms.unknown])
    yield "partial_weight", _weight(say("A partial outage"), terms.partial_weight, language)
    yield "degraded_weight", _weight(say("Degraded performance"), terms.degraded_weight, language)
    yield "min_outage", _at_least(terms.min_outage, language)
    yield "merge_gap", _gap(terms.merge_gap, language)
    yield (
        "bridge_max",
        say(
            "Time not measured between two failures counts as down if it is at most {length} long.",
            length=promised(terms.bridge_max, language),
        ),
    )
    for category, rule in terms.exclusions.items():
        yield "exclusions", exclusion_text(category, rule.notice, rule.cap, language)
    yield "window", say(_WINDOWS[terms.window])
    yield "days", say(_DAYS[terms.days])
    yield "grace", _grace(terms.grace, language)
    yield (
        "answer",
        say(
            "What the customer is asked stays open for {length}; then time not measured counts as down.",
            length=promised(terms.answer, language),
        ),
    )


_WRITTEN = frozenset({"measured_from", "remedies", "amounts", "countersign", "fee"})
_FEES = {
    Period.MONTH: "Fee: {currency} {amount} per month.",
    Period.QUARTER: "Fee: {currency} {amount} per quarter.",
    Period.YEAR: "Fee: {currency} {amount} per year.",
}


def hours_text(agreement: Agreement, language: str) -> str:
    """`24×7`, or the weekly hours and the country whose holidays hold."""
    return hours_words(agreement.availability.service_hours, language)


def hours_words(hours: ServiceHours, language: str) -> str:
    """The same of any hours."""
    if not isinstance(hours, Calendar):
        return sentence(ROOM, language, "24×7")
    week = listed([f"{_days(days, language)} {'+'.join(pieces)}" for days, pieces in hours.hours.items()], language)
    if hours.country is None:
        return week
    country = _country(hours.country, language)
    return sentence(ROOM, language, "{hours}, holidays of {country}", hours=week, country=country)


def _days(days: str, language: str) -> str:
    """`Mon–Fri`, `周一至周五`; all seven are every day."""
    first, _, last = days.partition("-")
    if len(days_of(days)) == len(WEEKDAYS):
        return sentence(ROOM, language, "every day")
    names = [sentence(ROOM, language, _WEEKDAYS[day]) for day in (first, last) if day]
    return sentence(ROOM, language, "{first}–{last}", first=names[0], last=names[1]) if last else names[0]


def _weight(what: str, weight: Fraction, language: str) -> str:
    if weight == 0:
        return sentence(ROOM, language, "{what} does not count.", what=what)
    if weight == 1:
        return sentence(ROOM, language, "{what} counts in full.", what=what)
    return sentence(ROOM, language, "{what} counts {weight} of its time.", what=what, weight=str(weight))


def _at_least(shortest: Span, language: str) -> str:
    if not shortest:
        return sentence(ROOM, language, "Every outage counts, however short.")
    return sentence(
        ROOM,
        language,
        "An outage of at least {length} counts from its first second; shorter ones do not count.",
        length=length(shortest, language),
    )


def _grace(grace: Span, language: str) -> str:
    if not grace:
        return sentence(ROOM, language, "Observations that come after the end of the period are not accepted.")
    return sentence(
        ROOM,
        language,
        "Late observations are accepted for {length} after the period.",
        length=promised(grace, language),
    )


def _gap(gap: Span, language: str) -> str:
    if not gap:
        return sentence(ROOM, language, "Outages are never joined.")
    return sentence(
        ROOM,
        language,
        "Outages at most {length} apart are one; the time between them does not count.",
        length=length(gap, language),
    )


def exclusion_text(category: Category, notice: Span, cap: Span | None, language: str) -> str:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    name, ahead = say(CATEGORIES[category]), promised(notice, language)
    if category is Category.CUSTOMER:
        text = say("{category}: excluded if the customer confirms it.", category=name)
    elif notice:
        text = say("{category}: excluded if announced at least {length} ahead.", category=name, length=ahead)
    else:
        text = say("{category}: excluded, no notice needed.", category=name)
    if cap is None:
        return text
    gap = "" if language == CHINESE else " "
    return text + gap + say("At most {length} a month.", length=promised(cap, language))


def _origin(agreement: Agreement, term: str, language: str) -> str:
    origin = agreement.origins.get(term)
    if origin is None:
        # What nobody wrote is a rule of counting; the dates and what is not agreed stand in the agreement itself.
        return sentence(ROOM, language, "agreement" if term in _WRITTEN else "rule of counting")
    sheet = agreement.terms if origin is Origin.TERMS else agreement.profile if origin is Origin.PROFILE else None
    return sentence(ROOM, language, _ORIGINS[origin], sheet=sheet.ref if sheet is not None else "")


def _money(amount: str) -> str:
    whole, dot, cents = amount.partition(".")
    return f"{int(whole):,}{dot}{cents}"
