"""What becomes of a notification before and after an attempt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import DAY
from notify.backoff import pause
from notify.channel import DeliveryError, Reason, Receipt
from notify.decision import Again, Entry, Send, State, Stop, after_attempt, before_sending
from notify.message import Purpose
from tests.notify.samples import NOON, notification

TEMPORARY = DeliveryError("451", reason=Reason.THROTTLED)
PERMANENT = DeliveryError("550", reason=Reason.REJECTED, permanent=True)
UNCERTAIN = DeliveryError("lost", reason=Reason.UNREACHABLE, uncertain=True)


def entry(purpose: Purpose = Purpose.PAGE, attempts: int = 1, *, repeated: bool = False) -> Entry:
    return Entry(id=1, notification=notification(purpose=purpose), attempts=attempts, repeated=repeated)


def test_what_is_wanted_and_in_time_is_sent() -> None:
    assert before_sending(entry(), unwanted=None, now=NOON) == Send()


def test_what_nobody_needs_any_more_is_suppressed_with_the_reason() -> None:
    verdict = before_sending(entry(), unwanted="resolved", now=NOON)

    assert verdict == Stop(state=State.SUPPRESSED, outcome="resolved", gave_up=False)


def test_a_page_that_comes_too_late_expires_and_the_next_way_is_due() -> None:
    verdict = before_sending(entry(), unwanted=None, now=NOON + DAY)

    assert verdict == Stop(state=State.EXPIRED, outcome="expired", gave_up=True)


def test_what_may_have_arrived_is_never_called_suppressed_or_expired() -> None:
    suppressed = before_sending(entry(repeated=True), unwanted="resolved", now=NOON)
    expired = before_sending(entry(repeated=True), unwanted=None, now=NOON + DAY)

    assert suppressed == Stop(state=State.UNKNOWN, outcome="resolved", gave_up=False)
    assert expired == Stop(state=State.UNKNOWN, outcome="expired", gave_up=True)


def test_a_receipt_ends_it() -> None:
    verdict = after_attempt(entry(repeated=True), Receipt(detail="250"), idempotent=True, now=NOON)

    assert verdict == Stop(state=State.SENT, outcome="", gave_up=False)


def test_what_stands_in_the_log_alone_says_that_nobody_has_it() -> None:
    verdict = after_attempt(entry(), Receipt(detail="written", nobody=True), idempotent=True, now=NOON)

    assert verdict == Stop(state=State.SENT, outcome="logged", gave_up=False)


def test_a_passing_trouble_is_tried_again_after_the_pause() -> None:
    verdict = after_attempt(entry(attempts=2), TEMPORARY, idempotent=True, now=NOON)

    assert verdict == Again(at=NOON + pause("I-1/1/0/li/mail", 2), state=State.QUEUED, outcome="throttled")


def test_a_final_refusal_is_not_tried_again() -> None:
    verdict = after_attempt(entry(), PERMANENT, idempotent=True, now=NOON)

    assert verdict == Stop(state=State.FAILED, outcome="rejected", gave_up=True)


def test_where_the_receiver_knows_repetitions_an_uncertain_attempt_is_repeated() -> None:
    verdict = after_attempt(entry(Purpose.CUSTOMER), UNCERTAIN, idempotent=True, now=NOON)

    assert isinstance(verdict, Again)
    assert verdict.state is State.UNKNOWN


def test_a_passing_trouble_after_an_uncertain_attempt_stays_unknown() -> None:
    verdict = after_attempt(entry(attempts=2, repeated=True), TEMPORARY, idempotent=True, now=NOON)

    assert isinstance(verdict, Again)
    assert verdict.state is State.UNKNOWN


@pytest.mark.parametrize(
    ("purpose", "repeated", "again"),
    [
        (Purpose.PAGE, False, True),
        (Purpose.PAGE, True, False),
        (Purpose.RESOLVED, False, False),
        (Purpose.CUSTOMER, False, False),
    ],
)
def test_where_it_does_not_only_a_page_is_repeated_and_once(purpose: Purpose, repeated: bool, again: bool) -> None:
    verdict = after_attempt(entry(purpose, repeated=repeated), UNCERTAIN, idempotent=False, now=NOON)

    assert isinstance(verdict, Again) == again
    assert verdict.state is State.UNKNOWN


def test_a_channel_that_stumbles_five_times_over_a_message_stops() -> None:
    stumble = DeliveryError("KeyError", reason=Reason.DEFECT, uncertain=True)

    verdicts = [after_attempt(entry(attempts=n), stumble, idempotent=True, now=NOON) for n in (4, 5)]

    assert [type(verdict) for verdict in verdicts] == [Again, Stop]


def test_no_time_for_another_attempt_means_expired() -> None:
    verdict = after_attempt(entry(attempts=5), TEMPORARY, idempotent=True, now=NOON + DAY - 60_000)

    assert verdict == Stop(state=State.EXPIRED, outcome="expired", gave_up=True)


@given(
    purpose=st.sampled_from(Purpose),
    attempts=st.integers(1, 400),
    repeated=st.booleans(),
    idempotent=st.booleans(),
    reason=st.sampled_from(Reason),
    permanent=st.booleans(),
    uncertain=st.booleans(),
    late=st.integers(0, 2 * DAY),
)
def test_a_failed_attempt_never_ends_unheard_of(
    purpose: Purpose,
    attempts: int,
    repeated: bool,
    idempotent: bool,
    reason: Reason,
    permanent: bool,
    uncertain: bool,
    late: int,
) -> None:
    """Every failure either leads to another attempt before the expiry, or says that the person was given up on."""
    error = DeliveryError("x", reason=reason, permanent=permanent, uncertain=uncertain)

    verdict = after_attempt(entry(purpose, attempts, repeated=repeated), error, idempotent=idempotent, now=NOON + late)

    if isinstance(verdict, Again):
        at_once = reason is Reason.INTERRUPTED and uncertain
        assert (verdict.at == NOON + late) if at_once else (NOON + late < verdict.at)
        assert verdict.at < NOON + DAY
        assert not permanent
    else:
        assert verdict.gave_up
        assert verdict.outcome
    assert (verdict.state is State.UNKNOWN) == (repeated or uncertain)
