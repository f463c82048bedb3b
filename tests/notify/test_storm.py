"""Very many at once: what waits for a person is one message, and nobody else waits for it. On both databases."""

from collections.abc import Iterable

from config.instant import MINUTE, SECOND, Instant
from db.engine import Database
from notify import outbox
from notify.bundle import CALM, PAUSE
from notify.channel import DeliveryError, Rate, Reason
from notify.decision import State
from notify.message import Notification, Purpose
from notify.store.claim import LOOK
from tests.notify.samples import Spy, message, notification
from tests.notify.test_deliver import Desk

AWAY = DeliveryError("no route", reason=Reason.UNREACHABLE)
MANY = 2 * LOOK + 200


async def wait(desk: Desk, numbers: Iterable[int], **changes: object) -> None:
    """Of an incident each, all written at once; the later ones are more urgent."""
    many = [of(desk.now, number, **changes) for number in numbers]
    await desk.database.write(lambda tx: [outbox.enqueue(tx, one) for one in many] and None)


def of(now: Instant, number: int, **changes: object) -> Notification:
    id = f"I-{number:04}"
    told = message(subject=f"{id} is down", facts={"incident": id}, thread=id)
    return notification(id, **{"incident": id, "message": told, "created_at": now, "due_at": now, **changes})


def told(spy: Spy) -> list[int]:
    """How many each message that was taken tells of."""
    others = (letter.message.facts.get("others", []) for letter in spy.letters)
    return [1 + (len(each) if isinstance(each, list) else 0) for each in others]


async def test_what_waited_for_a_provider_comes_as_one_message_however_much_it_is(database: Database) -> None:
    spy = Spy(answers=[AWAY] * 8)
    desk = Desk(database, {"mail": spy.channel(bundles=True)})
    await wait(desk, range(MANY))
    for _ in range(30):
        await desk.work()
        desk.now += SECOND
    assert (desk.sent, desk.troubles) == ([], [("mail", 5)])

    spy.answers.clear()
    spy.letters.clear()
    desk.now += 5 * MINUTE
    await desk.work()

    alone, (digest,) = sorted(told(spy))[:-1], sorted(told(spy))[-1:]
    assert (alone, digest) == ([1, 1, 1], MANY - 3)  # the one that tried the way, the two most urgent, the rest
    last = max(spy.letters, key=lambda letter: len(letter.message.text)).message
    assert f"(and {MANY - 4} others)" in last.subject and f"… and {MANY - 54} more" in last.text
    assert len(desk.sent) == len(set(desk.sent)) == MANY
    states = {(await desk.told(f"I-{number:04}")).state for number in range(0, MANY, 97)}
    assert states == {State.SENT}


async def test_in_a_storm_a_person_gets_a_message_a_minute_led_by_the_most_urgent(database: Database) -> None:
    spy = Spy()
    desk = Desk(database, {"mail": spy.channel(bundles=True)})
    begun: list[tuple[Instant, str]] = []
    number = 0
    for second in range(180):
        desk.now = desk.began + second * SECOND
        await wait(desk, range(number, number + 8))
        await wait(desk, [9000 + second], priority=0)
        number += 8
        before = len(spy.letters)
        await desk.work()
        begun += [(desk.now - desk.began, letter.message.subject) for letter in spy.letters[before:]]

    at = [when for when, _ in begun]
    assert at[:3] == [0, 0, 0] and at[3:] == [PAUSE, 2 * PAUSE]
    assert begun[0][1] == "I-9000 is down"  # the worst first, within the second
    assert [subject.split(" ")[0] for _, subject in begun[3:]] == ["I-9001", "I-9061"]
    desk.now += PAUSE
    await desk.work()
    assert len(desk.sent) == len(set(desk.sent)) == 9 * 180
    assert len(spy.letters) == 6

    desk.now += CALM
    await wait(desk, range(5000, 5003))
    await desk.work()
    assert told(spy)[6:] == [1, 1, 1]  # calm again, each by itself


async def test_thousands_for_one_person_hide_nothing_from_another(database: Database) -> None:
    spy = Spy()
    throttle = (Rate(count=2, per=15 * MINUTE),)
    desk = Desk(database, {"mail": spy.channel(bundles=True, throttle=throttle)})
    await wait(desk, range(3))
    await desk.work()
    await wait(desk, range(100, 100 + LOOK + 50))
    desk.now += SECOND
    await desk.work()
    spy.letters.clear()

    await wait(desk, [9000], person="wang", address="wang@example.com")
    await wait(desk, [9001], purpose=Purpose.CUSTOMER, priority=3)
    desk.now += SECOND
    await desk.work()

    assert sorted(spy.keys) == ["I-9000", "I-9001"]


async def test_a_message_for_many_that_failed_is_tried_again_in_its_own_time(database: Database) -> None:
    spy = Spy(answers=[AWAY] * 3)
    desk = Desk(database, {"mail": spy.channel(bundles=True)})
    await wait(desk, range(10))
    await desk.work()
    assert len(spy.letters) == 3

    desk.now += 10 * SECOND
    await desk.work()

    assert sorted(told(spy)[3:]) == [1, 1, 8]
    assert len(desk.sent) == 10
