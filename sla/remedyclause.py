"""The remedies of an agreement as sentences of the contract, in its order."""

from collections.abc import Iterator

from config.agreement import Agreement
from config.language import CHINESE, choose
from config.look import sentence
from config.look.figure import NARROW, full_day, listed
from config.remedy import (
    CONFIDENTIALITY,
    FEE,
    TARGET,
    Cap,
    Days,
    PerBreach,
    Remedy,
    Scale,
    Settlement,
    Streak,
    Tiers,
    Unit,
    Window,
)

ROOM = "sla"
TOTAL = "total"
"""The amount that a profile means by the total; the agreement names it under `amounts`."""

BREACHES = {
    TARGET: "missed target",
    CONFIDENTIALITY: "breach of confidentiality",
    "register": "missed time to register",
    "accept": "missed time to accept",
    "respond": "missed time to respond",
    "trigger": "missed time to start the emergency process",
    "engage": "missed time to engage",
    "on_site": "missed time to be on site",
    "workaround": "missed time to a workaround",
    "propose": "missed time to propose a solution",
    "reply": "missed time to reply",
    "hand_over": "missed time to hand over",
    "answer": "missed time to a first answer",
    "update": "missed time to write up progress",
    "resolve": "missed time to resolve",
    "escalate": "missed time to escalate",
    "report": "missed time to report",
    "review": "missed time to review",
    "reassess": "missed time to reassess",
    "confirm": "missed time to confirm",
}
"""Breach -> its name; a time limit that an agreement invented is printed as it is written."""
_WINDOWS = {
    Window.MONTH: "In each month, remedies come to at most {percent} of {base}.",
    Window.CONTRACT_YEAR: "In each contract year, beginning on {day}, remedies come to at most {percent} of {base}.",
    Window.CONTRACT_TERM: "Over the whole term of the contract, remedies come to at most {percent} of {base}.",
}
_PROPOSED = {**_WINDOWS, Window.CONTRACT_YEAR: "In each contract year, remedies come to at most {percent} of {base}."}
_OUTAGES = {
    "highest": "If one outage misses the target and a time to restore, only the dearer of the two remedies is owed.",
    "both": "If one outage misses the target and a time to restore, both remedies are owed.",
}


def remedy_sentences(agreement: Agreement, language: str) -> Iterator[str]:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    for one in agreement.remedies:
        yield remedy_sentence(agreement, one, language)
    if any(isinstance(one, Tiers | PerBreach) for one in agreement.remedies):
        yield say("A remedy is worked out from the exact figures of a sealed statement, and booked without a claim.")


def base_name(agreement: Agreement | None, name: str | None, language: str) -> str:
    """Which fee or total it is, in the agreement's words; without one, what it will have to name."""
    if agreement is not None and name in agreement.amounts:
        return choose(agreement.amounts[name].name, language)
    if agreement is None and name == TOTAL:
        return sentence(ROOM, language, "the total that the agreement names")
    return sentence(ROOM, language, "the fee") if name == FEE else name or ""


def breach_name(name: str, language: str) -> str:
    return sentence(ROOM, language, BREACHES[name]) if name in BREACHES else name


def per_cent(percent: str, language: str) -> str:
    return f"{percent}{'' if language == CHINESE else NARROW}%"


def days_text(days: Days, language: str) -> str:
    words = "{count} calendar days" if days.unit is Unit.CALENDAR else "{count} working days"
    return sentence(ROOM, language, words, count=days.count)


def remedy_sentence(agreement: Agreement | None, one: Remedy, language: str) -> str:
    """Without an agreement as a profile proposes it."""

    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    match one:
        case Tiers():
            return say("By the exact availability: {tiers}.", tiers=say("; ").join(_tiers(agreement, one, language)))
        case PerBreach():
            return _per_breach(agreement, one, language)
        case Cap():
            share, base = per_cent(one.cap, language), base_name(agreement, one.of, language)
            if agreement is None:
                text = say(_PROPOSED[one.per], percent=share, base=base)
            else:
                day = full_day(agreement.effective, agreement.availability.timezone, language)
                text = say(_WINDOWS[one.per], percent=share, base=base, day=day)
            if not one.covers:
                return text
            gap = "" if language == CHINESE else " "
            return text + gap + say("This bounds {rules}.", rules=listed(list(one.covers), language))
        case Streak():
            return _streak(one, language)
        case Settlement():
            return say(_OUTAGES[one.same_outage])
        case _:
            return choose(one, language)


def _tiers(agreement: Agreement | None, one: Tiers, language: str) -> Iterator[str]:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    base = base_name(agreement, one.of, language)
    for tier in one.tiers:
        limit = per_cent(tier.below, language)
        if tier.percent is None:
            yield say("below {limit}: {days} more of the term", limit=limit, days=_extension(tier.extend, language))
        else:
            share = per_cent(tier.percent, language)
            yield say("below {limit}: {percent} of {base}", limit=limit, percent=share, base=base)


def _per_breach(agreement: Agreement | None, one: PerBreach, language: str) -> str:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    breaches = listed([breach_name(name, language) for name in one.each], language)
    if one.percent is None:
        return say(
            "For each breach ({breaches}): {days} more of the term.",
            breaches=breaches,
            days=_extension(one.extend, language),
        )
    base = base_name(agreement, one.of, language)
    if not isinstance(one.percent, Scale):
        share = per_cent(one.percent, language)
    else:
        levels = [
            say("level {level}: {percent}", level=level, percent=per_cent(percent, language))
            for level, percent in sorted(one.percent.levels.items())
        ]
        levels.append(say("otherwise {percent}", percent=per_cent(one.percent.otherwise, language)))
        share = listed(levels, language)
        if one.percent.within is not None:
            low, high = one.percent.within
            share = say("{low} to {high} ({levels})", low=f"{low}", high=per_cent(high, language), levels=share)
    return say("For each breach ({breaches}): {percent} of {base}.", breaches=breaches, percent=share, base=base)


def _streak(one: Streak, language: str) -> str:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    when = (
        say("After {count} missed months in a row", count=one.missed)
        if one.in_last is None
        else say("After {count} missed months of the last {months}", count=one.missed, months=one.in_last)
    )
    text = say("{when}: {then}", when=when, then=choose(one.then, language))
    if one.due is not None:
        due = days_text(one.due, language)
        text += say(", due within {days}" if one.gives == "obligation" else ", to be used within {days}", days=due)
    text += say(". ")
    if one.missed_month == "year_so_far":
        return text + say("A month is missed if the year up to its end is below the target.")
    return text + say("A month is missed if its own figure is below the target; one without a figure does not count.")


def _extension(days: Days | None, language: str) -> str:
    return "" if days is None else days_text(days, language)
