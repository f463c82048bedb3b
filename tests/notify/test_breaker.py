"""Whether a channel still delivers, and that it follows from what is on record."""

import pytest

from config.instant import DAY, MINUTE
from notify.breaker import LIMIT, End, Sign, sign, standing
from notify.channel import Reason
from tests.notify.samples import NOON

BAD, GOOD, NEITHER = Reason.UNREACHABLE, None, Reason.BAD_ADDRESS


def ends(*reasons: Reason | None) -> list[End]:
    """Newest first, a minute apart."""
    return [End(at=NOON - number * MINUTE, reason=reason) for number, reason in enumerate(reasons)]


@pytest.mark.parametrize(
    ("reasons", "fails"),
    [
        ((), None),
        ((BAD,) * 4, None),
        ((BAD,) * 4 + (GOOD,) + (BAD,) * 9, None),
        ((BAD,) * 5, 5),
        ((BAD,) * 7 + (GOOD,), 7),
        ((GOOD,) + (BAD,) * 9, None),
        ((BAD, BAD, NEITHER, BAD, BAD), None),
        ((NEITHER, BAD, BAD, NEITHER, BAD, BAD, BAD), 5),
        ((Reason.GONE,), 1),
        ((BAD, Reason.GONE), None),
    ],
)
def test_five_bad_ends_in_a_row_open_the_breaker(reasons: tuple[Reason | None, ...], fails: int | None) -> None:
    found = standing(ends(*reasons), personal=False)

    assert (None if found is None else found.fails) == fails


def test_it_is_asked_again_after_five_minutes_and_once_a_day_if_it_asked_to_be_left_alone() -> None:
    passing, gone = standing(ends(*(BAD,) * LIMIT), personal=False), standing(ends(Reason.GONE), personal=False)

    assert passing is not None and gone is not None
    assert passing.probes_at == NOON + 5 * MINUTE
    assert gone.probes_at == NOON + DAY
    assert passing.began_at == NOON - 4 * MINUTE


@pytest.mark.parametrize("reason", list(Reason))
def test_a_mailbox_that_refuses_says_nothing_bad_of_the_channel(reason: Reason) -> None:
    personal, shared = sign(reason, personal=True), sign(reason, personal=False)

    if reason in (Reason.REJECTED, Reason.GONE):
        assert (personal, shared) == (Sign.GOOD, Sign.BAD)
    else:
        assert personal is shared
