"""When a notification is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import DAY, HOUR, MINUTE, SECOND
from notify.backoff import next_attempt, pause
from tests.notify.samples import NOON


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 5), (2, 15), (3, 45), (4, 120), (5, 300), (6, 300), (300, 300)])
def test_pauses_grow_to_five_minutes_each_a_fifth_more_or_less(attempt: int, seconds: int) -> None:
    spans = [pause(f"key {number}", attempt) for number in range(500)]

    assert min(spans) >= seconds * 800
    assert max(spans) <= seconds * 1200
    assert len(set(spans)) > 100


def test_the_same_key_waits_the_same_time_on_every_machine() -> None:
    assert pause("I-1/1/0/li/mail", 1) == 5845


@given(key=st.text(), attempt=st.integers(1, 1000), left=st.integers(0, DAY))
def test_no_attempt_comes_after_the_expiry(key: str, attempt: int, left: int) -> None:
    at = next_attempt(key=key, attempt=attempt, now=NOON, expires_at=NOON + left)

    assert at is None or NOON < at < NOON + left
    assert (at is None) == (pause(key, attempt) >= left)


def test_the_receivers_wish_is_granted() -> None:
    at = next_attempt(key="k", attempt=1, now=NOON, expires_at=NOON + DAY, retry_after=10 * MINUTE)

    assert at == NOON + 10 * MINUTE


def test_a_wish_shorter_than_the_pause_changes_nothing() -> None:
    at = next_attempt(key="k", attempt=5, now=NOON, expires_at=NOON + DAY, retry_after=SECOND)

    assert at == NOON + pause("k", 5)


def test_nobody_can_wish_for_more_than_an_hour() -> None:
    at = next_attempt(key="k", attempt=1, now=NOON, expires_at=NOON + 9 * DAY, retry_after=7 * DAY)

    assert at == NOON + HOUR
