"""Checks spread over their interval, and stay where they are."""

from probe.phase import phase_of, tick_of


def test_the_phase_of_a_check_is_the_same_for_ever() -> None:
    assert phase_of("shop/home", 60_000) == 38_860


def test_five_thousand_checks_spread_evenly() -> None:
    seconds = [0] * 60
    for number in range(5000):
        seconds[phase_of(f"component-{number}/check", 60_000) // 1000] += 1
    assert max(seconds) < 1.5 * 5000 / 60


def test_a_tick_is_the_newest_instant_of_the_grid_not_after() -> None:
    assert [tick_of(at, 60, 7) for at in (6, 7, 66, 67, 68)] == [-53, 7, 7, 67, 67]
