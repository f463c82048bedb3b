"""Policies of an incident's own, acknowledgements that lapse, and steps that reach nobody, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from config.instant import HOUR, MINUTE, Instant
from config.model import Channel, Config, Severity, SeverityRule, When
from config.oncall import Escalation, Layer, Person, Reach, Role, Rota, Step
from config.state import State
from db.engine import Database
from incidents.decide import Refused
from incidents.incident import Escalated, Escalating, Incident, PolicyDiffers, Progress, Unacknowledged, replay
from incidents.service import Incidents
from incidents.store import incident as store
from incidents.store import timer
from tests.incidents.samples import LI, MAIL, NOON, WANG, component, config, incidents, look_again, named, see
from tests.incidents.told import notifications, pages, timers

FIRST = "INC-2026-0001"
ZHAO = Person(id="zhao", name="Zhao", role=Role.LEGAL, phone="+8613800000000", reach=(Reach(channel="sms"),))


def policy(*steps: Step, **changes: Any) -> Escalation:
    return Escalation(**{"id": "default", "steps": steps, "fallback": ("wang",), **changes})


LI_THEN_WANG = policy(Step(notify=("li",)), Step(notify=("wang",), after=15 * MINUTE), repeat=2)


def house(escalation: Escalation, **changes: Any) -> Config:
    given = {
        "people": named((LI, WANG, ZHAO)),
        "channels": named((MAIL, Channel(id="sms", kind="sms"))),
        "escalations": named((escalation,)),
    }
    return config(**{**given, **changes})


def down(tx: Connection, made: Incidents, at: Instant = NOON) -> None:
    see(tx, made, {"shop/home": State.UP, "shop/api": State.UP}, at - HOUR, at - HOUR)
    see(tx, made, {"shop/home": State.DOWN}, at, at)


def ring(tx: Connection, made: Incidents, at: Instant) -> None:
    """Whatever is due by then, each at its own time."""
    while due := timer.due(tx, at, 1):
        made.fire(tx, due[0], due[0].due_at)


def shop(tx: Connection) -> Incident:
    found = store.find(tx, FIRST)
    assert found is not None
    return found


def told(tx: Connection) -> list[str]:
    return [one.partition("/")[0] for one in pages(tx)]


async def run(database: Database, *works: Callable[[Connection], object]) -> None:
    for work in works:
        await database.write(work)


async def test_what_nobody_says_he_still_has_is_told_again_where_it_stood(database: Database) -> None:
    """O3: reminded, then un-acknowledged, and the escalation goes on at its current step."""
    made = incidents(house(LI_THEN_WANG))
    taken = NOON + 20 * MINUTE
    await run(
        database,
        lambda tx: down(tx, made),
        lambda tx: ring(tx, made, NOON + 15 * MINUTE),
        lambda tx: made.acknowledge(tx, FIRST, "person:li", taken, "desk"),
    )
    assert await database.read(timers) == {
        f"{FIRST} remind": taken + 3 * HOUR + 30 * MINUTE,
        f"{FIRST} lapse": taken + 4 * HOUR,
    }

    await database.write(lambda tx: ring(tx, made, taken + 3 * HOUR + 30 * MINUTE))
    (reminder,) = [
        one for one in await database.read(lambda tx: notifications(tx, "page")) if "Still yours" in one.message.subject
    ]
    assert reminder.person == "li"

    await database.write(lambda tx: ring(tx, made, taken + 4 * HOUR))
    assert await database.read(told) == ["li", "wang", "li", "wang"]
    events = await database.read(lambda tx: store.events(tx, FIRST))
    assert [one.event for one in events][-2:] == [
        Unacknowledged(because="nobody said that he still has it"),
        Escalated(round=1, step=2, paged=("wang",)),
    ]
    found = await database.read(shop)
    assert (found.progress, found.acknowledged_by, found.acknowledged_at) == (Progress.TRIGGERED, None, taken)
    assert replay(FIRST, events) == found
    assert await database.read(timers) == {f"{FIRST} 2.1": taken + 4 * HOUR + 10 * MINUTE}


async def test_whoever_says_that_he_still_has_it_has_it_for_as_long_again(database: Database) -> None:
    made = incidents(house(LI_THEN_WANG))
    again = NOON + 3 * HOUR + 45 * MINUTE
    await run(
        database,
        lambda tx: down(tx, made),
        lambda tx: made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "desk"),
        lambda tx: made.acknowledge(tx, FIRST, "person:wang", NOON + 2 * MINUTE, "desk"),  # nobody asked
        lambda tx: ring(tx, made, again),
        lambda tx: made.acknowledge(tx, FIRST, "person:wang", again, "desk"),
        lambda tx: ring(tx, made, NOON + 5 * HOUR),
    )

    found = await database.read(shop)
    assert (found.progress, found.acknowledged_by) == (Progress.ACKNOWLEDGED, "person:wang")
    assert (await database.read(timers))[f"{FIRST} lapse"] == again + 4 * HOUR


async def test_a_resolved_incident_reminds_nobody(database: Database) -> None:
    made = incidents(house(LI_THEN_WANG))
    await run(
        database,
        lambda tx: down(tx, made),
        lambda tx: made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "desk"),
        lambda tx: made.resolve(tx, FIRST, "person:li", "done", NOON + 2 * MINUTE),
    )
    assert await database.read(timers) == {}


async def test_a_mild_incident_stays_with_whoever_has_it(database: Database) -> None:
    mild = Severity(rules=(SeverityRule(when=When(), severity=3),))
    made = incidents(house(LI_THEN_WANG, severity=mild))
    await run(
        database,
        lambda tx: down(tx, made),
        lambda tx: made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "desk"),
    )
    assert await database.read(timers) == {}


async def test_a_step_until_it_is_resolved_is_told_although_somebody_has_it(database: Database) -> None:
    chief = Step(notify=("wang",), after=30 * MINUTE, unless="resolved")
    made = incidents(house(policy(Step(notify=("li",)), chief)))
    await run(
        database,
        lambda tx: down(tx, made),
        lambda tx: made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "desk"),
        lambda tx: ring(tx, made, NOON + HOUR),
    )

    assert await database.read(told) == ["li", "wang"]
    informed = (await database.read(lambda tx: notifications(tx, "page")))[-1]
    assert informed.message.facts["event"] == "incident.kept_informed"
    assert not any("1.2" in one for one in await database.read(timers))


async def test_an_emergency_team_is_several_roles_told_at_once_over_the_step_s_channels(database: Database) -> None:
    team = Step(notify=("role:engineer", "role:legal", "role:service-manager"), channels=("sms",))
    made = incidents(house(policy(team)))
    await database.write(lambda tx: down(tx, made))

    assert await database.read(pages) == ["li/sms", "zhao/sms", "wang/sms"]


async def test_a_policy_for_other_severities_tells_nobody_and_says_so(database: Database) -> None:
    made = incidents(house(policy(Step(notify=("li",)), severity=(3,))))
    await database.write(lambda tx: down(tx, made))

    (_, _, escalated) = [one.event for one in await database.read(lambda tx: store.events(tx, FIRST))]
    assert escalated == Escalated(round=1, step=1, paged=(), nobody="the policy is for severities 3")
    assert await database.read(pages) == []


@pytest.mark.parametrize(
    ("steps", "changes"),
    [
        ((Step(notify=("gone",)), Step(notify=("li",), after=15 * MINUTE)), {}),
        ((Step(notify=("rota:gone",)), Step(notify=("li",), after=15 * MINUTE)), {}),
        (
            (Step(notify=("rota:later",)), Step(notify=("li",), after=15 * MINUTE)),
            {"rotas": {"later": Rota(id="later", layers=(Layer(people=("wang",), start=NOON + HOUR),))}},
        ),
        ((Step(notify=("rota:ghosts",)),), {"rotas": {"ghosts": Rota(id="ghosts", layers=(Layer(people=("x",)),))}}),
    ],
)
async def test_a_missing_person_or_an_empty_schedule_holds_nothing_up(
    database: Database, steps: tuple[Step, ...], changes: dict[str, Any]
) -> None:
    """G9: at once the next step, in the end the fallback; what reached nobody is on record."""
    made = incidents(house(policy(*steps), **changes))
    await database.write(lambda tx: down(tx, made))

    assert await database.read(told) == (["li"] if len(steps) > 1 else ["wang"])
    events = [one.event for one in await database.read(lambda tx: store.events(tx, FIRST))]
    (first, *_) = [one for one in events if isinstance(one, Escalated)]
    assert (first.paged, first.nobody) == ((), f"{steps[0].notify[0]}: nobody to reach")


@pytest.mark.parametrize("over", [(), ("mail",)])
async def test_a_step_of_people_whom_nothing_reaches_holds_nothing_up(
    database: Database, over: tuple[str, ...]
) -> None:
    """Who has no way but the log was taken for called, and the next step waited a quarter of an hour."""
    mute = Person(id="mute", name="Mute", reach=(Reach(channel="sms"),))
    steps = (Step(notify=("mute",), channels=over), Step(notify=("li",), after=15 * MINUTE))
    made = incidents(house(policy(*steps), people=named((mute, LI, WANG))))
    await database.write(lambda tx: down(tx, made))

    assert await database.read(told) == ["li"]
    events = [one.event for one in await database.read(lambda tx: store.events(tx, FIRST))]
    (first, *_) = [one for one in events if isinstance(one, Escalated)]
    assert (first.paged, first.nobody) == ((), "mute: nobody to reach")


async def test_where_there_is_no_channel_at_all_the_log_is_how_everybody_is_told(database: Database) -> None:
    made = incidents(house(LI_THEN_WANG, channels={}, people=named((LI.model_copy(update={"reach": ()}), WANG))))
    await database.write(lambda tx: down(tx, made))
    assert await database.read(pages) == ["li/log"]


async def test_an_incident_whose_people_are_all_gone_calls_today_s_fallback(database: Database) -> None:
    """Its own policy is told to the end, and that end must reach somebody: for ever nobody was called."""
    before = incidents(house(policy(Step(notify=("li",)), fallback=("li",))))
    after = incidents(house(policy(Step(notify=("zhao",)), fallback=("wang",)), people=named((WANG, ZHAO))))
    await run(
        database,
        lambda tx: down(tx, before),
        lambda tx: look_again(after, tx, NOON + MINUTE),
        lambda tx: ring(tx, after, NOON + 10 * MINUTE),
    )
    assert await database.read(told) == ["li", "wang"]

    await database.write(lambda tx: ring(tx, after, NOON + 40 * MINUTE))
    assert await database.read(told) == ["li", "wang", "wang"]


async def test_a_step_whose_channels_are_gone_is_told_by_each_one_s_own(database: Database) -> None:
    steps = (Step(notify=("li",)), Step(notify=("wang",), after=15 * MINUTE, channels=("sms",)))
    before, after = incidents(house(policy(*steps))), incidents(house(LI_THEN_WANG, channels=named((MAIL,))))
    await run(
        database,
        lambda tx: down(tx, before),
        lambda tx: look_again(after, tx, NOON + MINUTE),
        lambda tx: ring(tx, after, NOON + 15 * MINUTE),
    )
    assert await database.read(pages) == ["li/mail", "wang/mail"]


async def test_a_changed_policy_is_noted_and_the_incident_goes_on_by_its_own(database: Database) -> None:
    """G6, G7, G8: a step deleted, a policy reassigned or gone while it is being told."""
    before, after = incidents(house(LI_THEN_WANG)), incidents(house(policy(Step(notify=("zhao",)))))
    await run(
        database,
        lambda tx: down(tx, before),
        lambda tx: look_again(after, tx, NOON + MINUTE),
        lambda tx: look_again(after, tx, NOON + 2 * MINUTE),
        lambda tx: ring(tx, after, NOON + 15 * MINUTE),
    )

    assert await database.read(told) == ["li", "wang"]
    events = [one.event for one in await database.read(lambda tx: store.events(tx, FIRST))]
    assert [one for one in events if isinstance(one, PolicyDiffers)] == [
        PolicyDiffers(policy="default", version=policy(Step(notify=("zhao",))).version)
    ]


async def test_without_any_policy_left_the_incident_goes_on_by_its_own(database: Database) -> None:
    gone = config(component("shop", "home", "api", escalation=None), people=named((LI, WANG)))
    before, after = incidents(house(LI_THEN_WANG)), incidents(gone)
    await run(
        database,
        lambda tx: down(tx, before),
        lambda tx: look_again(after, tx, NOON + MINUTE),
        lambda tx: ring(tx, after, NOON + 15 * MINUTE),
    )
    assert await database.read(told) == ["li", "wang"]
    noted = await database.read(lambda tx: store.last(tx, FIRST, PolicyDiffers))
    assert noted == PolicyDiffers(policy="default", version="")


async def test_a_person_has_the_policy_of_today_told_from_its_first_step(database: Database) -> None:
    before, after = incidents(house(LI_THEN_WANG)), incidents(house(policy(Step(notify=("zhao",)))))
    await run(
        database,
        lambda tx: down(tx, before),
        lambda tx: before.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "desk"),
        lambda tx: after.escalate(tx, FIRST, "person:li", NOON + 2 * MINUTE),
    )

    assert await database.read(told) == ["li", "zhao"]
    found = await database.read(shop)
    assert (found.progress, found.cycle) == (Progress.TRIGGERED, 2)
    own = await database.read(lambda tx: store.last(tx, FIRST, Escalating))
    assert own is not None and own.version == policy(Step(notify=("zhao",))).version
    assert list(await database.read(timers)) == [f"{FIRST} 2.0"]


async def test_what_is_resolved_is_not_escalated(database: Database) -> None:
    made = incidents(house(LI_THEN_WANG))
    await run(
        database,
        lambda tx: down(tx, made),
        lambda tx: made.resolve(tx, FIRST, "person:li", "done", NOON + MINUTE),
    )
    with pytest.raises(Refused, match="already resolved"):
        await database.write(lambda tx: made.escalate(tx, FIRST, "person:li", NOON + HOUR))


@pytest.mark.parametrize("policy", [None, "mild"], ids=["no policy", "one for other severities"])
async def test_what_would_call_nobody_is_not_escalated_and_whoever_has_it_keeps_it(
    database: Database, policy: str | None
) -> None:
    """The answer said that it was done, and nobody was called."""
    before = incidents(config(component("shop", "home")))
    mild = Escalation(id="mild", steps=(Step(notify=("li",)),), severity=(3,))
    after = incidents(config(component("shop", "home", escalation=policy), escalations=named((mild,))))

    def work(tx: Connection) -> None:
        see(tx, before, {"shop/home": State.DOWN}, NOON, NOON)
        before.acknowledge(tx, FIRST, "person:li", NOON + 1, "desk")
        with pytest.raises(Refused, match="nobody would be called"):
            after.escalate(tx, FIRST, "person:li", NOON + MINUTE)
        found = store.find(tx, FIRST)
        assert found is not None and found.acknowledged_by == "person:li"

    await database.write(work)
