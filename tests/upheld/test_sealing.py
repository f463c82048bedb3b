"""A month's statement by itself: sealed after the grace, delivered by the 4th; what holds it up is told; late facts."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from config.instant import DAY, HOUR
from config.state import State
from db.engine import Database
from db.tables.statement import statement as table
from sla.period import parse_period
from sla.record import Word
from sla.seal import holds
from sla.sealing import NotSealed
from sla.standing import Way, What
from sla.statement import Statement
from sla.store import statement as stored
from tests.upheld.months import OCTOBER, Months, at, written
from upheld import signing
from upheld.installed import installed
from upheld.listing import statements
from upheld.statements import Altered, issued, rendered, sealed_statement

UNMEASURED = (("10-05 00:00", State.UNKNOWN), ("10-05 09:00", State.UP))
"""Nine hours of 31 days: below 99 per cent, and more than the budget."""


@pytest.fixture
async def months(database: Database, tmp_path: Path) -> Months:
    made = Months(database=database, folder=tmp_path)
    await made.up_since("09-30 00:00")
    return made


async def answer(months: Months, word: Word, by: str = "customer:acme") -> None:
    await months.database.write(
        lambda tx: months.sealer.answer(tx, "acme", OCTOBER, word, by, "person:wang", months.now)
    )


async def seal(months: Months) -> None:
    await months.database.write(lambda tx: months.sealer.seal(tx, "acme", OCTOBER, "person:wang", months.now))


async def test_an_uneventful_month_is_drafted_sealed_mailed_and_delivered_without_anybody(months: Months) -> None:
    await months.until("11-04 23:00", 6 * HOUR)
    found = await months.happenings()
    assert [one.what for one in found] == [What.DRAFTED, What.SEALED, What.MAILED, What.DELIVERED]
    assert {one.by for one in found} == {"upheld"}
    standing = await months.standing()
    assert standing.drafted_at == at("11-01 00:30")
    assert standing.sealed_at is not None and standing.delivered_at is not None
    assert at("11-02 00:00") <= standing.sealed_at <= standing.delivered_at < at("11-05 00:00")
    ((_, mail, files),) = months.mails
    assert (mail.address, mail.message.copies) == ("chen@acme.example", ("wang@example.com",))
    assert mail.message.subject == "Statement ACME-2026-10, revision 1, October 2026: Met"
    assert {one.name.partition(".")[0] for one in files} == {"ACME-2026-10"}
    assert len(files) == 2


async def test_the_seal_holds_for_what_is_stored(months: Months) -> None:
    await months.until("11-02 01:00")
    last = await months.sealed()
    key = signing.ensure(months.config.signing.key_file).public_key()
    assert holds(last.seal, last.record, key)
    assert json.loads(last.record)["provisional"] is False


async def test_the_same_facts_twice_give_identical_bytes_whatever_was_configured_since(months: Months) -> None:
    await months.until("11-02 01:00")

    def every_format(statement: Statement) -> list[bytes]:
        return [rendered(statement, months.config, form, "en") for form in installed().formats.values()]

    def now(tx: Connection) -> Statement:
        return issued(tx, months.config, months.rules.caseload, "acme", "2026-10", months.now)

    first = every_format(await months.database.read(now))
    months.use(components={"acme-shop": {"name": "Renamed"}}, site={"name": "Southwind", "timezone": "UTC"})
    months.now += 30 * DAY
    assert every_format(await months.database.read(now)) == first
    assert (await months.sealed()).record in first


async def test_a_changed_store_gives_an_error_never_other_bytes(months: Months) -> None:
    await months.until("11-02 01:00")
    await months.database.write(lambda tx: tx.execute(update(table).values(record=b"{}")) and None)
    last = await months.sealed()
    with pytest.raises(Altered, match=r"ACME-2026-10 .* does not give the sealed record"):
        sealed_statement(last)


async def test_nothing_is_sealed_twice(months: Months) -> None:
    await months.until("11-03 00:00", 6 * HOUR)
    before = await months.happenings()
    await months.until("11-20 00:00", DAY)
    await seal(months)
    assert await months.happenings() == before
    assert (await months.sealed()).seal.revision == 1


async def test_unmeasured_time_is_asked_about_and_unanswered_it_counts_as_down(months: Months) -> None:
    await months.states(*UNMEASURED)
    await months.until("11-11 23:00", 12 * HOUR)
    assert (await months.standing()).revision == 0
    question = (await months.standing()).question
    assert question is not None and question.reached_at is not None
    assert months.subjects("Chen")[0] == "Your word on the statement for October 2026"
    await months.until("11-13 00:00", 12 * HOUR)
    last = await months.sealed()
    record = json.loads(last.record)
    assert record["answer"]["word"] == "unanswered"
    assert record["components"][0]["counted_down_s"] == 9 * 3600
    assert record["verdict"] == "missed"
    text = rendered(sealed_statement(last), months.config, installed().formats["html"], "en").decode()
    assert "the time that was not measured counts as down" in text


@pytest.mark.parametrize(("word", "verdict", "counted"), [(Word.ACCEPTED, "met", 0), (Word.CONTESTED, "missed", 32400)])
async def test_the_customers_word_seals_at_once(months: Months, word: Word, verdict: str, counted: int) -> None:
    await months.states(*UNMEASURED)
    await months.until("11-02 01:00")
    await answer(months, word)
    record = json.loads((await months.sealed()).record)
    assert (record["verdict"], record["components"][0]["counted_down_s"]) == (verdict, counted)
    assert (record["answer"]["by"], record["answer"]["entered_by"]) == ("customer:acme", "person:wang")
    await months.deliver()
    assert (await months.standing()).delivered_at == months.now


async def test_the_next_month_s_year_so_far_counts_the_silent_month_as_it_was_sealed(
    database: Database, tmp_path: Path
) -> None:
    yearly = written(["acme"], "2026-10-01")["customers"]
    yearly["acme"]["agreement"]["availability"] = {"period": "year"}
    months = Months(database=database, folder=tmp_path, changes={"customers": yearly})
    await months.up_since("09-30 00:00")
    await months.states(*UNMEASURED)
    await months.until("11-13 00:00", 12 * HOUR)
    assert json.loads((await months.sealed()).record)["components"][0]["counted_down_s"] == 9 * 3600
    months.now = at("12-02 01:00")
    await months.hour()
    (component,) = json.loads((await months.sealed(period=parse_period("2026-11"))).record)["components"]
    assert (component["counted_down_s"], component["year_so_far"]["counted_down_s"]) == (0, 9 * 3600)


async def test_an_answer_counts_for_the_figures_it_was_given_to_alone(months: Months) -> None:
    await months.states(*UNMEASURED)
    await months.until("11-02 01:00")
    asked = (await months.standing()).question
    await months.states(("10-06 00:00", State.UNKNOWN), ("10-06 09:00", State.UP), late=True)
    with pytest.raises(NotSealed, match="asks nothing"):
        await answer(months, Word.ACCEPTED)
    await months.until("11-02 03:00")
    again = (await months.standing()).question
    assert asked is not None and again is not None
    assert asked.figures != again.figures
    await answer(months, Word.ACCEPTED)
    assert (await months.standing()).revision == 1


async def test_nobody_answers_for_somebody_else(months: Months) -> None:
    await months.states(*UNMEASURED)
    await months.until("11-02 01:00")
    for stranger in ("person:wang", "customer:linden"):
        with pytest.raises(NotSealed, match=f"{stranger} cannot speak for acme"):
            await answer(months, Word.ACCEPTED, stranger)
    assert [one.what for one in await months.happenings()][-1] is not What.ANSWERED


async def test_who_holds_it_up_is_told_once_and_again_as_the_date_nears(months: Months) -> None:
    await months.states(*UNMEASURED)
    await months.until("11-05 12:00", 6 * HOUR)
    told = [(one.body["stage"], one.body["steps"]) for one in await months.happenings() if one.what is What.TOLD]
    waits = ["sensitive", "coverage"]
    assert told == [("first", waits), ("near", waits), ("late", waits)]
    assert months.subjects("wang") == ["Held up: the statement of Acme for October 2026"] * 3
    assert len(months.subjects("Chen")) == 3


@pytest.mark.parametrize(("hold", "said"), [("channel", "configure mail"), ("contact", "write a primary contact")])
async def test_without_anybody_to_mail_to_it_is_sealed_and_the_next_step_is_said(
    months: Months, hold: str, said: str
) -> None:
    if hold == "channel":
        months.use(mail=None)
    else:
        customers = written(("acme",), "2026-10-01")["customers"]
        del customers["acme"]["contact"]
        months.use(customers=customers)
    await months.until("11-02 02:00")
    standing = await months.standing()
    assert (standing.revision, standing.delivered_at) == (1, None)
    (listed,) = await months.database.read(lambda tx: statements(tx, months.rules, "acme", months.now))
    assert listed["blocked_by"] == [hold]
    assert said in listed["next"][0]
    months.use()
    await months.until("11-02 04:00")
    assert (await months.standing()).delivered_at is not None


async def test_a_mail_that_is_refused_is_told_and_sent_again_every_day(months: Months) -> None:
    months.refused = {"chen@acme.example"}
    await months.until("11-02 02:00")
    standing = await months.standing()
    assert (standing.delivered_at, standing.undelivered) == (None, "the mail was not taken")
    assert months.subjects("wang") == ["Held up: the statement of Acme for October 2026"]
    months.refused = set()
    await months.until("11-03 02:00")
    standing = await months.standing()
    assert standing.mailings == 2
    assert standing.delivered_at is not None


async def test_a_late_batch_proposes_revision_2_with_its_delta_and_edits_nothing(months: Months) -> None:
    await months.until("11-03 00:00", 6 * HOUR)
    first = await months.sealed()
    await months.states(("10-20 10:00", State.DOWN), ("10-20 11:00", State.UP), late=True)
    await months.issuer.look_again()
    await months.deliver()
    proposed = [one for one in await months.happenings() if one.what is What.PROPOSED]
    assert [one.revision for one in proposed] == [2]
    (delta,) = proposed[0].body["deltas"]
    assert delta == {"component": "acme-shop", "counted_s": 3600, "was": "met", "now": "missed"}
    assert "components[acme-shop].counted_down_s" in {one["where"] for one in proposed[0].body["changes"]}
    assert await months.sealed() == first
    assert months.subjects("wang") == ["Held up: the statement of Acme for October 2026"]

    months.now += DAY
    await months.issuer.look_again()
    assert len([one for one in await months.happenings() if one.what is What.PROPOSED]) == 1
    await seal(months)
    await months.deliver()
    second = await months.sealed()
    assert (second.seal.number, second.seal.revision, second.seal.name) == ("ACME-2026-10", 2, "ACME-2026-10/2")
    assert second.seal.replaces is not None
    assert second.seal.replaces.record_sha256 == first.seal.record_sha256
    assert [(one.counted, one.was, one.now) for one in second.seal.replaces.deltas] == [(HOUR, "met", "missed")]
    assert await months.sealed(revision=1) == first
    standing = await months.standing()
    assert (standing.revision, standing.delivered_at, standing.proposed) == (2, months.now, None)


async def test_what_was_renamed_since_proposes_nothing(months: Months) -> None:
    await months.until("11-03 00:00", 6 * HOUR)
    months.use(components={"acme-shop": {"name": "Renamed"}})
    months.now += DAY
    await months.issuer.look_again()
    assert (await months.standing()).proposed is None


async def test_the_customer_countersigns_the_same_hash_or_disputes_a_line(months: Months) -> None:
    await months.until("11-03 00:00", 6 * HOUR)
    last, now = await months.sealed(), months.now
    by = "customer:acme"

    def disputed(line: str, reason: str = "our own log says otherwise") -> None:
        months.sealer.dispute(tx_of[0], "acme", OCTOBER, line, reason, by, by, now)

    tx_of: list[Connection] = []

    def speak(tx: Connection) -> None:
        tx_of[:] = [tx]
        months.sealer.countersign(tx, "acme", OCTOBER, by, by, now, Way.ROOM)
        disputed("acme-shop")
        with pytest.raises(NotSealed, match="has no line 'mail'; it has acme-shop"):
            disputed("mail")
        with pytest.raises(NotSealed, match="needs a reason"):
            disputed("acme-shop", " ")
        with pytest.raises(NotSealed, match="person:li cannot speak"):
            months.sealer.countersign(tx, "acme", OCTOBER, "person:li", "person:li", now, Way.COMMAND)

    await months.database.write(speak)
    standing = await months.standing()
    assert (standing.countersigned_at, standing.countersigned_way) == (now, Way.ROOM)
    assert [(one.line, one.by) for one in standing.disputes] == [("acme-shop", by)]
    said = [one.body["record_sha256"] for one in await months.happenings() if one.by == by]
    assert said == [last.seal.record_sha256] * 2


@pytest.mark.parametrize(
    ("now", "unmeasured", "said"),
    [
        ("10-20 00:00", False, "running: nobody: wait until the period has ended"),
        ("11-01 12:00", False, "grace: nobody: wait until late observations are no longer accepted"),
        ("11-02 12:00", True, "sensitive: the customer: accept or contest how the time that was not measured counts"),
    ],
)
async def test_what_cannot_be_sealed_says_why_and_leaves_nothing_behind(
    months: Months, now: str, unmeasured: bool, said: str
) -> None:
    if unmeasured:
        await months.states(*UNMEASURED)
    months.now = at(now)
    with pytest.raises(NotSealed, match=said):
        await seal(months)
    assert await months.happenings() == ()


async def test_one_customers_trouble_holds_up_no_other(database: Database, tmp_path: Path) -> None:
    months = Months(database=database, folder=tmp_path, customers=("acme", "brook"), since="2026-09-01")
    await months.up_since("08-31 00:00")
    months.now = at("10-02 01:00")
    await months.hour()
    # The earlier month of the first customer cannot be read any more.
    await database.write(
        lambda tx: tx.execute(update(table).where(table.c.customer == "acme").values(evidence=b"broken")) and None
    )
    await months.until("11-03 01:00", DAY)
    assert (await months.standing("brook")).delivered_at is not None


async def test_what_was_missed_while_nothing_ran_is_caught_up_with(database: Database, tmp_path: Path) -> None:
    months = Months(database=database, folder=tmp_path, since="2026-08-01", now=at("11-10 09:00"))
    await months.up_since("07-31 00:00")
    await months.hour()
    rows = await database.read(lambda tx: statements(tx, months.rules, "acme", months.now))
    assert [(one["period"], one["status"], one["delivered_at"] is not None) for one in rows] == [
        ("2026-10", "sealed", True),
        ("2026-09", "sealed", True),
        ("2026-08", "sealed", True),
    ]


async def test_two_customers_never_have_one_number(database: Database, tmp_path: Path) -> None:
    months = Months(database=database, folder=tmp_path, customers=("harbour-bank", "hill-brewery"))
    await months.up_since("09-30 00:00")
    await months.until("11-02 01:00")
    numbers = {(await months.sealed(name)).seal.number for name in months.customers}
    assert numbers == {"HB-2026-10", "HILL-BREWERY-2026-10"}


async def _a_year(months: Months, last: int) -> tuple[int, int, int]:
    """Turns the calendar through the first days of each month; statements, those in time, human acts."""
    months.now = at("01-01 00:00")  # a ledger that begins later would record everything later
    await months.up_since("01-01 00:00")
    for month in range(2, last + 2):
        year, number = divmod(month - 1, 12)
        months.now = at(f"{number + 1:02d}-01 00:30") + year * 365 * DAY
        for _ in range(4 * 8):
            await months.hour()
            months.now += 3 * HOUR

    def count(tx: Connection) -> tuple[int, int, int]:
        found = [(one, stored.happenings(tx, *one)) for one in stored.known(tx)]
        in_time = 0
        for (_, period), events in found:
            delivered = [one.at for one in events if one.what is What.DELIVERED]
            year, number = (int(part) for part in period.split("-"))
            due = at(f"{number % 12 + 1:02d}-05 00:00") + (year - 2026 + number // 12) * 365 * DAY
            in_time += bool(delivered) and delivered[0] < due
        acts = sum(one.by != "upheld" for _, events in found for one in events)
        return len(found), in_time, acts

    return await months.database.read(count)


async def test_four_customers_three_months_every_statement_in_time_and_nobody_lifts_a_hand(
    database: Database, tmp_path: Path
) -> None:
    names = [f"customer-{number}" for number in range(4)]
    months = Months(database=database, folder=tmp_path, customers=names, since="2026-01-01")
    assert await _a_year(months, 3) == (12, 12, 0)


@pytest.mark.long(minutes=180)
async def test_a_hundred_customers_a_year_1200_statements_in_time_and_nobody_lifts_a_hand(
    database: Database, tmp_path: Path, show: Callable[[str], None]
) -> None:
    names = [f"customer-{number}" for number in range(100)]
    months = Months(database=database, folder=tmp_path, customers=names, since="2026-01-01")
    sealed, in_time, acts = await _a_year(months, 12)
    show(f"{sealed} statements, {in_time} in time, {acts} acts of a person")
    assert (sealed, in_time, acts) == (1200, 1200, 0)
