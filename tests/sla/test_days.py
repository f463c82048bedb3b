from pathlib import Path

from config.state import State
from sla.days import marks
from sla.parties import parties_of
from sla.period import parse_period
from sla.record import Facts
from sla.statement import compose
from tests.sla.contract import AGREEMENT, LATER, config, facts, transition


def shown(settings_text: str, folder: Path, known: Facts | None = None) -> list[str]:
    settings = config(folder, settings_text)
    statement = compose(
        parties_of(settings, "harbour-bank"),
        parse_period("2026-10"),
        facts(settings) if known is None else known,
        LATER,
    )
    return [mark.shows for mark in marks(statement.components[0].counted, "Asia/Shanghai")]


def test_each_local_day_shows_the_worst_that_counted_then_what_was_excluded_or_not_measured(tmp_path: Path) -> None:
    days = shown(AGREEMENT, tmp_path)
    assert len(days) == 31
    assert {day + 1: shows for day, shows in enumerate(days) if shows != "up"} == {
        2: "partial",
        4: "maintenance",
        11: "excluded",
        18: "maintenance",
        21: "down",
        25: "maintenance",
    }


def test_a_day_outside_coverage_shows_nothing_and_an_inferred_one_is_down(tmp_path: Path) -> None:
    known = Facts(
        transitions={
            "pay": (
                transition("10-01 00:00:00", State.UP),
                transition("10-05 23:50:00", State.DOWN),
                transition("10-05 23:59:00", State.UNKNOWN),
                transition("10-06 00:04:00", State.DOWN),
                transition("10-06 00:05:00", State.UP),
            )
        }
    )
    days = shown(AGREEMENT.replace("2026-01-01", "2026-10-05"), tmp_path, known)
    assert days[3:7] == ["inactive", "down", "down", "up"]


def test_a_day_that_was_down_only_by_inference_shows_down(tmp_path: Path) -> None:
    bridged = AGREEMENT.replace('partial_weight: "1/2"', 'partial_weight: "1/2", bridge_max: 2d')
    known = Facts(
        transitions={
            "pay": (
                transition("10-01 00:00:00", State.UP),
                transition("10-05 23:00:00", State.DOWN),
                transition("10-06 00:00:00", State.UNKNOWN),
                transition("10-07 00:00:00", State.DOWN),
                transition("10-07 01:00:00", State.UP),
            )
        }
    )
    assert shown(bridged, tmp_path, known)[4:8] == ["down", "down", "down", "up"]


def test_a_day_is_hollow_only_when_more_than_a_hundredth_of_it_was_not_measured(tmp_path: Path) -> None:
    known = Facts(
        transitions={
            "pay": (
                transition("10-01 00:00:00", State.UP),
                transition("10-05 10:00:00", State.UNKNOWN),
                transition("10-05 10:14:24", State.UP),
                transition("10-06 10:00:00", State.UNKNOWN),
                transition("10-06 10:14:25", State.UP),
            )
        }
    )
    assert shown(AGREEMENT, tmp_path, known)[4:6] == ["up", "unknown"]
