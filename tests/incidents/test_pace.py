from config.instant import SECOND
from incidents.pace import PATIENCE, SENDERS_SHARE, Pace

TOO_MUCH = Pace().after(came=400, over=0.1, decided=100, took=0.02)
"""Four thousand a second come in, five thousand are decided in a second of deciding: that is most of the time."""


def test_those_who_wait_to_be_accepted_go_first() -> None:
    assert TOO_MUCH.rest(0.02, lag=SECOND) == 0.02 * SENDERS_SHARE


def test_nothing_that_was_accepted_waits_long() -> None:
    assert TOO_MUCH.rest(0.02, lag=PATIENCE) == 0


def test_what_two_thirds_of_the_time_are_enough_for_is_decided_as_it_comes() -> None:
    enough = Pace().after(came=333, over=0.1, decided=100, took=0.02)
    assert (enough.keeps_up, enough.rest(0.02, lag=0), enough.rest(0.01, lag=PATIENCE)) == (True, 0.01, 0.005)
    assert not Pace().after(came=334, over=0.1, decided=100, took=0.02).keeps_up


def test_a_storm_is_noticed_and_forgotten_within_a_second_or_so() -> None:
    pace = Pace()
    for _ in range(20):
        pace = pace.after(came=20, over=0.04, decided=100, took=0.02)
    assert pace.keeps_up
    for _ in range(8):
        pace = pace.after(came=720, over=0.18, decided=100, took=0.02)
    assert not pace.keeps_up
    for _ in range(40):
        pace = pace.after(came=20, over=0.04, decided=100, took=0.02)
    assert pace.keeps_up
