"""The customer's rating of a solved case, and the follow-up that a low one asks for."""

import pytest
from sqlalchemy import Connection

from config.agreement import Rating
from config.instant import MINUTE
from db.engine import Database
from incidents.case import (
    Case,
    CaseEvent,
    CaseResolved,
    Confirmed,
    Contested,
    Rated,
    RatingFollowed,
    replay_case,
)
from incidents.decide import Refused
from incidents.store import case as store
from tests.incidents.samples import NOON, agreement, config, customer
from tests.incidents.test_caseload import FIRST, Desk
from upheld.caseratings import ratings_of

pytestmark = pytest.mark.store

AGREED = agreement(rating=Rating(scores=("speed", "skill", "manner"), follow_up_below=3))
CUSTOMER = "customer:acme"


def rated(speed: int, **more: int) -> Rated:
    return Rated(scores={"speed": speed, "skill": 4, "manner": 5, **more}, comment="so so")


async def test_a_low_rating_keeps_the_case_until_cause_and_measure_are_written(database: Database) -> None:
    made = Desk(config(customers={"acme": customer("acme", AGREED)}))

    def work(tx: Connection) -> None:
        made.call(tx)

        def say(event: CaseEvent, by: str = "person:li") -> Case:
            return made.cases.record(tx, FIRST, event, by, NOON + MINUTE, NOON + MINUTE)

        with pytest.raises(Refused, match="only a resolved case"):
            say(rated(2))
        say(CaseResolved(how="restarted"))
        for wrong in (rated(0), rated(6), rated(3, overall=3), Rated(scores={"speed": 3}, comment="")):
            with pytest.raises(Refused, match="asks for speed, skill, manner, each from 1 to 5"):
                say(wrong)
        assert not say(rated(3)).low_rating, "entered by a person"
        assert say(rated(2), CUSTOMER).low_rating
        with pytest.raises(Refused, match="what he said stands"):
            say(rated(5), CUSTOMER)
        say(Confirmed(text="yes"), CUSTOMER)
        with pytest.raises(Refused, match="nobody else changes that"):
            say(rated(5))
        assert [one.id for one in store.of_period(tx, "acme", NOON * 2, NOON * 3)] == [FIRST], "still owed something"
        for event, by, why in (
            (RatingFollowed(cause=" ", measure="a rota"), "person:li", "names the cause"),
            (RatingFollowed(cause="night", measure="a rota"), CUSTOMER, "the supplier's"),
        ):
            with pytest.raises(Refused, match=why):
                say(event, by)
        say(RatingFollowed(cause="night", measure="a rota"))
        assert store.of_period(tx, "acme", NOON * 2, NOON * 3) == []
        row, log = store.find(tx, FIRST), store.events(tx, FIRST)
        assert row == replay_case(FIRST, log) and row.rated_by == CUSTOMER
        first, second = ratings_of(FIRST, log, AGREED)
        assert (first.own, first.low, second.own, second.low, second.cause) == (False, False, True, True, "night")

    await database.write(work)


async def test_what_is_resolved_anew_is_rated_anew_and_the_low_rating_is_followed_up_all_the_same(
    database: Database,
) -> None:
    made = Desk(config(customers={"acme": customer("acme", AGREED)}))

    def work(tx: Connection) -> None:
        made.call(tx)

        def say(event: CaseEvent, by: str = CUSTOMER) -> Case:
            return made.cases.record(tx, FIRST, event, by, NOON + MINUTE, NOON + MINUTE)

        say(CaseResolved(how="restarted"), "person:li")
        say(rated(1))
        say(Contested(reason="still slow"))
        say(CaseResolved(how="a new disk"), "person:li")
        with pytest.raises(Refused, match="nobody else changes that"):
            say(rated(5), "person:li")
        assert say(rated(5)).low_rating
        say(RatingFollowed(cause="the disk", measure="watched"), "person:li")
        row, log = store.find(tx, FIRST), store.events(tx, FIRST)
        assert row == replay_case(FIRST, log) and row is not None and not row.low_rating
        assert not any(one.open(NOON * 2) for one in ratings_of(FIRST, log, AGREED))

    await database.write(work)
