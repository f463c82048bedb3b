from sqlalchemy import Connection, insert

from config.state import State
from db.engine import Database
from db.tables.incidents import transition as table
from sla.record import Transition
from sla.store.transition import transitions


async def test_transitions_come_in_the_order_recorded_up_to_an_instant(database: Database) -> None:
    def write(tx: Connection) -> None:
        rows = [("pay", "up", 10, 20), ("pay", "down", 5, 30), ("shop", "down", 1, 30), ("pay", "up", 40, 41)]
        for component, state, happened, recorded in rows:
            tx.execute(
                insert(table).values(
                    component=component,
                    state=state,
                    happened_at=happened,
                    recorded_at=recorded,
                    by="probe:local",
                    cause="pay/home",
                    reason="timeout",
                    bound_at=happened - 1,
                )
            )

    await database.write(write)
    found = await database.read(lambda tx: transitions(tx, "pay", 30))
    assert found == (
        Transition(state=State.UP, happened_at=10, recorded_at=20, cause="pay/home", reason="timeout", bound_at=9),
        Transition(state=State.DOWN, happened_at=5, recorded_at=30, cause="pay/home", reason="timeout", bound_at=4),
    )
