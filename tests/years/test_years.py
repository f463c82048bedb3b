"""One month of a customer under each shipped profile: what befell him stands on his statement, where it belongs."""

import asyncio
import re
from collections import Counter
from pathlib import Path

import pytest

from config.agreement import Agreement
from config.language import LANGUAGES
from config.remedy import PerBreach
from sla.exclusion import Flaw
from sla.overlay import Standing
from sla.page import Page
from sla.paper.sheet import Table
from sla.paper.statement import statement_sheet
from sla.record import Outcome, Word
from sla.statement import Statement
from sla.word import spoken_by
from tests.once import once
from tests.years.paper import MONTH, passed, statement
from tests.years.setting import CUSTOMERS
from upheld.installed import installed

pytestmark = pytest.mark.store

LIMITS = {
    "yunshan": {"accept", "respond", "resolve", "escalate"},
    "harbour": {"respond", "resolve", "workaround"},
    "linjiang": {"respond", "resolve", "review"},
    "changfeng": {"register", "accept", "respond", "resolve", "escalate", "update", "reassess"},
    "minghu": {"trigger", "engage", "on_site", "report", "review", "respond", "resolve", "propose", "reply", "answer"}
    | {"hand_over"},
}
"""Every time limit of the profile that can run in this version, and that the agreement owes."""
MISSED_TARGETS = {
    "yunshan": {"erp", "portal"},
    "harbour": {"banking", "payments", "reports"},
    "linjiang": {"identity"},
    "changfeng": {"orders", "tracking"},
    "minghu": {"registration"},
}
FLAWS = {
    "yunshan": {Flaw.LATE: 1, None: 1},
    "harbour": {None: 2},
    "linjiang": {None: 2},
    "changfeng": {None: 1, Flaw.CUSTOMER_WORD: 1},
    "minghu": {None: 2, Flaw.NOT_WORKED: 4},
}
CORRECTED = {"harbour": Standing.APPLIED, "linjiang": Standing.CONTESTED, "changfeng": Standing.APPLIED}
CORRECTED |= {"minghu": Standing.APPLIED}
WORDS = {"harbour": Word.ACCEPTED, "linjiang": Word.ACCEPTED, "changfeng": Word.UNANSWERED}
"""What the customer said to the time that was not measured, or to the measuring error."""


@pytest.fixture(scope="module")
def may(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Statement]:
    """Customer -> the sealed statement of May 2026."""

    async def all_of_it(folder: Path) -> dict[str, Statement]:
        async with passed(folder, "2026-04-30", "2026-06-15") as year:
            return {customer: await statement(year, customer, MONTH) for customer in CUSTOMERS}

    return asyncio.run(once(tmp_path_factory, "years", all_of_it))


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_the_month_is_sealed_and_its_time_limits_stand_under_the_levels_of_the_profile(
    may: dict[str, Statement], customer: str
) -> None:
    one = may[customer]
    assert one.seal is not None
    assert one.agreements[-1].newest.profile is not None
    assert one.agreements[-1].newest.profile.name == CUSTOMERS[customer]
    clocks = [(case, clock) for case in one.cases for clock in case.commitments]
    assert {clock.name for _, clock in clocks} == LIMITS[customer]
    assert {clock.outcome for _, clock in clocks} >= {Outcome.MET, Outcome.MISSED}
    levels = {level.number: level for level in one.agreements[-1].newest.levels}
    for case, clock in clocks:
        level = levels[case.level]
        assert clock.name in {*level.commitments, *(level.outside_hours or ())}
        assert case.level_name == level.name


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_targets_exclusions_corrections_and_answers_are_told(may: dict[str, Statement], customer: str) -> None:
    one = may[customer]
    assert {part.component for part in one.components if part.verdict.value == "missed"} == MISSED_TARGETS[customer]
    assert Counter(entry.flaw for part in one.agreements for entry in part.exclusions) == FLAWS[customer]
    standings = [found.standing for _, found in Page(one, "en").corrections()]
    assert standings == ([CORRECTED[customer]] if customer in CORRECTED else [])
    assert (None if one.answer is None else one.answer.word) == WORDS.get(customer)


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_each_breach_has_its_remedy_and_nothing_else_has(may: dict[str, Statement], customer: str) -> None:
    one = may[customer]
    agreement = one.agreements[-1].newest
    named = {name for rule in agreement.remedies if isinstance(rule, PerBreach) for name in rule.each}
    missed = {
        (clock.name, case.id)
        for case, clock in Page(one, "en").clocks()
        if clock.outcome is Outcome.MISSED and clock.name in named
    }
    claimed = {(claim.kind, claim.breach.split("/")[1]) for claim in one.remedies.claims if claim.kind != "target"}
    assert claimed == missed
    sums = [claim.granted for claim in one.remedies.claims if claim.currency == "CNY"]
    assert 0 < sum(sums) <= _cap(agreement)
    assert sum(entry.amount for entry in one.remedies.entries if entry.currency == "CNY") == sum(sums)


def _cap(agreement: Agreement) -> int:
    """Twenty per cent of the named total, in hundredths."""
    amounts = {"yunshan": 456_000, "harbour": 1_440_000, "linjiang": 52_000, "changfeng": 18_000, "minghu": 720_000}
    return amounts[agreement.customer] * 100 // 5


def test_a_target_that_was_revised_inside_the_month_is_pooled(may: dict[str, Statement]) -> None:
    one = may["yunshan"]
    assert [version.availability.target for version in one.agreements[0].versions] == ["99.5", "99.9"]
    files = next(part for part in one.components if part.component == "files")
    assert files.account.budget is not None
    day = 24 * 3600 * 1000
    assert files.account.budget.allowed * 1000 == (15 * 5 + 16 * 1) * day


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("customer", CUSTOMERS)
def test_the_page_shows_all_that_paper_shows_in_words(may: dict[str, Statement], customer: str, language: str) -> None:
    one = may[customer]
    html = installed().formats["html"].render(one, language).decode()
    shown = " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())
    sheet = statement_sheet(one, language)
    for section in sheet.sections:
        assert section.title in shown
        for block in section.blocks:
            for row in block.rows if isinstance(block, Table) else ():
                for cell in row:
                    said = (cell.text, *cell.small, *(line.text for line in cell.lines))
                    assert all(" ".join(text.split()) in shown for text in said if not set(text) & set("&<>'\""))
    assert spoken_by(customer) not in shown, "a customer is called by his name"
    assert not re.search(rf"{one.components[0].component}/20\d\d-", shown), "an outage is called by its times"


def test_the_same_seed_tells_the_same_story(tmp_path: Path) -> None:
    async def days(folder: Path) -> tuple[list[str], int]:
        async with passed(folder, "2026-05-05", "2026-05-07") as year:
            one = await statement(year, "yunshan", MONTH)
            return [f"{case.id} {case.title} {case.reported_at} {case.commitments}" for case in one.cases], year.mails

    first, second = (asyncio.run(days(tmp_path / name)) for name in ("first", "second"))
    assert first == second
    assert first[0]
