"""How it was counted: the sums of every service, its days, and every term of the agreement as a sentence."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from config.agreement import Period as Kind
from config.instant import Span
from config.look.figure import named_day
from sla.account import Account
from sla.answered import as_answered
from sla.clause import clauses
from sla.days import marks
from sla.line import account_of
from sla.page import Page
from sla.paper.sheet import Cell, Column, Note, Section, Table
from sla.statement import ComponentPart


def counting(page: Page) -> Section:
    say = page.say
    titles = ("Service time", "Excluded", "Not measured", "Agreed time", "Counted", "Budget")
    columns = (Column(title=say("Service"), share=1), *(Column(title=say(one), right=True) for one in titles))
    rows: list[tuple[Cell, ...]] = []
    for part in page.statement.components:
        account, budget = part.account, part.account.budget
        small = [
            page.say("measuring error at most {length}", length=page.lasted(part.counted.uncertainty)),
            say("availability {fraction}", fraction=page.fraction(account.availability)),
        ]
        sums: list[Span | Fraction] = [account.service_time, account.excluded, account.unobserved, account.agreed]
        rows.append(
            (
                Cell(text=page.text(part.name), small=tuple(small)),
                *(Cell(text=page.seconds(one)) for one in (*sums, account.counted)),
                Cell() if budget is None else Cell(text=page.seconds(budget.allowed)),
            )
        )
    method = say(
        "Availability = 1 − counted ÷ agreed time; the target is met if what was counted is at most the budget. "
        "Whole seconds and exact fractions throughout; no verdict reads a rounded figure."
    )
    people = say(
        "People stand by the ids the provider gave them, which he explains on request; who spoke for the customer "
        "stands under the customer's name."
    )
    return Section(
        title=say("How it was counted"),
        note=say("in seconds; exact fractions throughout"),
        blocks=(Table(columns=columns, rows=tuple(rows)), Note(text=method), Note(text=people)),
    )


def terms(page: Page) -> Iterator[Section]:
    """Every version in force, in full, with where each sentence stands."""
    say = page.say
    columns = (Column(title=say("Term"), share=1), Column(title=say("Stands in"), right=True))
    for part in page.statement.agreements:
        for version in part.versions:
            rows = tuple(
                (Cell(text=one.text), Cell(text=one.origin, soft=True)) for one in clauses(version, page.language)
            )
            sheets = tuple(
                Note(text=f"{sheet.ref} sha256 {sheet.sha256}")
                for sheet in (version.terms, version.profile)
                if sheet is not None
            )
            yield Section(
                title=say("Terms of the agreement"),
                note=say("{agreement}, version {number}", agreement=version.id, number=version.version),
                blocks=(Table(columns=columns, rows=rows), *sheets),
            )


def by_day(page: Page) -> Section | None:
    """The month of the service with the least budget left, day by day; the days add up to the month."""
    part = page.tightest()
    if part is None or page.statement.period.kind is not Kind.MONTH:
        return None
    say = page.say
    columns = (
        Column(title=say("Day"), share=2),
        *(
            Column(title=say(one), right=True, share=1)
            for one in ("Service time", "Excluded", "Not measured", "Counted", "Availability")
        ),
    )
    accounts = _days(page, part)
    rows = [
        (
            Cell(text=named_day(one.window[0], page.statement.zone, page.language)),
            *_sums(page, part, one, strong=False),
        )
        for one in accounts
    ]
    rows.append((Cell(text=say("Total"), strong=True), *_sums(page, part, part.account, strong=True)))
    return Section(
        title=say("By day: {name}", name=page.text(part.name)),
        note=say("in seconds; the days add up to the month"),
        blocks=(Table(columns=columns, rows=tuple(rows)),),
        fresh=True,
    )


def _days(page: Page, part: ComponentPart) -> list[Account]:
    within = next(one for one in page.statement.agreements if one.newest.id == part.agreement.id)
    starts = [one.start for one in marks(part.counted, page.statement.zone)]
    windows = pairwise([*starts, part.account.window[1]])
    versions = as_answered(within.versions, page.statement.answer)
    return [account_of(part.counted.line, versions, part.component, within.exclusions, window) for window in windows]


def _sums(page: Page, part: ComponentPart, one: Account, *, strong: bool) -> tuple[Cell, ...]:
    """Nothing is printed softly, so that what counts is seen."""
    sums = (one.service_time, one.excluded, one.unobserved, one.counted)
    return (
        *(Cell(text=page.seconds(span), strong=strong, soft=not span) for span in sums),
        Cell(text=page.share(part, one.availability), strong=strong),
    )
