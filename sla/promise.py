"""What a profile promises, as sentences: levels with their clocks, who is called, indicators, reports, duties."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.agreement import Calendar, Duty, Handling, Indicator, Period, Rating, Records, Report
from config.language import CHINESE, choose
from config.look import sentence
from config.look.figure import NARROW, listed, promised
from config.sheet import Profile
from sla.clause import ROOM, exclusion_text, hours_words
from sla.commitment import KINDS, commitment_name, level_text, limit_text
from sla.remedyclause import per_cent, remedy_sentence

_REPORTS = {
    "incident": "Incident report",
    "completion": "Completion report",
    "statement": "Monthly statement",
    "quarterly": "Quarterly analysis",
    "inspection": "Inspection report",
    "brief": "Brief on demand",
    "audit": "Audit pack",
}
_LEVELS = {
    "supplier": "The supplier sets the level.",
    "both": "Both sides confirm the level.",
    "system": "The system sets the level by itself, from scope and urgency.",
}
_RESULTS = {"supplier": "The supplier closes a case.", "customer": "The customer confirms the result."}
_FORMS = {
    "acceptance": "acceptance record",
    "progress": "progress sheet",
    "completion": "completion sheet",
    "satisfaction": "satisfaction sheet",
}
_SCORES = {"overall": "overall", "speed": "speed", "skill": "skill", "manner": "manner"}
_EVERY = {"month": "every month", "quarter": "every quarter", "half-year": "every half year", "year": "every year"}
_MEASURES = {
    "share": "share of {that} among {over}",
    "count": "number of {over}: {that}",
    "mean": "mean of {over}: {that}",
}
_OF_ALL = {"share": "share of {over}", "count": "number of {over}", "mean": "mean of {over}"}
_OVER = {
    "cases": "cases",
    "components": "services",
    "incidents": "incidents",
    "ratings": "ratings",
    "calls": "calls to the service desk",
    "records": "records of data",
}
_THAT = {
    "at_first_contact": "those solved at first contact",
    "resolved": "those resolved",
    "confirmed": "those confirmed by the customer",
    "repeated": "repeats",
    "target_met": "those that met their target",
    "serious": "serious ones",
    "accurate": "those without an error",
}
PERIODS = {Period.MONTH: "by month", Period.QUARTER: "by quarter", Period.YEAR: "by year"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    title: str
    lines: tuple[str, ...]


def chapters(profile: Profile, language: str) -> tuple[Chapter, ...]:
    """The whole profile in the order of a contract; a chapter without a line is left out."""
    found = [*_levels(profile, language), *_rest(profile, language)]
    return tuple(Chapter(title=title, lines=tuple(lines)) for title, lines in found if lines)


def _levels(profile: Profile, language: str) -> Iterator[tuple[str, list[str]]]:
    for level in profile.levels:
        said = sentence(
            ROOM, language, "Level {number}: {name}", number=level.number, name=choose(level.name, language)
        )
        yield said, list(level_text(level, language))


def _rest(profile: Profile, language: str) -> Iterator[tuple[str, list[str]]]:
    def say(text: str) -> str:
        return sentence(ROOM, language, text)

    yield say("Proposed"), list(_proposed(profile, language))
    yield say("Hours and contacts"), list(_hours(profile, language))
    yield say("What does not count"), list(_exclusions(profile, language))
    yield say("Cases"), [] if profile.handling is None else list(_handling(profile.handling, language))
    yield say("Rating"), [] if profile.rating is None else list(_rating(profile.rating, language))
    yield say("Indicators"), [_indicator(one, language) for one in profile.indicators.values()]
    yield say("Reports"), [_report(one, language) for one in profile.reports]
    yield say("Standing duties"), [_duty(one, language) for one in profile.duties.values()]
    yield say("Records"), [] if profile.records is None else [_records(profile.records, language)]


def _exclusions(profile: Profile, language: str) -> Iterator[str]:
    for category, rule in profile.availability.exclusions.items():
        yield exclusion_text(category, rule.notice, rule.cap, language)


def _proposed(profile: Profile, language: str) -> Iterator[str]:
    if profile.proposes.target is not None:
        target = per_cent(profile.proposes.target, language)
        yield sentence(ROOM, language, "Target {target}; the agreement writes it.", target=target)
    if profile.proposes.period is not None:
        period = sentence(ROOM, language, PERIODS[profile.proposes.period])
        yield sentence(ROOM, language, "Counted {period}; the agreement writes it.", period=period)
    for remedy in profile.proposes.remedies:
        plain = isinstance(remedy, str | dict)
        yield remedy_sentence(None, remedy, language) + (sentence(ROOM, language, ".") if plain else "")
    if profile.proposes.remedies:
        yield sentence(ROOM, language, "An agreement that writes `remedies: proposed` takes these over.")


def _hours(profile: Profile, language: str) -> Iterator[str]:
    yield sentence(ROOM, language, "Cases are taken: {hours}.", hours=hours_words(profile.hours, language))
    for name, calendar in profile.calendars.items():
        yield _calendar(name, calendar, language)
    if profile.contacts == "company-only":
        yield sentence(ROOM, language, "Contact by the company's landline and mail only; private ones are refused.")


def _calendar(name: str, calendar: Calendar, language: str) -> str:
    return sentence(ROOM, language, "Calendar {name}: {hours}.", name=name, hours=hours_words(calendar, language))


def _handling(one: Handling, language: str) -> Iterator[str]:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    yield say(_LEVELS[one.level])
    yield say(_RESULTS[one.result])
    if one.one_responsible:
        yield say("One responsible person is named for each case.")
    if one.customer_log:
        yield say("The customer may keep a log of his own on a case.")
    if one.progress:
        words = [choose(text, language) for text in one.progress.values()]
        yield say("Words for progress: {words}.", words=listed(words, language))
    if one.forms:
        yield say("Printed from the facts: {forms}.", forms=listed([say(_FORMS[form]) for form in one.forms], language))


def _rating(one: Rating, language: str) -> Iterator[str]:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    scores = listed([say(_SCORES[score]) for score in one.scores], language)
    yield say("The customer rates each case from 1 to {best}: {scores}.", best=one.best, scores=scores)
    if one.follow_up_below is not None:
        yield say("Every rating below {n} is followed up, with cause and measure.", n=one.follow_up_below)


def formula(one: Indicator, language: str) -> str:
    """What an indicator counts: `share of those resolved among cases`."""
    over = sentence(ROOM, language, _OVER[one.over])
    if one.kinds:
        over = listed([sentence(ROOM, language, KINDS[kind]) for kind in one.kinds], language)
    of_all = one.that == "any"
    return sentence(ROOM, language, _OF_ALL[one.measure], over=over) if of_all else _measured(one, over, language)


def _indicator(one: Indicator, language: str) -> str:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    said = [formula(one, language), say(PERIODS[one.period])]
    unit = "%" if one.measure == "share" else ""
    gap = NARROW if unit and language != CHINESE else ""
    if one.at_least is not None:
        said.append(say("at least {figure}", figure=f"{one.at_least}{gap}{unit}"))
    if one.at_most is not None:
        said.append(say("at most {figure}", figure=f"{one.at_most}{gap}{unit}"))
    if one.out_of is not None:
        said.append(say("out of {scale}", scale=one.out_of))
    if one.entered:
        said.append(say("entered with proof"))
    line = say("{name}: {words}.", name=choose(one.name, language), words=say(", ").join(said))
    if one.meaning is None:
        return line
    return f"{line}{'' if language == CHINESE else ' '}{choose(one.meaning, language)}{say('.')}"


def _measured(one: Indicator, over: str, language: str) -> str:
    return sentence(ROOM, language, _MEASURES[one.measure], that=_that(one, language), over=over)


def _that(one: Indicator, language: str) -> str:
    if one.commitment is not None:
        name = commitment_name(one.commitment, language)
        return sentence(ROOM, language, "those whose time limit “{name}” was kept", name=name)
    if one.within is not None:
        return sentence(ROOM, language, "those answered within {length}", length=promised(one.within, language))
    return sentence(ROOM, language, _THAT[one.that])


def _report(one: Report, language: str) -> str:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    name = say(_REPORTS[one.kind])
    if one.within is not None:
        name = say("{report}: within {length} of the resolution", report=name, length=promised(one.within, language))
    elif one.day is not None:
        name = say("{report}: delivered by the end of day {day} of the next month", report=name, day=one.day)
    elif one.months is not None:
        name = say("{report}: every {n} months", report=name, n=one.months)
    if one.holds:
        parts = listed([choose(text, language) for text in one.holds], language)
        return say("{report}; it holds {parts}.", report=name, parts=parts)
    return name + say(".")


def _duty(one: Duty, language: str) -> str:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    said = [choose(one.text, language)]
    if one.every is not None:
        said.append(say(_EVERY[one.every]))
    if one.ahead is not None:
        said.append(say("{length} ahead", length=limit_text(one.ahead, language)))
    if one.share is not None:
        said.append(say("{share} of closed cases", share=per_cent(one.share, language)))
    if one.hours is not None:
        said.append(say("usually {hours}", hours=one.hours))
    if one.within_days is not None:
        said.append(say("within {n} days", n=one.within_days))
    return say(", ").join(said) + say(".")


def _records(one: Records, language: str) -> str:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    years = "" if one.years is None else say("{n} years from the record", n=one.years)
    after = "" if one.after_end is None else say("{n} years after the service ends", n=one.after_end)
    if years and after:
        return say("Kept until the later of {one} and {other}.", one=years, other=after)
    return say("Kept for {time}.", time=years or after)
