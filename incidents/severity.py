"""How bad: 1 is the worst. The operator's rules first, then the sender's own word, then tier and state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.state import State

WORST, MILDEST = 1, 3

_BY_TIER = {"core": 1, "important": 2, "minor": 3}
_BY_WORD = {
    **dict.fromkeys(("critical", "crit", "fatal", "emergency", "page", "disaster", "p1", "sev1"), 1),
    **dict.fromkeys(("high", "error", "major", "p2", "sev2"), 2),
    **dict.fromkeys(("warning", "warn", "medium", "average", "minor", "p3", "sev3"), 3),
    **dict.fromkeys(("low", "p4", "sev4", "notice", "info", "information", "debug", "p5"), 3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """A severity and what it follows from."""

    value: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`when` holds the facts that must all be equal: tier, state, component, source, word."""

    when: Mapping[str, str]
    severity: int


def classify(facts: Mapping[str, str], rules: Sequence[Rule]) -> Severity:
    """`facts`: tier, state, component, source and, from a webhook, word. The first rule that matches decides."""
    for number, rule in enumerate(rules, start=1):
        if all(facts.get(key) == value for key, value in rule.when.items()):
            return Severity(value=rule.severity, because=f"severity rule {number}")
    word = facts.get("word", "").strip().lower()
    if word in _BY_WORD:
        return Severity(value=_BY_WORD[word], because=f"the sender's word {word!r}")
    if facts["state"] in (State.DOWN, State.PARTIAL):
        return Severity(value=_BY_TIER[facts["tier"]], because=f"tier {facts['tier']} is {facts['state']}")
    return Severity(value=MILDEST, because=f"{facts['state']} is the mildest")


_WATCHDOG = "none"


def state_of_word(word: str) -> State:
    """What a firing alert says of its component: degraded for the mild words, down for all others and without one.

    `none` is Prometheus' Watchdog, an alert that always fires to show that the way is open: a sign of life.
    """
    if word.strip().lower() == _WATCHDOG:
        return State.UP
    return State.DEGRADED if _BY_WORD.get(word.strip().lower()) == MILDEST else State.DOWN
