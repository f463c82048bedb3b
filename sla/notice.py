"""What the account manager is told of an agreement, in words. Pure: from values to a `Message`."""

from config.agreement import Agreement
from config.instant import DAY, Instant, Span, rfc3339
from config.language import choose
from config.look import sentence
from config.look.figure import full_day
from config.value import Text
from notify.message import Message
from sla.letter import closed

ROOM = "sla"


def renewal(agreement: Agreement, ends: Instant, lead: Span, *, customer: Text, site: Text, language: str) -> Message:
    """It ends, `lead` from the day this was due: what happens then, and what to do before."""

    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    zone = agreement.availability.timezone
    name, day = choose(customer, language), full_day(ends, zone, language)
    lines = [say("The agreement {id} with {customer} ends on {day}.", id=agreement.id, customer=name, day=day)]
    if agreement.contract is not None:
        lines.append(say("Number of the contract: {number}.", number=agreement.contract))
    if agreement.renewal is not None:
        latest = full_day(ends - agreement.renewal.notice, zone, language)
        rule = (
            "It goes on by itself unless one side gives notice by {day}."
            if agreement.renewal.automatic
            else "It ends unless both sides agree by {day} to go on."
        )
        lines.append(say(rule, day=latest))
    text = closed([*lines, "", f"upheld agreement show {agreement.id}"], site, language)
    return Message(
        subject=say("{days} days left: agreement with {customer}", days=lead // DAY, customer=name),
        text=text,
        language=language,
        facts={
            "event": "agreement.ends",
            "agreement": agreement.id,
            "version": agreement.version,
            "customer": agreement.customer,
            "ends": rfc3339(ends),
            "days_ahead": lead // DAY,
        },
        thread=agreement.id,
    )
