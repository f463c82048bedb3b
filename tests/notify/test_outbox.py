"""The outbox, on both databases."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text

from config.instant import DAY, HOUR, MINUTE, SECOND, Instant
from db.engine import Database
from db.tables.metadata import METADATA
from db.tables.notify import delivery
from db.tables.notify import notification as notification_table
from notify import outbox
from notify.channel import DeliveryError, Reason, Receipt
from notify.decision import Entry, State
from notify.message import Notification, Purpose
from notify.outbox import Policy, Result
from notify.store import claim as claiming
from notify.store import told as store
from notify.store.claim import Claimed
from notify.store.told import Recipient
from tests.notify.samples import NOON, message, notification, unheard, wanted

T = TypeVar("T")

TAKEN = Receipt(detail="250 taken")
LATER = DeliveryError("451 later", reason=Reason.THROTTLED)
NEVER = DeliveryError("550 never", reason=Reason.REJECTED, permanent=True)
LOST = DeliveryError("lost", reason=Reason.UNREACHABLE, uncertain=True)


def policy(
    still_wanted: outbox.StillWanted = wanted, on_failed: outbox.OnFailed = unheard, *, idempotent: bool = True
) -> Policy:
    return Policy(still_wanted=still_wanted, on_failed=on_failed, idempotent=lambda channel: idempotent)


def add(*told: Notification) -> Callable[[Connection], list[bool]]:
    return lambda tx: [outbox.enqueue(tx, one) for one in told]


def claim(
    now: Instant = NOON, limit: int = 10, channel: str = "mail", by: Policy | None = None
) -> Callable[[Connection], Claimed]:
    return lambda tx: claiming.claim(tx, channel, limit=limit, policy=by or policy(), now=now)


def recover(now: Instant, by: Policy | None = None) -> Callable[[Connection], tuple[str, ...]]:
    """Everything that is under way: its process died."""
    return lambda tx: outbox.recover(tx, started_before=None, policy=by or policy(), now=now)


def keys(claimed: Claimed) -> list[str]:
    return [entry.notification.idempotency_key for entry in claimed.entries]


async def end(
    database: Database, entry: Entry, result: Receipt | DeliveryError, now: Instant = NOON, by: Policy | None = None
) -> None:
    await database.write(lambda tx: outbox.finish(tx, entry, result, policy=by or policy(), now=now))


async def told(database: Database, incident: str = "I-1") -> list[store.Told]:
    return list(await database.read(lambda tx: store.history(tx, incident=incident)))


async def test_a_key_is_told_once(database: Database) -> None:
    assert await database.write(add(notification("a"), notification("a"), notification("b"))) == [True, False, True]
    assert await database.write(add(notification("a", priority=9))) == [False]

    assert [one.notification.priority for one in await told(database)] == [1, 1]


async def test_what_is_claimed_is_what_was_written(database: Database) -> None:
    given_one = notification(
        "键" * 300,
        case="C-1",
        address="李 <li@例子.example>",
        message=message(subject="无法访问", html="<p>", thread=None),
    )
    await database.write(add(given_one))

    [entry] = (await database.write(claim())).entries

    assert entry.attempts == 1
    assert not entry.repeated
    assert len(entry.notification.idempotency_key) <= 200
    assert entry.notification.message == given_one.message
    assert (entry.notification.case, entry.notification.address) == ("C-1", "李 <li@例子.example>")


async def test_texts_no_database_takes_do_not_break_what_else_is_written(database: Database) -> None:
    await database.write(
        add(notification("\x00\ud800", person="l\x00i", address="\udfff", message=message(facts={"a\x00": ["\ud800"]})))
    )

    [entry] = (await database.write(claim())).entries
    assert entry.notification.message.facts == {"a\ufffd": ["\ufffd"]}


async def test_an_enqueued_notification_is_announced_after_the_commit(database: Database) -> None:
    heard: list[str] = []
    database.listen(lambda topics: heard.extend(topics))

    await database.write(add(notification()))
    await database.write(add(notification()))

    assert heard == [outbox.TOPIC]


async def test_a_claim_is_on_record_before_anything_is_sent_and_nobody_else_gets_it(database: Database) -> None:
    await database.write(add(notification()))

    assert len((await database.write(claim())).entries) == 1
    assert (await database.write(claim(NOON + MINUTE))).entries == ()

    [one] = await told(database)
    assert one.state is State.SENDING
    assert [(a.number, a.started_at, a.ended_at, a.result) for a in one.attempts] == [(1, NOON, None, Result.STARTED)]


async def test_the_most_urgent_goes_first_then_the_oldest(database: Database) -> None:
    await database.write(
        add(
            notification("low", incident="I-1", priority=3, created_at=NOON - MINUTE),
            notification("new", incident="I-2", priority=1),
            notification("old", incident="I-3", priority=1, created_at=NOON - MINUTE),
            notification("tomorrow", incident="I-4", priority=1, due_at=NOON + DAY // 2),
        )
    )

    first = await database.write(claim(limit=2))
    second = await database.write(claim(limit=2))

    assert (keys(first), first.more) == (["old", "new"], True)
    assert (keys(second), second.more) == (["low"], False)


async def test_each_channel_claims_its_own(database: Database) -> None:
    await database.write(
        add(
            notification("a", channel="mail"),
            notification("later", channel="mail", priority=1, due_at=NOON + 1),
            notification("b", channel="ding"),
            notification("c", channel="call", due_at=NOON + 1),
        )
    )

    assert await database.read(lambda tx: claiming.channels_due(tx, NOON)) == {"mail", "ding"}
    assert keys(await database.write(claim(channel="ding"))) == ["b"]
    assert await database.read(lambda tx: claiming.channels_due(tx, NOON)) == {"mail"}
    assert await database.read(lambda tx: claiming.channels_due(tx, NOON + 1)) == {"mail", "call"}


async def test_a_later_message_of_an_incident_waits_for_the_earlier_one_to_the_same_person(database: Database) -> None:
    await database.write(
        add(
            notification("page"),
            notification("worse", priority=0),
            notification("other person", person="wang"),
            notification("other address", address="li@home.example"),
            notification("other incident", incident="I-2"),
        )
    )

    claimed = await database.write(claim())
    assert keys(claimed) == ["page", "other person", "other address", "other incident"]
    assert keys(await database.write(claim())) == []

    await end(database, claimed.entries[0], LATER)
    assert keys(await database.write(claim(NOON + SECOND))) == []

    [again] = (await database.write(claim(NOON + MINUTE))).entries
    await end(database, again, TAKEN)
    assert keys(await database.write(claim(NOON + MINUTE))) == ["worse"]


async def test_cases_without_an_incident_keep_their_order_too_and_the_rest_has_none(database: Database) -> None:
    await database.write(
        add(
            notification("case, first", incident=None, case="C-1"),
            notification("case, second", incident=None, case="C-1"),
            notification("statement a", incident=None),
            notification("statement b", incident=None),
        )
    )

    assert keys(await database.write(claim())) == ["case, first", "statement a", "statement b"]


async def test_a_waiting_stream_does_not_hold_up_less_urgent_ones(database: Database) -> None:
    await database.write(add(*(notification(f"{n:02}", priority=1) for n in range(60))))
    await database.write(add(notification("other", incident="I-2", priority=5)))
    [first] = (await database.write(claim())).entries[:1]
    await end(database, first, LATER)

    assert keys(await database.write(claim(NOON + SECOND, limit=2))) == []
    assert [one.state for one in await told(database, "I-2")] == [State.SENDING]


async def test_a_success_is_recorded_with_the_receivers_answer(database: Database) -> None:
    await database.write(add(notification()))
    [entry] = (await database.write(claim())).entries

    await end(database, entry, TAKEN, NOON + SECOND)

    [one] = await told(database)
    assert (one.state, one.done_at, one.outcome) == (State.SENT, NOON + SECOND, None)
    [attempt] = one.attempts
    assert (attempt.ended_at, attempt.result, attempt.detail) == (NOON + SECOND, Result.SENT, "250 taken")


async def test_a_passing_trouble_leaves_it_queued_for_later(database: Database) -> None:
    await database.write(add(notification()))
    [entry] = (await database.write(claim())).entries

    await end(database, entry, LATER)

    [one] = await told(database)
    assert (one.state, one.done_at, one.outcome) == (State.QUEUED, None, "throttled")
    assert NOON + 4 * SECOND <= one.notification.due_at <= NOON + 6 * SECOND
    [attempt] = one.attempts
    assert (attempt.result, attempt.reason, attempt.detail) == (Result.RETRY, "throttled", "451 later")


async def test_a_final_failure_is_told_in_the_same_transaction(database: Database) -> None:
    def go_on(tx: Connection, lost: Notification, now: Instant) -> None:
        outbox.enqueue(tx, notification("next way", channel="ding", created_at=now))

    await database.write(add(notification()))
    [entry] = (await database.write(claim())).entries

    await end(database, entry, NEVER, NOON + SECOND, policy(on_failed=go_on))

    first, following = await told(database)
    assert (first.state, first.outcome) == (State.FAILED, "rejected")
    assert (following.notification.channel, following.notification.due_at) == ("ding", NOON + SECOND)


async def test_nothing_goes_out_that_nobody_needs_any_more(database: Database) -> None:
    await database.write(add(notification()))

    claimed = await database.write(claim(by=policy(still_wanted=lambda tx, told: "acknowledged by li" + "!" * 100)))

    assert (claimed.entries, claimed.stopped) == ((), (Result.SUPPRESSED,))
    [one] = await told(database)
    assert one.state is State.SUPPRESSED
    assert one.outcome is not None
    assert one.outcome.startswith("acknowledged by li")
    assert one.attempts == ()


async def test_nothing_goes_out_after_its_time_and_the_next_way_is_told(database: Database) -> None:
    lost: list[str] = []
    await database.write(add(notification("yesterday")))

    by = policy(on_failed=lambda tx, told, now: lost.append(told.idempotency_key))
    claimed = await database.write(claim(NOON + DAY, by=by))

    assert (claimed.entries, claimed.stopped, lost) == ((), (Result.EXPIRED,), ["yesterday"])


async def test_a_dead_process_leaves_its_attempt_unknown_and_it_is_sent_again_with_the_same_key(
    database: Database,
) -> None:
    await database.write(add(notification("page"), notification("other", incident="I-2")))
    first = await database.write(claim())
    await end(database, first.entries[1], TAKEN)

    lost = await database.write(recover(NOON + SECOND))

    assert lost == ("mail",)
    [one] = await told(database)
    assert (one.state, one.done_at, one.outcome) == (State.UNKNOWN, None, "interrupted")
    [again] = (await database.write(claim(NOON + MINUTE))).entries
    assert (again.notification.idempotency_key, again.attempts, again.repeated) == ("page", 2, True)
    await end(database, again, TAKEN, NOON + MINUTE)
    [one] = await told(database)
    assert (one.state, [attempt.result for attempt in one.attempts]) == (State.SENT, [Result.UNKNOWN, Result.SENT])


async def test_a_clock_set_back_does_not_hide_what_a_dead_process_left(database: Database) -> None:
    await database.write(add(notification()))
    await database.write(claim())

    assert await database.write(recover(NOON - DAY)) == ("mail",)


async def test_attempts_that_began_lately_are_left_to_their_process(database: Database) -> None:
    await database.write(add(notification()))
    await database.write(claim())

    assert await database.write(lambda tx: outbox.recover(tx, started_before=NOON, policy=policy(), now=NOON)) == ()


async def test_where_a_repetition_cannot_be_told_a_page_is_repeated_once(database: Database) -> None:
    lost: list[str] = []
    by = policy(idempotent=False, on_failed=lambda tx, told, now: lost.append(told.idempotency_key))
    await database.write(add(notification("page"), notification("news", person="c", purpose=Purpose.CUSTOMER)))
    for step in range(3):
        now = NOON + step * MINUTE
        await database.write(claim(now, by=by))
        await database.write(recover(now, by))

    page, news = await told(database)
    assert (page.state, len(page.attempts), page.outcome) == (State.UNKNOWN, 2, "interrupted")
    assert (news.state, len(news.attempts)) == (State.UNKNOWN, 1)
    assert page.done_at is not None
    assert lost == ["news", "page"]


async def test_a_process_thought_dead_that_ends_after_all_says_the_truth(database: Database) -> None:
    await database.write(add(notification()))
    [entry] = (await database.write(claim())).entries
    await database.write(recover(NOON))

    await end(database, entry, TAKEN, NOON + SECOND)

    [one] = await told(database)
    assert (one.state, [attempt.result for attempt in one.attempts]) == (State.SENT, [Result.SENT])
    assert keys(await database.write(claim(NOON + MINUTE))) == []


async def test_a_late_failure_does_not_disturb_the_attempt_that_followed(database: Database) -> None:
    lost: list[str] = []
    by = policy(on_failed=lambda tx, told, now: lost.append(told.idempotency_key))
    await database.write(add(notification()))
    [entry] = (await database.write(claim())).entries
    await database.write(recover(NOON))
    await database.write(claim(NOON + MINUTE))

    await end(database, entry, NEVER, NOON + MINUTE, by)

    [one] = await told(database)
    assert (one.state, lost) == (State.SENDING, [])
    assert [attempt.result for attempt in one.attempts] == [Result.FAILED, Result.STARTED]


async def test_what_waits_for_an_incident_can_be_ended(database: Database) -> None:
    await database.write(
        add(
            notification("sent", person="a"),
            notification("uncertain", person="b"),
            notification("queued", person="c", due_at=NOON + MINUTE),
            notification("resolved", person="c", purpose=Purpose.RESOLVED, due_at=NOON + MINUTE),
            notification("elsewhere", incident="I-2", due_at=NOON + MINUTE),
        )
    )
    sent, uncertain = (await database.write(claim())).entries
    await end(database, sent, TAKEN)
    await end(database, uncertain, LOST)

    ended = await database.write(
        lambda tx: outbox.suppress(tx, incident="I-1", purposes=[Purpose.PAGE], reason="resolved", now=NOON)
    )

    assert ended == 2
    assert [(one.state, one.outcome) for one in await told(database)] == [
        (State.SENT, None),
        (State.UNKNOWN, "resolved"),
        (State.SUPPRESSED, "resolved"),
        (State.QUEUED, None),
    ]
    assert keys(await database.write(claim(NOON + 2 * MINUTE))) == ["resolved", "elsewhere"]


async def test_a_persons_later_ways_are_due_at_once_when_an_earlier_one_failed(database: Database) -> None:
    await database.write(
        add(
            notification("ding", channel="ding", due_at=NOON + MINUTE),
            notification("wang", person="wang", due_at=NOON + MINUTE),
            notification("trying", address="li@home.example"),
        )
    )
    [trying] = (await database.write(claim())).entries
    await end(database, trying, LATER)

    assert await database.write(lambda tx: outbox.hasten(tx, trying.notification, NOON)) == 1

    assert keys(await database.write(claim(channel="ding"))) == ["ding"]
    assert keys(await database.write(claim())) == []


async def test_ending_needs_to_know_of_what(database: Database) -> None:
    with pytest.raises(ValueError, match="incident or a case"):
        await database.write(lambda tx: outbox.suppress(tx, purposes=[Purpose.PAGE], reason="x", now=NOON))


async def test_whoever_may_have_been_told_is_known(database: Database) -> None:
    await database.write(
        add(*(notification(name, person=name) for name in ("sent", "lost", "refused", "sending", "news")))
    )
    await database.write(add(notification("waiting", person="waiting", due_at=NOON + MINUTE)))
    by_name = {entry.notification.person: entry for entry in (await database.write(claim())).entries}
    await end(database, by_name["sent"], TAKEN)
    await end(database, by_name["lost"], LOST)
    await end(database, by_name["refused"], NEVER)
    await end(database, by_name["news"], LATER)

    reached = await database.read(lambda tx: store.reached(tx, "I-1"))

    assert reached == tuple(
        Recipient(person=name, channel="mail", address="li@example.com") for name in ("lost", "sending", "sent")
    )


async def test_what_waits_is_counted_by_channel_and_state(database: Database) -> None:
    await database.write(
        add(
            notification("a"),
            notification("b", person="wang", created_at=NOON - MINUTE),
            notification("c", channel="ding"),
        )
    )
    [first] = (await database.write(claim(limit=1))).entries
    await end(database, first, TAKEN)
    await database.write(claim(channel="ding"))

    waiting = await database.read(store.waiting)

    assert [(one.channel, one.state, one.count, one.oldest_at) for one in waiting] == [
        ("ding", State.SENDING, 1, NOON),
        ("mail", State.QUEUED, 1, NOON),
    ]


ATTEMPTS = st.lists(
    st.tuples(st.sampled_from([TAKEN, LATER, NEVER, LOST, None]), st.integers(0, 10 * MINUTE)), max_size=40
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    added=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from("ab"), st.sampled_from("xy"), st.integers(1, 3)), max_size=12
    ),
    attempts=ATTEMPTS,
)
@pytest.mark.slow
def test_whatever_happens_order_is_kept_and_nothing_is_lost(
    added: list[tuple[int, str, str, int]], attempts: list[tuple[Receipt | DeliveryError | None, int]]
) -> None:
    """Attempts succeed, fail, get lost or die with their process; then everything is sent.

    Every key has then ended exactly once, and successes within an incident and person come in the order of adding.
    """
    engine = create_engine("sqlite://")
    METADATA.create_all(engine, tables=[notification_table, delivery])
    successes: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    given_up: list[str] = []
    by = policy(on_failed=lambda tx, told, now: given_up.append(told.idempotency_key))
    now = NOON

    def attempt(tx: Connection, entry: Entry, result: Receipt | DeliveryError | None) -> None:
        if result is None:
            outbox.recover(tx, started_before=now + 1, policy=by, now=now)
            return
        outbox.finish(tx, entry, result, policy=by, now=now)
        if isinstance(result, Receipt):
            successes[(entry.notification.incident, entry.notification.person)].append(entry.id)

    with engine.begin() as tx:
        fresh = [
            outbox.enqueue(tx, notification(str(key), incident=incident, person=person, priority=priority))
            for key, incident, person, priority in added
        ]
        for result, pause in attempts:
            for entry in claiming.claim(tx, "mail", limit=1, policy=by, now=now).entries:
                attempt(tx, entry, result)
            now += pause
        while (entries := claiming.claim(tx, "mail", limit=3, policy=by, now=now).entries) or now < NOON + 2 * DAY:
            for entry in entries:
                attempt(tx, entry, TAKEN)
            now += HOUR
        left = tx.execute(text("select count(*) from notification where done_at is null")).scalar_one()
        unfinished = tx.execute(text("select count(*) from delivery where ended_at is null")).scalar_one()

    sent = [one for stream in successes.values() for one in stream]
    assert (left, unfinished) == (0, 0)
    assert len(sent) == len(set(sent))
    assert len(sent) + len(given_up) == sum(fresh) == len({key for key, *_ in added})
    assert all(stream == sorted(stream) for stream in successes.values())
    engine.dispose()


async def test_claiming_from_a_long_queue_reads_only_its_top() -> None:
    """On SQLite, as the plan says: the partial index leads, the table is never walked through."""
    engine = create_engine("sqlite://")
    METADATA.create_all(engine, tables=[notification_table, delivery])
    asked: list[str] = []

    with engine.begin() as tx:
        store: Any = tx.connection.dbapi_connection
        store.set_trace_callback(asked.append)
        claiming.channels_due(tx, NOON)
        claiming.claim(tx, "mail", limit=4, policy=policy(), now=NOON)
        outbox.recover(tx, started_before=NOON, policy=policy(), now=NOON)
        store.set_trace_callback(None)
        reading = [statement for statement in asked if statement.startswith(("SELECT", "WITH"))]
        plans = [row[3] for one in reading for row in store.execute(f"EXPLAIN QUERY PLAN {one}")]
    engine.dispose()

    assert len(reading) == 3
    # What was left in the middle is looked for at a start, among all that is not over yet.
    assert [plan for plan in plans if plan.startswith("SCAN notification")] == [
        "SCAN notification USING INDEX ix_notification_due"
    ]
    assert [plan for plan in plans if "TEMP B-TREE FOR ORDER BY" in plan] == []


async def test_whether_something_waits_longer_is_asked_of_its_incident_alone(
    database: Database, database_kind: str
) -> None:
    """Also where PostgreSQL has no statistics yet: in a new store's first storm it read the whole queue for each."""
    await database.write(add(*(notification(f"{number}", incident=f"I-{number}") for number in range(1500))))
    claimed = claiming._WAITING.limit(100).params(over="mail", now=NOON)
    how = "EXPLAIN" if database_kind == "postgresql" else "EXPLAIN QUERY PLAN"

    def plan(tx: Connection) -> str:
        asked = claimed.compile(tx.engine, compile_kwargs={"literal_binds": True})
        return "\n".join(str(row) for row in tx.execute(text(f"{how} {asked}")))

    found = await database.read(plan)

    assert "ix_notification_incident" in found
    assert found.count("ix_notification_due") <= 1
