"""Sentences with their values filled in."""

from config.language import say
from config.look import sentence


def test_a_value_may_be_named_like_anything_even_like_our_own_parameters() -> None:
    values = {"room": "a", "language": "b", "sentence": "c", "text": "d"}
    written = "{room}{language}{sentence}{text}"
    assert say("sla", "en", written, **values) == "abcd"
    assert sentence("sla", "zh-CN", written, **values) == "abcd"
