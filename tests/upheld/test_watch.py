"""When the heartbeat may leave, and what is made of a peer's answers."""

from dataclasses import replace
from functools import reduce
from typing import Any

import pytest

from config.instant import MINUTE, SECOND, Instant
from upheld.peer import EVERY, FALL, PATIENCE, Look, Peer, judge
from upheld.pulse import STALE, Pulse, ailing

NOON: Instant = 1_788_523_200_000
WELL = Pulse(ticked_at=NOON, written_at=NOON, waiting_since=None, audited_at=NOON, violations=0)


def test_nothing_ails_a_house_whose_every_part_gave_a_sign_lately() -> None:
    assert ailing(WELL, NOON + STALE) == ()
    assert ailing(replace(WELL, waiting_since=NOON), NOON + STALE) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ticked_at": NOON - STALE - 1}, "timers are not looked at"),
        ({"ticked_at": None}, "timers are not looked at"),
        ({"written_at": NOON - STALE - 1}, "the store takes nothing"),
        ({"waiting_since": NOON - STALE - 1}, "messages wait that should have left"),
        ({"audited_at": None}, "incidents are not looked through"),
        ({"violations": 2}, "2 severe incidents nothing comes of"),
    ],
)
def test_one_part_without_a_sign_keeps_the_heartbeat_in(changes: dict[str, Any], said: str) -> None:
    assert ailing(replace(WELL, **changes), NOON) == (said,)


def after(*looks: Look) -> Peer:
    return reduce(judge, looks, Peer())


GOOD, DEAD = Look(wrong=None, size=7), Look(wrong="peer_dead")


def test_one_bad_answer_is_not_believed_two_in_a_row_are_and_a_good_one_ends_it() -> None:
    assert after(GOOD, DEAD).wrong is None
    assert after(GOOD, DEAD, GOOD, DEAD).wrong is None
    assert after(GOOD, DEAD, DEAD).wrong == "peer_dead"
    assert after(GOOD, DEAD, DEAD, GOOD) == Peer(size=7)


def test_a_dead_peer_is_known_for_dead_within_ninety_seconds() -> None:
    assert FALL * (EVERY + PATIENCE) <= 90 * SECOND < 2 * MINUTE


def test_a_ledger_that_became_smaller_is_believed_at_once_and_stays_wrong() -> None:
    shrank = after(GOOD, Look(wrong=None, size=6))

    assert (shrank.wrong, shrank.size) == ("peer_ledger_shrank", 7)
    assert judge(shrank, Look(wrong=None, size=6)).wrong == "peer_ledger_shrank"
    assert judge(shrank, Look(wrong=None, size=8)) == Peer(size=8)


def test_a_dead_peer_keeps_the_size_it_had() -> None:
    assert after(GOOD, DEAD, DEAD).size == 7
