"""kill -9 at each step from the post to the second contact's page: what was promised is done, and once."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.scenarios import crash, storm, town
from tests.scenarios.crash import Step
from tests.servers.process import Upheld
from tests.servers.receiver import Receiver
from tests.servers.sender import alert, alert_post

LONGEST_PAUSE = town.PATIENCE + 60
"""Seconds; after a third attempt without an end the next is most of a minute away."""


async def dies_at(steps: Sequence[Step], store: str, folder: Path, receiver: Receiver) -> str:
    """One alert, and a server that dies at these steps of its way, one after the other; the last one lives. Figures."""
    upheld = Upheld(folder, storm.configuration(store, receiver))
    post = alert_post([alert("f", starts_at=town.rfc3339(town.now()), component=storm.name_of(0))])
    promised = False
    for step in steps:
        with crash.running(upheld, step) as process:
            promised = promised or crash.sent(upheld, post, process)
            process.join(LONGEST_PAUSE)
            assert crash.killed(process), step.name
    with crash.running(upheld) as process:
        promised = promised or crash.sent(upheld, post, process)
        await storm.settled(store)
        account, came = await storm.account_of(store), storm.received(receiver)

    assert promised
    assert {one.outcome for one in account.posts} == {"done"}
    (incident,) = account.incidents
    told = Counter((one.purpose, one.person) for one in account.notifications)
    assert told == {("page", "li"): 1, ("page", "wang"): 1}
    assert {one.state for one in account.notifications} == {"sent"}
    assert account.escalated == {(incident.id, 1), (incident.id, 2)}
    assert [(one.subject, one.outcome) for one in account.timers] == [(incident.id, "carried out")]
    times = [len(came[storm.message_id(one.idempotency_key)]) for one in account.notifications]
    assert min(times) >= 1
    assert sum(times) <= 2 + sum(step.again for step in steps)
    named = ", ".join(step.name for step in steps)
    return f"killed at {named}: 1 incident, 2 pages, sent {sum(times)} times"


async def test_an_alert_is_killed_on_its_way_again_and_again_and_is_one_incident(
    folder: Path, receiver: Receiver
) -> None:
    steps = (crash.ACCEPTING, crash.PROMISING, crash.DECIDING, crash.DECIDED, crash.ESCALATED, crash.CLAIMING)
    await dies_at(steps, f"sqlite:///{folder}/upheld.db", folder, receiver)


@pytest.mark.long(minutes=10)
@pytest.mark.parametrize("step", crash.STEPS, ids=lambda step: step.name)
async def test_at_each_step_by_itself(
    step: Step, database_url: str, folder: Path, receiver: Receiver, show: Callable[[str], None]
) -> None:
    show(await dies_at([step], database_url, folder, receiver))


@pytest.mark.long(minutes=30)
async def test_at_all_steps_one_after_the_other(
    database_url: str, folder: Path, receiver: Receiver, show: Callable[[str], None]
) -> None:
    show(await dies_at(crash.STEPS, database_url, folder, receiver))
