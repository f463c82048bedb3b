"""What is done in a process of its own is what would have been done here, or nothing."""

import os
import sys
from fractions import Fraction

import pytest

from config.apart import NotDone, apart


def test_the_answer_is_another_process_s() -> None:
    assert apart(os.getpid) != os.getpid()
    assert apart(Fraction, 1, denominator=3) == Fraction(1, 3)


def test_what_is_printed_there_does_not_stand_in_the_answer() -> None:
    assert apart(print, "a word") is None


def test_who_gets_no_answer_is_told(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotDone):
        apart(Fraction, "no number")
    assert "no number" in capfd.readouterr().err, "and what was wrong stands in the log"
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(NotDone, match="nowhere"):
        apart(os.getpid)


@pytest.mark.parametrize("program", ["/bin/false", "/bin/true"])
@pytest.mark.parametrize("much", [1, 1 << 20])
def test_who_ends_before_he_has_heard_all_has_not_answered(
    much: int, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(NotDone):
        apart(len, b"x" * much)
