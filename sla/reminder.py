"""What the person responsible is told of an obligation: before it is due, and when it is over. Pure."""

from collections.abc import Callable

from config.agreement import Agreement
from config.instant import DAY, Instant, Span, rfc3339
from config.language import choose
from config.look import sentence
from config.look.figure import full_day
from notify.message import Message
from sla.booking import DUTY, MEASURE, Obligation
from sla.remedyclause import ROOM

AHEAD: Span = 3 * DAY
"""How long before it is due an obligation is called to mind."""
REMINDED = "reminded"
OVERDUE = "overdue"


def due_reminder(one: Obligation, now: Instant) -> str | None:
    """`reminded` or `overdue`; None while there is nothing to say. A right of the customer's is not called overdue."""
    if one.closed_at is not None or one.due_at is None or now < one.due_at - AHEAD:
        return None
    if now < one.due_at:
        return REMINDED
    return OVERDUE if one.gives in ("obligation", MEASURE, DUTY) else None


def reminder(one: Obligation, agreement: Agreement, customer: str, kind: str, language: str) -> Message:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    what = choose(one.then, language)
    day = full_day((one.due_at or 0) - 1, agreement.availability.timezone, language)
    subject = say("Overdue: {what}" if kind == OVERDUE else "Due soon: {what}", what=what)
    lines = [
        say("{what}, by {day}.", what=what, day=day),
        say("Customer: {name}", name=customer),
        _ground(one, say),
        "",
        f"upheld obligation fulfil {one.id}",
        "",
    ]
    facts = {"event": f"obligation.{kind}", "obligation": one.id, "due_at": rfc3339(one.due_at or 0)}
    return Message(subject=subject, text="\n".join(lines), language=language, facts=facts, thread=one.id)


def _ground(one: Obligation, say: Callable[..., str]) -> str:
    match one.gives:
        case "measure":
            return say("A measure of improvement.")
        case "duty":
            return say("A standing duty of the agreement.")
        case _:
            return say("Because of missed months up to {month}.", month=one.month)
