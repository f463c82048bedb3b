"""What is kept as JSON is read back the same, whatever it is; what is none is refused."""

import json
from datetime import datetime

import pytest

from config.state import State
from db.json import written


@pytest.mark.parametrize(
    "value",
    [
        {"text": "宕机 é \u2028", "parts": [1, None, True, 0.1], "state": State.DOWN, "several": (1, 2)},
        {"beyond": 2**70, "least": -(2**63)},
        {"half": "\ud800"},
        {1: "one"},
        "",
        None,
    ],
)
def test_it_is_read_back_the_same(value: object) -> None:
    assert json.loads(written(value)) == json.loads(json.dumps(value))


def test_a_text_stays_a_text() -> None:
    assert written({"a": "宕机"}) == '{"a":"宕机"}'


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        written({"at": datetime(2026, 11, 27)})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("beside", [1, 1 << 70], ids=["plain", "beyond 64 bits"])
def test_a_number_that_is_none_is_refused_and_does_not_become_nothing(number: float, beside: int) -> None:
    with pytest.raises(ValueError, match=r"is no JSON|not JSON compliant"):
        written({"a": [{"b": number}], "beside": beside})
