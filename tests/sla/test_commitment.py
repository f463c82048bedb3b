"""Commitments read aloud: what a limit runs on has a name in both languages."""

from pathlib import Path

import pytest

from config.agreement import Agreement, Commitment
from sla.commitment import commitment_text
from tests.config.test_profiles import PROFILES, under


def every(agreement: Agreement) -> list[Commitment]:
    levels = [level.commitments for level in agreement.levels]
    return [one for commitments in levels for one in commitments.values()]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_shipped_calendar_is_not_called_by_its_id(tmp_path: Path, profile: str) -> None:
    found = every(under(tmp_path, profile))
    assert not [one for one in found if "workdays" in commitment_text(one, "en") + commitment_text(one, "zh-CN")]


def test_days_of_a_limit_say_what_it_runs_on(tmp_path: Path) -> None:
    resolve = under(tmp_path, "support-agreement").levels[3].commitments["resolve"]
    assert commitment_text(resolve, "en").startswith("Resolve: within 3 working days, from")
    assert commitment_text(resolve, "zh-CN").startswith("解决：3个工作日内，")
