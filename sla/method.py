"""《可用性计算办法》: a term sheet as a contract prints it, its own terms and the rules behind
all of them.

Source of the rules: sla-definition.md. Each is one sentence, in the order in which a count is made.
"""

from collections.abc import Iterator

from config.agreement import Counting
from config.look import sentence
from config.look.figure import promised
from sla.clause import PERIODS, ROOM, counting, hours_words

TITLE = "How availability is counted"

_OBSERVED = (
    "An outage begins with the first failing check of a confirmed run and ends with the first good check of a "
    "confirmed recovery.",
    "Downtime never depends on when something was stored or a person clicked.",
    "A change is known only to lie between the last check before it and the first after it; this measuring error is "
    "printed.",
)
_ABSENT = (
    "Where nothing was observed for longer than that, the time from the last observation to the end of its evidence is "
    "part of the measuring error."
)
_COUNTED = (
    "Outages are found on the whole line before service hours, exclusions and month ends cut it; none of these makes "
    "an outage shorter.",
    "Overlapping reports take the worst of them, never their sum.",
    "An exclusion counts only with a category agreed here, announced in time or countersigned by the customer, and "
    "approved by a second person; one that does not count stays listed with the reason.",
    "Of an outage beside or beyond an exclusion, the part outside it counts.",
)
_JUDGED = (
    "Availability is one minus counted downtime divided by agreed time, in exact fractions; without agreed time there "
    "is none.",
    "The downtime allowed is the agreed time times what the target leaves; exactly that much is still met.",
    "Quarter and year are the sum of their downtimes over the sum of their agreed times; percentages are never "
    "averaged.",
    "A printed percentage is cut, not rounded; 100 % is printed only where nothing was counted; downtime is rounded "
    "up.",
    "Where the verdict depends on time not measured, or less than 99 per cent was measured, the customer decides "
    "before the statement is sealed.",
)


def method(terms: Counting, language: str) -> tuple[str, ...]:
    """The paragraphs in order, without their numbers."""
    return tuple(_paragraphs(terms, language))


def _paragraphs(terms: Counting, language: str) -> Iterator[str]:
    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    yield say(PERIODS[terms.period])
    yield say("Service hours: {hours}.", hours=hours_words(terms.service_hours, language))
    yield from map(say, _OBSERVED)
    yield _lapse(terms, language)
    yield say(_ABSENT)
    for _, text in counting(terms, language):
        yield text
    yield from map(say, _COUNTED)
    yield from map(say, _JUDGED)


def _lapse(terms: Counting, language: str) -> str:
    if terms.lapse is None:
        return sentence(ROOM, language, "One observation is evidence for two intervals and the timeout of its check.")
    return sentence(ROOM, language, "One observation is evidence for {length}.", length=promised(terms.lapse, language))
