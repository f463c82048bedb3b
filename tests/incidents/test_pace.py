from config.instant import SECOND
from incidents.pace import PATIENCE, SENDERS_SHARE, rest_after


def test_those_who_wait_to_be_accepted_go_first() -> None:
    assert rest_after(0.02, lag=SECOND) == 0.02 * SENDERS_SHARE


def test_nothing_that_was_accepted_waits_long() -> None:
    assert rest_after(0.02, lag=PATIENCE) == 0
