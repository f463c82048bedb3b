"""Sheets of the workbook on what follows from the figures: remedies, shorter periods, what may still come, changes."""

from collections.abc import Iterator
from fractions import Fraction

from config.agreement import Agreement
from sla.cases import seconds, share
from sla.money import part_of, places
from sla.page import Page
from sla.paper.book import At, Field, Formula, Money, Seconds, Share, Tab, Value
from sla.paper.change import act_of, name_of, since_then, value_of
from sla.remedy import Claim
from sla.remedyclause import base_name
from sla.statement import ComponentPart, ShorterPart


def reckoned(page: Page, zone: str) -> Iterator[Tab]:
    """Those of which the statement has something to say; `zone` is what a head of times adds. Changes always."""
    if page.statement.remedies.settled:
        yield _remedies(page)
    shorter = tuple(_shorter(page, part, one) for part in page.statement.components for one in part.parts)
    if shorter:
        yield _parts(page, shorter)
    coming = tuple(row for part in page.statement.components for row in _coming(page, part))
    if coming:
        yield _budgets(page, zone, coming)
    yield _changes(page, zone)
    if page.statement.case_changes:
        yield _case_changes(page, zone)


def _remedies(page: Page) -> Tab:
    say = page.say
    fields = (
        Field(title=say("Breach"), width=36),
        Field(title=say("Causes"), width=40),
        Field(title=say("Of"), width=24),
        Field(title=say("Amount")),
        Field(title=say("Share")),
        Field(title=say("By the rule")),
        Field(title=say("Owed already for the same outage"), width=18),
        Field(title=say("Above the cap")),
        Field(title=say("Owed")),
        Field(title=say("Currency"), width=10),
        Field(title=say("Calendar days more of the term"), width=18),
    )
    remedies = page.statement.remedies
    terms = {agreement.id: agreement for agreement, _, _ in remedies.settled}
    told = zip(page.remedy_rows(), remedies.claims, strict=True)
    rows = tuple((row.breach, row.causes, *_claim(claim, terms[claim.agreement], page.language)) for row, claim in told)
    return Tab(name=say("Remedies"), fields=fields, rows=rows)


def _claim(claim: Claim, agreement: Agreement, language: str) -> Iterator[Value]:
    """Columns C to K. The rule's amount is a formula unless it was rounded: no program rounds money half to even."""
    currency = claim.currency
    if currency is None or claim.base is None or claim.percent is None:
        yield from (None,) * 7
        yield None
        yield claim.days
        return

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    amount, _ = agreement.stated[claim.base]
    whole = Fraction(amount) * 10 ** places(currency)
    full = money(claim.full)
    yield base_name(agreement, claim.base, language)
    yield money(int(whole)) if whole.denominator == 1 else amount
    yield Share(of_one=Fraction(claim.percent) / 100)
    exact = whole.denominator == 1 and part_of(amount, claim.percent, currency) == whole * Fraction(claim.percent) / 100
    yield Formula(text="D{row}*E{row}", value=full) if exact else full
    yield money(claim.full - claim.due)
    yield money(claim.capped)
    yield Formula(text="F{row}-G{row}-H{row}", value=money(claim.granted))
    yield currency
    yield claim.days or None


def _parts(page: Page, rows: tuple[tuple[Value, ...], ...]) -> Tab:
    say = page.say
    fields = (
        Field(title=say("Service"), width=28),
        Field(title=say("Period"), width=20),
        Field(title=say("Counted, s")),
        Field(title=say("Agreed time, s"), width=16),
        Field(title=say("Availability"), width=16),
        Field(title=say("Availability, exact"), width=20),
        Field(title=say("Coverage"), width=16),
        Field(title=say("Verdict"), width=16),
    )
    return Tab(name=say("Its parts"), fields=fields, rows=rows)


def _shorter(page: Page, part: ComponentPart, one: ShorterPart) -> tuple[Value, ...]:
    account, budget = one.account, one.account.budget
    available, coverage = account.availability, account.coverage
    return (
        page.text(part.name),
        page.period_name(one.period),
        Seconds(span=account.counted),
        Seconds(span=account.agreed),
        None if available is None else Formula(text="1-C{row}/D{row}", value=Share(of_one=available)),
        share(available),
        None if coverage is None else Share(of_one=coverage),
        page.verdict(budget.verdict) if one.judged and budget else None,
    )


def _budgets(page: Page, zone: str, rows: tuple[tuple[Value, ...], ...]) -> Tab:
    say = page.say
    fields = (
        Field(title=say("Service"), width=28),
        Field(title=say("Period"), width=20),
        Field(title=say("Budget, s"), width=16),
        Field(title=say("Counted, s"), width=16),
        Field(title=say("Budget left, s"), width=16),
        Field(title=say("Budget left, exact"), width=20),
        Field(title=say("Expected downtime, s"), width=16),
        Field(title=f"{say('Used up')} ({zone})", width=24),
    )
    return Tab(name=say("What may still come"), fields=fields, rows=rows)


def _coming(page: Page, part: ComponentPart) -> Iterator[tuple[Value, ...]]:
    one = part.forecast
    if one is None:
        return
    yield (
        page.text(part.name),
        page.period_name(one.period),
        Seconds(span=one.allowed),
        Seconds(span=one.allowed - one.remaining),
        Formula(text="C{row}-D{row}", value=Seconds(span=one.remaining)),
        str(seconds(one.remaining)),
        None if one.expected is None else Seconds(span=one.expected),
        None if one.used_up_at is None else At(instant=one.used_up_at),
    )


def _changes(page: Page, zone: str) -> Tab:
    say = page.say
    fields = (
        Field(title=f"{say('When')} ({zone})", width=24),
        Field(title=say("Check"), width=28),
        Field(title=say("Service"), width=28),
        Field(title=say("What"), width=32),
        Field(title=say("Before"), width=32),
        Field(title=say("After"), width=32),
    )
    rows = tuple(
        (
            At(instant=one.at),
            one.check,
            page.name(one.component),
            name_of(page, one.name),
            value_of(page, one.name, one.before),
            value_of(page, one.name, one.after),
        )
        for one in page.statement.changes
    )
    return Tab(name=say("Changed by the provider"), fields=fields, rows=rows)


def _case_changes(page: Page, zone: str) -> Tab:
    say = page.say
    fields = (
        Field(title=f"{say('When')} ({zone})", width=24),
        Field(title=say("Case"), width=18),
        Field(title=say("What"), width=36),
        Field(title=say("Since then"), width=48),
        Field(title=say("By"), width=20),
        Field(title=say("Why"), width=40),
        Field(title=f"{say('Seen by the customer')} ({zone})", width=24),
    )
    rows = tuple(
        (
            At(instant=one.at),
            one.case,
            act_of(page, one),
            say("; ").join(since_then(page, one)),
            page.who(one.by),
            one.reason,
            None if one.seen_at is None else At(instant=one.seen_at),
        )
        for one in page.statement.case_changes
    )
    return Tab(name=say("Levels and stopped clocks"), fields=fields, rows=rows)
