"""Levels, their clocks and who is called, as sentences of a contract."""

from collections.abc import Iterator

from config.agreement import ALWAYS, SERVICE_HOURS, Agreement, Called, Commitment, Level, Limit
from config.language import CHINESE, choose
from config.look import sentence
from config.look.figure import listed, promised
from sla.clause import ROOM

COMMITMENTS = {
    "register": "Register",
    "accept": "Accept",
    "respond": "Respond",
    "trigger": "Start the emergency process",
    "engage": "Engage",
    "on_site": "On site",
    "workaround": "Workaround",
    "propose": "Proposed solution",
    "reply": "Reply",
    "hand_over": "Hand over",
    "answer": "First answer",
    "update": "Progress written",
    "resolve": "Resolve",
    "escalate": "Escalate",
    "report": "Report",
    "review": "Review",
    "reassess": "Reassess",
    "confirm": "Confirm",
}
"""Commitment -> its name; one that an agreement invented is printed as it is written."""

WORKDAYS = "workdays"
"""The calendar of the shipped profiles' working days; one that an agreement invented is printed as it is written."""

STARTS = {
    "reported": "from the report",
    "updated": "from the report and each progress written",
    "beyond_limit": "from when it is beyond ability or time limit",
    "resolved": "from the resolution",
    "contested": "from when the customer is not satisfied",
}
STOPS = {
    "receipt": "met by a receipt the customer can see",
    "registered": "met by the entry in the register",
    "accepted": "met by validity, scope and one responsible person being settled",
    "triggered": "met by the start of the emergency process",
    "engaged": "met by an expert at work",
    "arrived": "met by arrival, or remote operation where agreed",
    "workaround": "met by a workaround or the solution",
    "proposed": "met by a proposed solution",
    "handed_over": "met by the hand-over",
    "answered": "met by an answer",
    "escalated": "met by the escalation",
    "updated": "met by progress the customer can read",
    "resolved": "met by the final fix",
    "restored": "met when business is restored",
    "reported": "met by the delivered report",
    "reviewed": "met by the review",
    "reassessed": "met by the new assessment",
    "confirmed": "met by the customer's word",
    "done": "met when it is done",
}
_FUNCTIONS = {
    "engineer": "engineer",
    "expert": "expert",
    "team-lead": "team lead",
    "service-manager": "service manager",
    "executive": "executive in charge",
    "engineering": "engineering",
    "legal": "legal department",
    "management": "management",
}
KINDS = {"fault": "faults", "question": "questions", "complaint": "complaints", "request": "requests"}


def level_text(level: Level, language: str) -> Iterator[str]:
    if level.meaning is not None:
        yield choose(level.meaning, language) + sentence(ROOM, language, ".")
    for commitment in level.commitments.values():
        yield commitment_text(commitment, language)
    for commitment in (level.outside_hours or {}).values():
        text = commitment_text(commitment, language)
        yield sentence(ROOM, language, "Outside service hours: {words}", words=text)
    if not level.taken_outside_hours:
        yield sentence(ROOM, language, "Outside service hours the case is taken at the next opening.")
    for called in level.calls:
        yield _called(called, language)


def commitment_name(id: str, language: str) -> str:
    return sentence(ROOM, language, COMMITMENTS[id]) if id in COMMITMENTS else id


def commitment_text(one: Commitment, language: str) -> str:
    """`Respond: within 15 min (service hours), from the report, met by a receipt the customer can see.`"""

    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    said = [_limit(one, language)]
    if one.outside is not None:
        said.append(say("starting outside those hours within {length}", length=limit_text(one.outside, language)))
    if one.target is not None:
        said.append(say("internal target {length}", length=limit_text(one.target, language)))
    said += [say(STARTS[one.starts]), say(STOPS[one.stops])]
    if one.kinds:
        said.append(say("for {kinds} only", kinds=listed([say(KINDS[kind]) for kind in one.kinds], language)))
    if not one.agreed:
        said.append(say("only where the agreement writes it"))
    text = say(", ").join(said)
    line = say("{name}: {words}.", name=commitment_name(one.id, language), words=text)
    if one.note is None:
        return line
    gap = "" if language == CHINESE else " "
    return f"{line}{gap}{choose(one.note, language)}{say('.')}"


def _limit(one: Commitment, language: str) -> str:
    said = limit_text(one.limit, language)
    if one.limit.by_plan:
        return said
    hours = hours_text(one, language)
    text = "within {length} ({hours})" if hours else "within {length}"
    return sentence(ROOM, language, text, length=said, hours=hours)


def hours_text(one: Commitment, language: str) -> str:
    """What its limit runs on; nothing where its days say it."""
    if one.calendar == ALWAYS:
        return sentence(ROOM, language, "24×7")
    if one.calendar == SERVICE_HOURS:
        return sentence(ROOM, language, "service hours")
    if one.calendar != WORKDAYS:
        return sentence(ROOM, language, "calendar {name}", name=one.calendar)
    return "" if one.limit.days else sentence(ROOM, language, "working days")


def limit_text(limit: Limit, language: str) -> str:
    """`4 h`, `3 working days`, the earlier of both, or that a plan sets it."""
    if limit.by_plan:
        return sentence(ROOM, language, "by a special plan")
    days = "" if limit.days is None else _days(limit.days, language)
    if limit.span is None:
        return days
    span = promised(limit.span, language)
    return sentence(ROOM, language, "the earlier of {span} and {days}", span=span, days=days) if days else span


def _days(number: int, language: str) -> str:
    text = "{n} working day" if number == 1 else "{n} working days"
    return sentence(ROOM, language, text, n=number)


def _called(one: Called, language: str) -> str:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    who = listed([say(_FUNCTIONS[each]) for each in one.to], language)
    text = say(
        "Called at once: {who}." if one.when == "opened" else "Called when it is beyond its limit: {who}.", who=who
    )
    if not one.customer_told:
        return text
    return text + ("" if language == CHINESE else " ") + say("The customer is told at the same moment.")


def runs_evenly(agreement: Agreement, level: int, commitment: str) -> bool:
    """Whether its limit is elapsed time by the wall clock, so that what was used and what was allowed compare."""
    found = next((one for one in agreement.levels if one.number == level), None)
    if found is None:
        return True
    even = {ALWAYS, SERVICE_HOURS} if agreement.hours == ALWAYS else {ALWAYS}
    clocks = (found.commitments.get(commitment), (found.outside_hours or {}).get(commitment))
    return all(one.calendar in even and one.limit.days is None for one in clocks if one is not None)
