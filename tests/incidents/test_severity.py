"""How bad it is and why: rules first, then the sender's word, then tier and state."""

import pytest

from config.state import State
from incidents.severity import Rule, classify, state_of_word

DEFAULTS = [
    ("core", State.DOWN, 1),
    ("core", State.PARTIAL, 1),
    ("core", State.DEGRADED, 3),
    ("important", State.DOWN, 2),
    ("important", State.PARTIAL, 2),
    ("important", State.DEGRADED, 3),
    ("minor", State.DOWN, 3),
    ("minor", State.PARTIAL, 3),
    ("minor", State.DEGRADED, 3),
]
WORDS = {
    1: "critical crit fatal emergency page disaster p1 sev1",
    2: "high error major p2 sev2",
    3: "warning warn medium average minor p3 sev3 low p4 sev4 notice info information debug p5",
}
PAIRS = [(word, severity) for severity, words in WORDS.items() for word in words.split()]


def facts(tier: str = "core", state: State = State.DOWN, word: str = "") -> dict[str, str]:
    return {"tier": tier, "state": state.value, "component": "shop", "source": "am", "word": word}


@pytest.mark.parametrize(("tier", "state", "severity"), DEFAULTS)
def test_without_rules_and_words_tier_and_state_decide(tier: str, state: State, severity: int) -> None:
    assert classify(facts(tier, state), []).value == severity


@pytest.mark.parametrize(("word", "severity"), PAIRS)
def test_the_sender_s_word_counts_before_the_tier_in_any_spelling(word: str, severity: int) -> None:
    assert classify(facts("minor", word=f" {word.upper()} "), []).value == severity


@pytest.mark.parametrize("word", ["", "purple", "0", "\x00"])
def test_a_word_nobody_knows_is_no_word(word: str) -> None:
    assert classify(facts("important", word=word), []).value == 2


def test_the_first_rule_that_matches_wholly_beats_every_word() -> None:
    rules = [
        Rule(when={"tier": "core", "state": "degraded"}, severity=3),
        Rule(when={"component": "shop", "source": "am"}, severity=2),
        Rule(when={"component": "shop"}, severity=1),
    ]

    found = classify(facts(word="critical"), rules)

    assert (found.value, found.because) == (2, "severity rule 2")


def test_a_rule_without_conditions_holds_always() -> None:
    assert classify(facts(), [Rule(when={}, severity=3)]).value == 3


@pytest.mark.parametrize(("word", "severity"), PAIRS)
def test_a_firing_alert_degrades_with_a_mild_word_and_is_down_with_any_other(word: str, severity: int) -> None:
    assert state_of_word(word) is (State.DEGRADED if severity == 3 else State.DOWN)


@pytest.mark.parametrize("word", ["", "purple"])
def test_a_firing_alert_that_does_not_say_how_bad_is_down(word: str) -> None:
    assert state_of_word(word) is State.DOWN


def test_an_alert_that_says_none_is_a_sign_of_life() -> None:
    assert state_of_word("none") is State.UP
