"""What checks and senders say, written down: the component's line on both databases."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select

from config.instant import HOUR, MINUTE, SECOND, Instant
from config.state import State
from db.engine import Database
from db.tables.incidents import case as case_table
from db.tables.incidents import transition as table
from db.tables.probe import check_state
from incidents import course
from incidents.impact import all_down, any_down, fewer_than_up
from incidents.news import condition
from incidents.store import incident as store
from incidents.store import transition
from probe.ending import Warned
from probe.panel.vote import state_at
from probe.result import Reason
from probe.verdict import CheckChange
from tests.incidents.samples import BY_SERVICE, NOON, alert, component, config, incidents, look_again, mode, report, see
from tests.incidents.told import line, occurrences

U, D, X, G = State.UP, State.DOWN, State.UNKNOWN, State.DEGRADED
MODES = {"any": any_down, "all": all_down, "fewer_than_up": fewer_than_up(2)}

changes = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 15), st.sampled_from([U, D, X, G])), min_size=1, max_size=14
)


async def test_whatever_the_order_of_confirmation_the_line_is_what_the_checks_say_together(
    database: Database,
) -> None:
    """Changes arrive in any order, several in one transaction or one by one; the slow oracle reads every instant."""

    def work(tx: Connection) -> None:
        @settings(max_examples=60, deadline=None, database=None)
        @given(changes, st.sampled_from(sorted(MODES)), st.randoms(use_true_random=False))
        def holds(said: list[tuple[str, int, State]], word: str, chance: random.Random) -> None:
            savepoint = tx.begin_nested()
            try:
                _compare_with_oracle(tx, said, word, chance)
            finally:
                savepoint.rollback()

        holds()

    await database.write(work)


def _compare_with_oracle(tx: Connection, said: list[tuple[str, int, State]], word: str, chance: random.Random) -> None:
    shop = component("shop", *"abc", down_when=mode(word, 2 if word == "fewer_than_up" else None))
    made = incidents(config(shop))
    lines: dict[str, dict[Instant, State]] = {check: {} for check in "abc"}
    rest, now = list(said), NOON
    while rest:
        count = chance.randint(1, len(rest))
        batch, rest, now = rest[:count], rest[count:], now + MINUTE
        news = [report(tx, f"shop/{check}", state, NOON + at * SECOND, now) for check, at, state in batch]
        made.check_news(tx, news, "probe:local", now)
        for check, at, state in batch:
            lines[check][NOON + at * SECOND] = state
    found = line(tx, "shop")
    for second in range(min(at for _, at, _ in said), 17):
        at = NOON + second * SECOND
        assert state_at(found, at) is MODES[word]([state_at(sorted(lines[check].items()), at) for check in "abc"])


async def test_an_outage_begins_at_its_first_failing_check_and_not_when_it_was_confirmed(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        see(tx, made, {"shop/home": U, "shop/api": U}, NOON, NOON)
        see(tx, made, {"shop/home": D}, NOON + MINUTE, NOON + 3 * MINUTE)

    await database.write(work)

    assert await database.read(lambda tx: line(tx, "shop")) == [(NOON, U), (NOON + MINUTE, D)]
    row = await database.read(lambda tx: transition.newest(tx, "shop"))
    assert row is not None
    assert (row.cause, row.reason, row.bound_at) == ("shop/home", "connection_refused", NOON + MINUTE - SECOND)


async def test_a_check_confirmed_later_moves_the_beginning_back_and_rewrites_no_row(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> list[tuple[int, int]]:
        see(tx, made, {"shop/home": U, "shop/api": U}, NOON, NOON)
        see(tx, made, {"shop/home": D}, NOON + 2 * MINUTE, NOON + 3 * MINUTE)
        see(tx, made, {"shop/api": D}, NOON + MINUTE, NOON + 4 * MINUTE)
        rows = tx.execute(select(table.c.happened_at, table.c.recorded_at).order_by(table.c.id))
        return [(row.happened_at - NOON, row.recorded_at - NOON) for row in rows]

    rows = await database.write(work)

    assert rows == [(0, 0), (2 * MINUTE, 3 * MINUTE), (MINUTE, 4 * MINUTE)]
    assert await database.read(lambda tx: transition.failing_since(tx, "shop")) == NOON + MINUTE


async def test_what_is_said_again_writes_nothing(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        for _ in range(3):
            see(tx, made, {"shop/home": U, "shop/api": U}, NOON, NOON)

    await database.write(work)

    assert await database.read(lambda tx: tx.execute(select(table.c.id)).all()) != []
    assert len(await database.read(lambda tx: tx.execute(select(table.c.id)).all())) == 1


async def test_news_of_a_check_that_was_taken_away_is_no_news(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.check_news(tx, [report(tx, "gone/home", D, NOON, NOON)], "probe:local", NOON)

    await database.write(work)

    assert await database.read(lambda tx: line(tx, "gone")) == []


async def test_a_component_whose_checks_were_all_taken_away_is_unknown_and_not_down(database: Database) -> None:
    """News on its way when the configuration changed."""
    made = incidents(config(component("shop", down_when=mode("all"))))

    def work(tx: Connection) -> None:
        made.check_news(tx, [report(tx, "shop/home", D, NOON, NOON)], "probe:local", NOON)

    await database.write(work)

    assert await database.read(lambda tx: line(tx, "shop")) == [(NOON, X)]


async def test_a_component_that_was_taken_out_is_unknown_from_when_nobody_saw_it_any_more(database: Database) -> None:
    """Its agreement stands in the store, so that its time is counted on: without this as up for ever."""
    before, after = incidents(config()), incidents(config(component("crm")))

    def work(tx: Connection) -> None:
        see(tx, before, {"shop/home": U, "shop/api": U}, NOON, NOON)
        look_again(after, tx, NOON + HOUR)
        see(tx, after, {"shop/home": X}, NOON + MINUTE, NOON + HOUR)
        see(tx, after, {"shop/api": X}, NOON + MINUTE, NOON + HOUR)
        look_again(after, tx, NOON + 2 * HOUR)

    await database.write(work)

    found = await database.read(lambda tx: line(tx, "shop"))
    assert [one for one in found if one[0] <= NOON + MINUTE] == [(NOON, U), (NOON + MINUTE, X)]
    assert {state for _, state in found[1:]} == {X} and found[-1][0] == NOON + HOUR


async def test_a_component_that_senders_spoke_of_and_that_was_taken_out_is_unknown(database: Database) -> None:
    before, after = incidents(config()), incidents(config(component("shop", "home")))

    def work(tx: Connection) -> None:
        before.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON)
        before.alert_news(tx, "am", [alert(firing=False, at=NOON + MINUTE)], BY_SERVICE, NOON + MINUTE, NOON + MINUTE)
        look_again(after, tx, NOON + HOUR)
        look_again(after, tx, NOON + 2 * HOUR)

    await database.write(work)

    assert await database.read(lambda tx: line(tx, "crm")) == [(NOON, D), (NOON + MINUTE, U), (NOON + HOUR, X)]


async def test_a_reload_that_takes_the_failing_check_away_redraws_the_line_from_then_on(database: Database) -> None:
    before = incidents(config())
    after = incidents(config(component("shop", "home")))

    def work(tx: Connection) -> None:
        see(tx, before, {"shop/home": U, "shop/api": D}, NOON, NOON)
        look_again(after, tx, NOON + HOUR)

    await database.write(work)

    assert await database.read(lambda tx: line(tx, "shop")) == [(NOON, D), (NOON + HOUR, U)]


async def test_looking_again_at_many_components_leaves_others_a_turn(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "LOOKED_AT", 1)
    before = incidents(config())
    after = incidents(config(component("shop", "home"), component("crm", "home")))
    await database.write(lambda tx: see(tx, before, {"shop/home": U, "shop/api": D}, NOON, NOON))

    parts = list(after.look_again(lambda: NOON + HOUR))
    for part in parts:
        await database.write(part)

    assert len(parts) == 4
    assert await database.read(lambda tx: line(tx, "shop")) == [(NOON, D), (NOON + HOUR, U)]


async def test_looking_again_writes_nothing_where_nothing_changed(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        look_again(made, tx, NOON - HOUR)
        see(tx, made, {"shop/home": U, "shop/api": U}, NOON, NOON)
        look_again(made, tx, NOON + HOUR)

    await database.write(work)

    assert await database.read(lambda tx: line(tx, "shop")) == [(NOON, U)]


async def test_unknown_in_between_starts_a_failure_anew(database: Database) -> None:
    made = incidents(config(component("shop", "home")))

    def work(tx: Connection) -> Instant:
        for minute, state in enumerate([D, X, D]):
            see(tx, made, {"shop/home": state}, NOON + minute * MINUTE, NOON + minute * MINUTE)
        return transition.failing_since(tx, "shop")

    assert await database.write(work) == NOON + 2 * MINUTE


# components that nobody probes


async def test_a_component_that_nobody_probes_has_the_state_its_senders_give_it(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert("a")], BY_SERVICE, NOON, NOON)
        mild = alert("b", at=NOON + MINUTE, severity_word="warning")
        made.alert_news(tx, "am", [mild], BY_SERVICE, NOON + MINUTE, NOON + MINUTE)
        over = alert("a", firing=False, at=NOON + 2 * MINUTE)
        made.alert_news(tx, "am", [over], BY_SERVICE, NOON + 2 * MINUTE, NOON + 2 * MINUTE)
        over = alert("b", firing=False, at=NOON + 3 * MINUTE)
        made.alert_news(tx, "am", [over], BY_SERVICE, NOON + 3 * MINUTE, NOON + 3 * MINUTE)

    await database.write(work)

    assert await database.read(lambda tx: line(tx, "crm")) == [
        (NOON, D),
        (NOON + 2 * MINUTE, G),
        (NOON + 3 * MINUTE, U),
    ]


async def test_an_alert_that_gets_worse_makes_the_component_s_line_worse(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert(severity_word="warning")], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "am", [alert(severity_word="critical")], BY_SERVICE, NOON + MINUTE, NOON + MINUTE)

    await database.write(work)

    assert await database.read(lambda tx: line(tx, "crm")) == [(NOON, G), (NOON + MINUTE, D)]


async def test_a_probed_component_is_measured_by_its_probes_whatever_a_sender_says(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> State:
        see(tx, made, {"shop/home": U, "shop/api": U}, NOON, NOON)
        made.alert_news(tx, "am", [alert(labels={"service": "shop"})], BY_SERVICE, NOON + 1, NOON + 1)
        return condition(tx, config(), "shop", NOON + 1).state

    assert await database.write(work) is D
    assert await database.read(lambda tx: line(tx, "shop")) == [(NOON, U)]


async def test_an_alert_ends_no_earlier_than_it_began(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "am", [alert()], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "am", [alert(firing=False, at=NOON - HOUR)], BY_SERVICE, NOON + 1, NOON + 1)

    await database.write(work)

    assert await database.read(lambda tx: line(tx, "crm")) == [(NOON, U)]
    assert await database.read(occurrences) == [("resolved", 1)]


async def test_a_flapping_check_gives_one_incident_and_one_recovery_and_every_transition(database: Database) -> None:
    made = incidents(config(component("shop", "home")))

    def flap(tx: Connection, on: bool, now: Instant) -> None:
        tx.execute(delete(check_state))
        snapshot = {"verdict": {}, "pulse": None, "flap": {"changes": 1, "last": "up", "on": on}}
        tx.execute(
            insert(check_state).values(
                check="shop/home", location="local", definition="x", snapshot=snapshot, recorded_at=now
            )
        )
        made.flapping_news(tx, ["shop/home", "gone/home"], "probe:local", now)

    def work(tx: Connection) -> None:
        for turn in range(6):
            at = NOON + turn * MINUTE
            see(tx, made, {"shop/home": (D, U)[turn % 2]}, at, at + SECOND)
            if turn == 0:
                flap(tx, True, at + SECOND)
        assert [state for _, state in line(tx, "shop")] == [D, U, D, U, D, U]
        newest = store.newest_of(tx, "shop")
        assert newest is not None and newest.unresolved and newest.id.endswith("1")
        flap(tx, False, NOON + HOUR)
        calm = store.newest_of(tx, "shop")
        assert calm is not None and calm.id == newest.id and calm.recovered

    await database.write(work)


async def test_a_coming_end_is_a_mild_incident_of_its_own_that_holds_no_other(database: Database) -> None:
    made = incidents(config(component("shop", "cert")))

    def warn(tx: Connection, on: bool, at: Instant) -> None:
        one = Warned(check="shop/cert", warning=Reason.CERTIFICATE_EXPIRING, on=on, at=at)
        made.warning_news(tx, [one], "probe:local", at + SECOND)

    def work(tx: Connection) -> None:
        warn(tx, True, NOON)
        mild = store.newest_of(tx, "shop/cert")
        assert mild is not None and (mild.severity, mild.title) == (3, "certificate_expiring")
        assert store.newest_of(tx, "shop") is None and line(tx, "shop") == []
        assert tx.execute(select(case_table.c.id)).all() == []
        see(tx, made, {"shop/cert": D}, NOON + MINUTE, NOON + MINUTE)
        see(tx, made, {"shop/cert": U}, NOON + 2 * MINUTE, NOON + 2 * MINUTE)
        own = store.newest_of(tx, "shop")
        assert own is not None and own.recovered
        warn(tx, False, NOON + HOUR)
        warn(tx, True, NOON + HOUR + 1)
        again = store.newest_of(tx, "shop/cert")
        assert again is not None and again.unresolved and again.id != mild.id

    await database.write(work)


async def test_a_state_seen_again_after_long_is_written_and_is_no_change(database: Database) -> None:
    """Nobody looked for more than two intervals: that is a fact of the line, and the line is what it was."""
    made = incidents(config())
    again = CheckChange(
        check="shop/home", state=U, happened_at=NOON + MINUTE, reason=Reason.MISSED, bound_at=NOON + SECOND
    )

    def work(tx: Connection) -> list[tuple[str, str | None, Instant | None]]:
        see(tx, made, {"shop/home": U, "shop/api": U}, NOON, NOON)
        made.check_news(tx, [again], "probe:local", NOON + MINUTE)
        return [(row.state, row.reason, row.bound_at) for row in tx.execute(select(table).order_by(table.c.id))]

    assert (await database.write(work))[1:] == [("up", "missed", NOON + SECOND)]
    assert [state for _, state in await database.read(lambda tx: line(tx, "shop"))] == [U, U]
    newest = await database.read(lambda tx: transition.newest(tx, "shop"))
    assert newest is not None and newest.happened_at == NOON, "since when it is up does not move"
    assert await database.read(store.newest) == []
