"""Why somebody was called, or nobody: said from what was stored, in both languages."""

from sqlalchemy import Connection, update

from config.instant import HOUR, MINUTE
from config.model import Config
from config.oncall import Escalation, Layer, Rota, Step
from config.state import State
from db.engine import Database
from db.tables.notify import notification
from incidents import rostering
from incidents.service import Incidents
from incidents.store import incident as store
from incidents.store import timer
from incidents.why import explain
from notify.store.told import history
from tests.incidents.samples import LI, NOON, component, config, incidents, named, see
from tests.incidents.told import deliver

FIRST = "INC-2026-0001"
STEPS = (
    Step(notify=("rota:empty",)),
    Step(notify=("li",), after=15 * MINUTE),
    Step(notify=("li", "wang"), after=15 * MINUTE, severity=(3,)),
)


def house(**changes: object) -> Config:
    empty = Rota(id="empty", layers=(Layer(people=("casper",)),))
    policy = Escalation(id="default", steps=STEPS, fallback=("li",))
    return config(**{"rotas": named((empty,)), "escalations": named((policy,)), **changes})


def down(tx: Connection, made: Incidents) -> None:
    see(tx, made, {"shop/home": State.UP, "shop/api": State.UP}, NOON - HOUR, NOON - HOUR)
    see(tx, made, {"shop/home": State.DOWN}, NOON, NOON)


def said(tx: Connection, made: Config, person: str | None = None, language: str = "en") -> list[str]:
    found = explain(store.events(tx, FIRST), history(tx, incident=FIRST), rostering.who_at(tx, made, NOON), person)
    return [one.said(language) for one in found]


async def test_every_decision_is_said_in_the_order_it_fell(database: Database) -> None:
    def work(tx: Connection) -> list[str]:
        made = incidents(house())
        down(tx, made)
        deliver(tx)
        made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "desk")
        return said(tx, house())

    version = house().escalations["default"].version
    assert await database.write(work) == [
        "li was reached over mail.",
        "It opened with severity 1.",
        f"It is told by the policy default, version {version}.",
        "Step 1 of round 1 called nobody: nobody to reach as rota:empty.",
        "Step 2 of round 1 called li.",
        "li acknowledged: the calls stopped.",
    ]


async def test_why_li_was_called_and_wang_was_not(database: Database) -> None:
    def work(tx: Connection) -> tuple[list[str], list[str], list[str]]:
        made = incidents(house())
        down(tx, made)
        waiting = said(tx, house(), "wang")
        made.acknowledge(tx, FIRST, "person:li", NOON + MINUTE, "desk")
        return said(tx, house(), "li"), waiting, said(tx, house(), "wang")

    li, waiting, wang = await database.write(work)

    assert li == [
        "Step 2 of round 1 called li.",
        "The message to li over mail was not sent: somebody had acknowledged.",
    ]
    assert waiting == ["Step 3 is for wang; it was not reached: its time has not come."]
    assert wang == ["Step 3 is for wang; it was not reached: somebody had acknowledged."]


async def test_who_has_no_way_but_the_log_was_not_reached(database: Database) -> None:
    """It read: li was reached over log."""

    def work(tx: Connection) -> list[str]:
        made = house(channels={}, people=named((LI.model_copy(update={"reach": ()}),)))
        down(tx, incidents(made))
        tx.execute(update(notification).values(state="sent", outcome="logged", done_at=NOON))
        return said(tx, made, "li")

    assert "Nothing reaches li: the message stands in the log." in await database.write(work)


async def test_a_step_that_was_not_for_this_severity_says_so(database: Database) -> None:
    def work(tx: Connection) -> list[str]:
        made = incidents(house())
        down(tx, made)
        for due in timer.due(tx, NOON + HOUR, 9):
            made.fire(tx, due, due.due_at)
        return said(tx, house(), "wang", "zh-CN")

    assert await database.write(work) == ["第 3 步适用于 wang，但未通知任何人：该步骤仅适用于严重度 3。"]


async def test_without_a_policy_and_without_a_name_in_it(database: Database) -> None:
    def work(tx: Connection) -> tuple[list[str], list[str]]:
        down(tx, incidents(config(component("shop", "home", "api", escalation=None))))
        nobody = said(tx, house(), "li")
        other = incidents(house())
        other.escalate(tx, FIRST, "person:li", NOON + MINUTE)
        return nobody, said(tx, house(), "zhao")

    nobody, zhao = await database.write(work)

    assert nobody == ["The component has no policy: nobody is to be called."]
    assert zhao == ["No step of the policy default names zhao, nor a rota or role that zhao had then."]
