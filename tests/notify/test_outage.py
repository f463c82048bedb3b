"""A channel that does not deliver: the breaker, the next way at once, and few messages instead of hundreds after it."""

from pathlib import Path
from typing import Any, cast

import pytest

from config.instant import DAY, HOUR, MINUTE, SECOND
from db.engine import Database
from notify import outbox
from notify.channel import DeliveryError, Rate, Reason
from notify.channels import email
from notify.decision import State
from notify.deliver import HELD
from notify.message import Purpose
from notify.outbox import HELD_UP
from tests.notify.samples import Spy, notification
from tests.notify.test_deliver import Desk
from tests.servers.smtp import Smtp

AWAY = DeliveryError("no route", reason=Reason.UNREACHABLE)
NEVER = DeliveryError("550 no such user", reason=Reason.REJECTED, permanent=True)


async def test_after_five_bad_ends_one_attempt_every_five_minutes(database: Database) -> None:
    spy = Spy(answers=[AWAY] * 100)
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add(*(f"I-{number}" for number in range(12)))

    tries: list[int] = []
    for minute in range(31):
        desk.now = desk.began + minute * MINUTE
        await desk.work()
        tries.append(len(spy.letters))

    assert tries[0] == 8, "two handfuls had begun before the first had ended"
    assert tries[-1] - tries[0] == 6
    assert desk.troubles == [("mail", 5)], "it is said once"


async def test_a_page_that_waits_for_its_channel_is_handed_on_once_and_still_sent(database: Database) -> None:
    spy = Spy(answers=[AWAY] * 8)
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add(*(f"I-{number}" for number in range(6)))
    await desk.add("C-1", purpose=Purpose.CUSTOMER)
    await desk.add("later", due_at=desk.now + 8 * MINUTE)
    await desk.work()

    handed_on = sorted(desk.lost)
    desk.now += 4 * MINUTE
    await desk.work()
    assert sorted(desk.lost) == handed_on == [f"I-{number}" for number in range(6)]
    assert (await desk.told("I-5")).outcome == HELD_UP

    desk.now += 5 * MINUTE
    await desk.work()
    desk.now += 5 * MINUTE
    await desk.work()

    assert sorted(set(spy.keys)) == ["C-1", *(f"I-{number}" for number in range(6)), "later"]
    assert (await desk.told("I-5")).state is State.SENT
    assert desk.troubles == [("mail", 5), ("mail", None)]
    assert sorted(desk.lost) == [*handed_on, "later"], "what falls due meanwhile is handed on too"


async def test_what_is_written_while_the_channel_is_away_is_handed_on_at_once(database: Database) -> None:
    spy = Spy(answers=[AWAY] * 8)
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add(*(f"I-{number}" for number in range(6)))
    await desk.work()
    begun = len(spy.letters)

    desk.now += SECOND
    await desk.add("new")
    await desk.work()

    assert "new" in desk.lost
    assert len(spy.letters) == begun


async def test_mailboxes_that_refuse_do_not_shut_the_channel_for_the_others(database: Database) -> None:
    spy = Spy(answers=[NEVER] * 8)
    desk = Desk(database, {"mail": spy.channel(personal=True)})
    await desk.add(*(f"I-{number}" for number in range(9)))

    await desk.work()

    assert (len(spy.letters), desk.troubles) == (9, [])
    assert desk.sent == [spy.keys[-1]]


async def test_a_robot_that_refuses_everything_is_left_alone(database: Database) -> None:
    spy = Spy(answers=[NEVER] * 100)
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add(*(f"I-{number}" for number in range(20)))

    await desk.work()

    assert len(spy.letters) == 8
    assert len(desk.lost) == 20


async def test_who_asks_never_to_be_called_again_is_not_called_for_a_day(database: Database) -> None:
    gone = DeliveryError("410", reason=Reason.GONE, permanent=True)
    spy = Spy(answers=[gone])
    desk = Desk(database, {"mail": spy.channel()})
    await desk.add("a")
    await desk.work()
    await desk.add("b", purpose=Purpose.STATEMENT, expires_at=desk.now + 3 * DAY)

    desk.now += 23 * HOUR
    await desk.work()
    assert len(spy.letters) == 1
    desk.now += 2 * HOUR
    await desk.work()

    assert spy.keys == ["a", "b"]


