"""Cases as a person writes them, given to the program as text and read back."""

import json
from pathlib import Path
from typing import Any

import pytest

from sla.cases import account_cases
from sla.deadline_cases import deadline_cases
from sla.reader import Unreadable

CASES = Path(__file__).parent / "cases"


def account_of(case: object) -> Any:
    return json.loads(account_cases(json.dumps(case)))


def deadline_of(case: object) -> Any:
    return json.loads(deadline_cases(json.dumps(case)))


def account_problems(text: str) -> list[str]:
    with pytest.raises(Unreadable) as caught:
        account_cases(text)
    return caught.value.problems


def deadline_problems(case: object) -> list[str]:
    with pytest.raises(Unreadable) as caught:
        deadline_cases(json.dumps(case))
    return caught.value.problems
