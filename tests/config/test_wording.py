"""What templates for mails may hold: values and questions about them, nothing that takes time or writes without end."""

from typing import Any

import pytest
from pydantic import ValidationError

from config.wording import LONGEST_SAID, NAMES, Wording, said


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("{{ numbr }}", "knows no 'numbr'"),
        ("{{ number", "no template"),
        ("{% for x in number %}{{ x }}{% endfor %}{{ number }}", "cannot hold 'for'"),
        ("{% set a = number %}{{ a }}", "cannot hold 'assign'"),
        ("{{ number * 1000000000 }}", "cannot hold 'mul'"),
        ("{{ number ~ number }}", "cannot hold 'concat'"),
        ("{{ number.__class__.__mro__ }}", "cannot hold 'getattr'"),
        ("{{ number['x'] }}", "cannot hold 'getitem'"),
        ("{{ number() }}", "cannot hold 'call'"),
        ("{{ number|center(1000000000) }}", "cannot hold 'center'"),
        ("{% include number %}", "cannot hold 'include'"),
        ("{% macro m() %}{% endmacro %}{{ number }}", "cannot hold 'macro'"),
        ("{{ number }}" + "x" * 4000, "at most 4000"),
        ("{{ " + "not " * 900 + "number }}", "no template"),
        ("{% if number %}" * 130 + "{{ number }}" + "{% endif %}" * 130, "cannot be filled in"),
        ("nothing that tells it", "without its {{ number }}"),
        ({"de": "{{ number }}"}, "not a language"),
        ({}, "quoted string"),
        (7, "quoted string"),
    ],
)
def test_a_template_that_could_do_harm_or_say_nothing_is_refused(template: Any, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint.replace("{", r"\{").replace("}", r"\}").replace("|", r"\|")):
        Wording(text=template)


def test_a_subject_is_one_line() -> None:
    with pytest.raises(ValidationError, match="one line"):
        Wording(subject="{{ number }}\nBcc: eve@evil.example")


def test_values_are_words_and_never_templates() -> None:
    wording = Wording(text="{% if link %}{{ link }}{% else %}no link{% endif %} {{ number|upper }} {{ title }}")
    assert isinstance(wording.text, str)
    values = dict.fromkeys(NAMES, "") | {"number": "case-1", "title": "{{ number }} {% raw %}"}
    assert said(wording.text, values) == "no link CASE-1 {{ number }} {% raw %}"


def test_what_becomes_too_long_or_cannot_be_filled_in_is_said() -> None:
    with pytest.raises(ValueError, match="more than"):
        said("{{ title }}", {"title": "x" * (LONGEST_SAID + 1)})
    with pytest.raises(ValueError, match="cannot be filled in"):
        said("{{ title }}", {})