async def test_a_real_mail_server_that_was_away_for_a_day_brings_four_mails_instead_of_120(
    database: Database, smtp: Smtp, folder: Path
) -> None:
    options = email.Options(host=smtp.host, port=smtp.port, tls=email.Tls.NONE, sender="upheld@example.com")
    away = email.Options(host=smtp.host, port=1, tls=email.Tls.NONE, sender="upheld@example.com")
    desk = Desk(database, {"mail": (email.CHANNEL, away)})
    many = [notification(f"I-{number}", incident=f"I-{number}") for number in range(119)]
    await database.write(lambda tx: [outbox.enqueue(tx, one) for one in many])
    await desk.add("worst", priority=0)
    for _ in range(12):
        await desk.work()
        desk.now += 115 * MINUTE

    desk.deliverer.use({"mail": (email.CHANNEL, options)})
    await desk.work()

    *alone, digest = sorted(smtp.wait_for(count=4), key=lambda mail: len(mail.text))
    assert "(and 116 others)" in digest.subject
    assert [mail.subject for mail in alone] == ["Web shop is down"] * 3
    assert len(desk.sent) == 120
    [attempt] = (await desk.told("worst")).attempts[-1:]
    assert attempt.detail is not None and attempt.detail.startswith("250")


async def test_a_storm_never_brings_a_person_more_than_his_channel_allows(database: Database) -> None:
    spy = Spy()
    throttle = (Rate(count=3, per=15 * MINUTE), Rate(count=7, per=HOUR))
    desk = Desk(database, {"mail": spy.channel(bundles=True, throttle=throttle)})

    told_by: list[int] = []
    for minute in range(120):
        desk.now = desk.began + minute * MINUTE
        await desk.add(f"I-{minute}")
        await desk.work()
        told_by.append(len(spy.letters))

    assert told_by[14] == 3
    assert told_by[59] == 7
    assert max(late - early for early, late in zip(told_by, told_by[60:], strict=False)) <= 7
    desk.now += HOUR
    await desk.work()
    assert len(desk.sent) == 120, "every one is told in the end, most of them together"
    assert len(spy.letters) < 20


class Counted:
    """A store that says how often its writer had a turn."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.turns = 0

    def __getattr__(self, name: str) -> Any:
        self.turns += name == "write"
        return getattr(self._database, name)


async def test_in_a_storm_whom_nobody_may_tell_yet_is_not_looked_for_at_every_wake(database: Database) -> None:
    spy, counted = Spy(), Counted(database)
    throttle = (Rate(count=1, per=15 * MINUTE),)
    desk = Desk(cast("Database", counted), {"mail": spy.channel(bundles=True, throttle=throttle)})
    for key in "ab":
        await desk.add(key)
        await desk.work()

    before = counted.turns
    for _ in range(5):
        await desk.deliverer.step()
    assert (counted.turns - before, len(spy.letters)) == (0, 1)
    desk.now += HELD
    await desk.deliverer.step()
    assert counted.turns == before + 1


@pytest.mark.parametrize("answer", [AWAY, NEVER, DeliveryError("lost", reason=Reason.TIMEOUT, uncertain=True)])
async def test_what_went_along_shares_the_fate_of_its_message(database: Database, answer: DeliveryError) -> None:
    spy = Spy(answers=[answer] * 3)
    desk = Desk(database, {"mail": spy.channel(bundles=True, idempotent=False)})
    await desk.add(*(f"I-{number}" for number in range(6)))

    await desk.deliverer.step()

    found = [(await desk.told(f"I-{number}")).state for number in range(6)]
    expected = State.FAILED if answer is NEVER else State.UNKNOWN if answer.uncertain else State.QUEUED
    assert found == [expected] * 6
    assert [len((await desk.told(f"I-{number}")).attempts) for number in range(6)] == [1] * 6
    assert len(spy.letters) == 3


async def test_a_process_that_dies_with_a_bundle_leaves_each_of_it_unknown(database: Database) -> None:
    desk = Desk(database, {"mail": Spy().channel(bundles=True)})
    await desk.add(*(f"I-{number}" for number in range(6)))
    await desk.take("mail")

    assert await desk.deliverer.recover(everything=True) == 6
    states = [(await desk.told(f"I-{number}")).state for number in range(6)]
    assert states == [State.UNKNOWN] * 6
