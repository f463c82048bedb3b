"""What each sender repeats and what it gives up: a time without a store loses nothing that the sender would repeat."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from db.engine import Database
from incidents.intake import Entrance, Intake, Overloaded, OwnInbox
from incidents.source import Outcome, Sent
from tests.incidents.sources.calls import SOURCES, cases, trusted
from tests.incidents.sources.doors import Door, door
from tests.incidents.told import bodies, outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """`tries`: how often it sends one call at most; 1 is a sender that leaves it to its next news, or gives up."""

    done: Callable[[int], bool]
    repeats: Callable[[int], bool]
    tries: int


def good(status: int) -> bool:
    return 200 <= status < 300


def broken(status: int) -> bool:
    return status >= 500


def busy(status: int) -> bool:
    return status >= 500 or status == 429


def not_good(status: int) -> bool:
    return not good(status)


SENDERS = {
    "alertmanager": Sender(done=good, repeats=broken, tries=5),
    "grafana": Sender(done=good, repeats=broken, tries=5),
    "pagerduty": Sender(done=lambda status: status == 202, repeats=busy, tries=5),
    "prometheus": Sender(done=good, repeats=not_good, tries=5),
    "generic": Sender(done=good, repeats=broken, tries=5),
    "change": Sender(done=good, repeats=broken, tries=5),
    "deadman": Sender(done=good, repeats=broken, tries=5),
    "zabbix": Sender(done=good, repeats=not_good, tries=3),
    "kuma": Sender(done=good, repeats=lambda status: False, tries=1),
    "aliyun": Sender(done=lambda status: status == 200, repeats=not_good, tries=3),
    "tencent": Sender(done=lambda status: status == 200, repeats=not_good, tries=3),
    "cloudevents": Sender(done=good, repeats=busy, tries=5),
    "sns": Sender(done=good, repeats=broken, tries=4),
    "sentry": Sender(done=good, repeats=lambda status: False, tries=1),
    "datadog": Sender(done=good, repeats=broken, tries=6),
}
"""By what their makers document; a flush of Grafana is the group's next one."""


class Overwhelmed(Intake):
    """Full for so many posts."""

    def __init__(self, database: Database, refusals: int) -> None:
        super().__init__(OwnInbox(database))
        self.left = refusals

    async def accept(self, entrance: Entrance, sent: Sent) -> None:
        if self.left:
            self.left -= 1
            raise Overloaded
        await super().accept(entrance, sent)


async def deliver(opened: Door, kind: str, sent: Sent) -> tuple[bool, int]:
    """Whether the sender believes it arrived, and after how many tries."""
    sender = SENDERS[kind]
    for number in range(1, sender.tries + 1):
        status, _ = await opened.post(kind, sent)
        if sender.done(status):
            return True, number
        if not sender.repeats(status):
            return False, number
    return False, sender.tries


def test_every_source_says_what_its_sender_does() -> None:
    assert set(SENDERS) == set(SOURCES)


@pytest.mark.parametrize("kind", [kind for kind, sender in SENDERS.items() if sender.tries > 1])
async def test_what_was_refused_for_want_of_room_comes_again_and_is_dealt_with_once(
    database: Database, kind: str
) -> None:
    case = cases(kind)[0]
    sent = trusted(case.entrance, case.sent)
    async with door(database, {kind: case.entrance}, intake=Overwhelmed(database, 2)) as opened:
        assert await deliver(opened, kind, sent) == (True, 3)
        await opened.deal_with()

    assert await database.read(bodies) == [sent.body]
    assert await database.read(outcomes) == ["done"]


@pytest.mark.parametrize("kind", list(SENDERS))
def test_what_cannot_be_read_is_not_called_done_and_a_sender_with_patience_is_told_to_come_again(kind: str) -> None:
    sender, case = SENDERS[kind], cases(kind)[0]

    refused = case.entrance.source.answer(Outcome.UNREADABLE, "why", case.sent)
    full = case.entrance.source.answer(Outcome.UNAVAILABLE, "why", case.sent)
    unknown = case.entrance.source.answer(Outcome.UNAUTHORIZED, "why", case.sent)

    assert refused.status == 400 and unknown.status == 401
    assert not sender.done(full.status) and full.status in (429, 503)
    assert sender.repeats(full.status) or sender.tries == 1
