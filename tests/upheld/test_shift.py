"""What a change of shift sees of the open cases."""

from sqlalchemy import Connection

from config.agreement import CaseKind
from config.instant import MINUTE, Instant
from db.engine import Database
from incidents.case import CaseEvent, CaseNoted, CaseResolved, HandedOver, Taken
from incidents.caseload import Caseload
from incidents.paging import Paging
from tests.incidents.samples import LI, NOON, WANG, config, customer, named
from upheld.shift import shift_json


async def test_a_change_of_shift_sees_what_nobody_has_first_and_what_is_to_be_done_next(database: Database) -> None:
    made = config(customers=named((customer("acme"),)), people=named((LI, WANG)))
    cases = Caseload(made, Paging(made, log_channel="log"))

    def opened(tx: Connection, title: str) -> str:
        return cases.open_by_person(
            tx, customer="acme", kind=CaseKind.FAULT, title=title, by="person:li", reported_at=NOON, now=NOON
        ).id

    def work(tx: Connection) -> None:
        first, _, third, over = (opened(tx, title) for title in ("one", "two", "three", "four"))
        said: list[tuple[str, CaseEvent, Instant]] = [
            (first, Taken(person="li"), NOON),
            (first, HandedOver(to="wang", next_action="read the log of nine"), NOON),
            (third, Taken(person="wang"), NOON),
            (third, CaseNoted(text="the maker sends a patch"), NOON + MINUTE),
            (over, CaseResolved(how="restarted"), NOON),
        ]
        for id, event, at in said:
            cases.record(tx, id, event, "person:li", at, at)

    await database.write(work)

    rows = await database.read(lambda tx: shift_json(tx, cases, NOON + MINUTE))
    assert [(row["title"], row["responsible"], row["offered"], row["clock"], row["next_action"]) for row in rows] == [
        ("two", None, None, "respond", None),
        ("one", "li", "wang", "respond", "read the log of nine"),
        ("three", "wang", None, "respond", "the maker sends a patch"),
    ]
    own = await database.read(lambda tx: shift_json(tx, cases, NOON, "li"))
    assert [row["title"] for row in own] == ["one"]
