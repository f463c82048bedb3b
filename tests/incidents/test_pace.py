from config.instant import SECOND
from incidents.pace import PATIENCE, SENDERS_SHARE, STORM, rest_after


def test_as_long_as_all_can_be_decided_deciding_takes_its_turn() -> None:
    assert rest_after(0.02, rate=STORM, lag=0) == 0


def test_in_a_storm_those_who_wait_to_be_accepted_go_first() -> None:
    assert rest_after(0.02, rate=STORM + 1, lag=SECOND) == 0.02 * SENDERS_SHARE


def test_also_in_a_storm_nothing_that_was_accepted_waits_long() -> None:
    assert rest_after(0.02, rate=STORM + 1, lag=PATIENCE) == 0
