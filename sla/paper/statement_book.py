"""The statement as a workbook: one table a sheet, availability and budget recomputed from the seconds beside them."""

from collections.abc import Iterator
from fractions import Fraction

from config.agreement import Agreement, ExclusionEffect, UnknownPolicy
from config.look.state import Shown, word
from sla.account import Class
from sla.answered import as_answered
from sla.cases import seconds, share
from sla.clause import clauses
from sla.display import cut, decimals
from sla.line import stretches
from sla.page import Page
from sla.paper.book import At, Book, Field, Formula, Seconds, Share, Tab, Value
from sla.paper.consent_book import consents
from sla.paper.quality_book import quality
from sla.paper.reckoning_book import reckoned
from sla.paper.sheet import Sheet
from sla.statement import ComponentPart, Statement
from sla.timelimit import commitment

_CLASSES = {
    Class.INACTIVE: "Outside service hours or coverage",
    Class.EXCLUDED: "Excluded",
    Class.UNOBSERVED: "Not measured",
    Class.COUNTED: "Counted",
    Class.REST: "Available",
}


def statement_book(statement: Statement, language: str, front: Sheet) -> Book:
    """`front` is the first page on paper; the summary says the same."""
    page = Page(statement, language)
    return Book(
        title=f"{front.title} {front.number}",
        author=front.author,
        zone=statement.zone,
        made_at=statement.issued_at,
        tabs=(
            _summary(page, front),
            consents(page, statement.zone),
            _availability(page),
            _outages(page),
            _exclusions(page),
            _corrections(page),
            _cases(page),
            *quality(page, statement.zone),
            *reckoned(page, statement.zone),
            _ledger(page),
            _terms(page),
        ),
    )


def _summary(page: Page, front: Sheet) -> Tab:
    statement, say = page.statement, page.say
    figures = ((one.title, f"{one.text} ({one.small})" if one.small else one.text) for one in front.figures)
    rows: list[tuple[Value, ...]] = [(front.title, front.subtitle)]
    rows += [(name, value) for name, value in (*front.facts, *figures, *front.measured)]
    rows += [(say("From"), At(instant=statement.window[0])), (say("To"), At(instant=statement.window[1]))]
    rows += [("", text) for text in (front.demo, *front.notices, front.summary, *page.remedy_notes()) if text]
    fields = (Field(title=say("What"), width=36), Field(title=_in_zone(page, "Value"), width=90))
    return Tab(name=say("Summary"), fields=fields, rows=tuple(rows))


def _in_zone(page: Page, title: str) -> str:
    """A head of times names their zone."""
    return f"{page.say(title)} ({page.statement.zone})"


def _availability(page: Page) -> Tab:
    say = page.say
    titles = (
        "Target, %",
        "Service time, s",
        "Excluded, s",
        "Not measured, s",
        "Observed downtime, s",
        "Counted, s",
        "Base, s",
        "Agreed time, s",
        "Availability",
        "Availability, exact",
        "Availability, as printed",
        "Budget, s",
        "Budget, exact",
        "Budget left, s",
        "Budget left, exact",
        "Lower bound",
        "Upper bound",
        "Coverage",
        "Excluded time removed",
        "Excluded time kept",
    )
    fields = (
        Field(title=say("Service"), width=28),
        Field(title=say("Agreement"), width=24),
        *(Field(title=say(title), width=16) for title in titles),
        Field(title=say("Verdict"), width=16),
    )
    rows = tuple(tuple(_availability_row(page, part)) for part in page.statement.components)
    return Tab(name=say("Availability"), fields=fields, rows=rows)


def _availability_row(page: Page, part: ComponentPart) -> Iterator[Value]:
    """Columns A to W; a formula stands where one rule held for the whole period, otherwise the sum of its parts."""
    account, budget, found = part.account, part.account.budget, part.counted
    versions = _versions(page, part)
    effects = {one.availability.exclusion_effect for one in versions}
    policies = {one.availability.unknown for one in versions}
    targets = {one.availability.target for one in versions}
    policy = next(iter(policies)) if len(policies) == 1 else None
    yield page.text(part.name)
    yield part.agreement.id
    yield Share(of_one=part.agreement.availability.share)
    yield Seconds(span=account.service_time)
    yield Seconds(span=account.excluded)
    yield Seconds(span=account.unobserved)
    yield Seconds(span=account.observed_loss)
    counted, base, agreed = Seconds(span=account.counted), Seconds(span=account.base), Seconds(span=account.agreed)
    yield (
        counted
        if policy is None
        else Formula(text="G{row}+F{row}" if policy is UnknownPolicy.AS_DOWN else "G{row}", value=counted)
    )
    yield (
        base
        if len(effects) != 1
        else Formula(text="D{row}-E{row}" if effects == {ExclusionEffect.REMOVED} else "D{row}", value=base)
    )
    yield (
        agreed
        if policy is None
        else Formula(text="I{row}-F{row}" if policy is UnknownPolicy.EXCLUDE else "I{row}", value=agreed)
    )
    yield _kept("1-H{row}/J{row}", account.availability)
    yield share(account.availability)
    yield cut(account.availability, decimals(part.agreement.availability.target))
    if budget is None:
        yield from (None,) * 4
    else:
        allowed = Seconds(span=budget.allowed)
        yield Formula(text="(1-C{row})*J{row}", value=allowed) if len(targets) == 1 else allowed
        yield str(seconds(budget.allowed))
        yield Formula(text="N{row}-H{row}", value=Seconds(span=budget.remaining))
        yield str(seconds(budget.remaining))
    yield _kept("1-(G{row}+F{row})/I{row}", account.lower)
    yield _kept("1-G{row}/I{row}", account.upper)
    yield _kept("1-F{row}/(D{row}-E{row})", account.coverage)
    yield share(found.removed)
    yield share(found.retained)
    yield None if budget is None else page.verdict(part.verdict)


def _kept(text: str, value: Fraction | None) -> Value:
    """Nothing where it would divide by nothing."""
    return None if value is None else Formula(text=text, value=Share(of_one=value))


def _versions(page: Page, part: ComponentPart) -> list[Agreement]:
    """Those that counted a part of the period."""
    return [
        version
        for one in page.statement.agreements
        if one.newest.id == part.agreement.id
        for version, _ in stretches(as_answered(one.versions, page.statement.answer), part.component, one.window)
    ]


def _outages(page: Page) -> Tab:
    say = page.say
    fields = (
        Field(title=say("Service"), width=28),
        Field(title=_in_zone(page, "From"), width=24),
        Field(title=_in_zone(page, "To"), width=24),
        Field(title=say("State"), width=16),
        Field(title=say("Lasted, s")),
        Field(title=say("Excluded, s")),
        Field(title=say("Counted, s")),
        Field(title=say("Counted, exact")),
        Field(title=say("Reason"), width=40),
    )
    rows = tuple(
        (
            page.text(part.name),
            At(instant=one.start),
            say("open") if one.open else At(instant=one.end),
            word(Shown(one.state), page.language),
            Seconds(span=one.end - one.start),
            Seconds(span=one.excluded),
            Seconds(span=one.counted),
            str(seconds(one.counted)),
            page.because(one),
        )
        for part in page.statement.components
        for one in part.counted.outages
    )
    return Tab(name=say("Outages"), fields=fields, rows=rows)


def _exclusions(page: Page) -> Tab:
    say = page.say
    fields = (
        Field(title=say("Number"), width=16),
        Field(title=_in_zone(page, "From"), width=24),
        Field(title=_in_zone(page, "To"), width=24),
        Field(title=say("Services"), width=36),
        Field(title=say("Category"), width=28),
        Field(title=_in_zone(page, "Notice given"), width=24),
        Field(title=say("Ahead, s")),
        Field(title=say("Needed, s")),
        Field(title=say("Asked by"), width=24),
        Field(title=say("Approved by"), width=24),
        Field(title=say("Customer’s word entered by"), width=40),
        Field(title=say("Effect"), width=36),
    )
    rows = tuple(
        (
            one.id,
            At(instant=one.start),
            At(instant=one.end),
            page.names(one.components),
            page.category(one),
            None if one.given_at is None else At(instant=one.given_at),
            None if one.ahead is None else Seconds(span=one.ahead),
            None if one.needed is None else Seconds(span=one.needed),
            page.who(one.requested_by),
            page.who(one.approved_by),
            " ".join(page.writer(one.writer)) or None,
            say("excluded") if one.valid else f"{say('Invalid')}{say(', ')}{page.flaw(one)}",
        )
        for part in page.statement.agreements
        for one in part.exclusions
    )
    return Tab(name=say("Excluded time"), fields=fields, rows=rows)


def _corrections(page: Page) -> Tab:
    say = page.say
    fields = (
        Field(title=say("Number"), width=16),
        Field(title=say("Service"), width=24),
        Field(title=_in_zone(page, "From"), width=24),
        Field(title=_in_zone(page, "To"), width=24),
        Field(title=say("State"), width=16),
        Field(title=say("Reason"), width=40),
        Field(title=say("Evidence"), width=40),
        Field(title=say("Asked by"), width=24),
        Field(title=say("Approved by"), width=24),
        Field(title=say("Customer’s word entered by"), width=40),
        Field(title=say("Effect"), width=40),
        Field(title=say("In the other reading, counted, s"), width=20),
        Field(title=say("In the other reading, availability"), width=24),
    )
    rows = tuple(
        (
            one.correction.id,
            page.text(part.name),
            At(instant=one.correction.start),
            At(instant=one.correction.end),
            word(Shown(one.correction.state), page.language),
            one.correction.reason,
            one.correction.evidence,
            page.who(one.correction.requested_by),
            page.who(one.second),
            " ".join(page.writer(one.writer)) or None,
            page.standing(one),
            Seconds(span=one.counted_otherwise),
            share(one.otherwise),
        )
        for part, one in page.corrections()
    )
    return Tab(name=say("Corrections"), fields=fields, rows=rows)


def _cases(page: Page) -> Tab:
    """A row for each clock; a case without any has one row."""
    say = page.say
    fields = (
        Field(title=say("Case"), width=18),
        Field(title=say("Level"), width=14),
        Field(title=say("Title"), width=40),
        Field(title=say("Service"), width=24),
        Field(title=_in_zone(page, "Reported"), width=24),
        Field(title=_in_zone(page, "Closed"), width=24),
        Field(title=say("Time limit"), width=18),
        Field(title=_in_zone(page, "Begun"), width=24),
        Field(title=_in_zone(page, "Due"), width=24),
        Field(title=_in_zone(page, "Done"), width=24),
        Field(title=say("Outcome"), width=14),
    )
    rows: list[tuple[Value, ...]] = []
    for case in page.statement.cases:
        own: tuple[Value, ...] = (
            case.id,
            page.level(case),
            page.title_of(case),
            None if case.component is None else page.name(case.component),
            At(instant=case.reported_at),
            None if case.closed_at is None else At(instant=case.closed_at),
        )
        clocks: list[tuple[Value, ...]] = [
            (
                commitment(page, one),
                At(instant=one.started_at),
                None if one.due_at is None else At(instant=one.due_at),
                None if one.done_at is None else At(instant=one.done_at),
                say(_OUTCOMES[one.outcome.value]),
            )
            for one in case.commitments
        ]
        rows += [(*own, *clock) for clock in clocks or [(None,) * 5]]
    return Tab(name=say("Cases and time limits"), fields=fields, rows=tuple(rows))


_OUTCOMES = {"met": "Met", "missed": "Missed", "open": "Open"}


def _ledger(page: Page) -> Tab:
    """Every second of the period in exactly one class, with what put it there."""
    say = page.say
    fields = (
        Field(title=say("Service"), width=28),
        Field(title=_in_zone(page, "From"), width=24),
        Field(title=_in_zone(page, "To"), width=24),
        Field(title=say("Seconds")),
        Field(title=say("Class"), width=30),
        Field(title=say("Cause"), width=36),
        Field(title=say("Incident"), width=18),
    )
    rows = tuple(
        (
            page.text(part.name),
            At(instant=one.start),
            At(instant=one.end),
            Seconds(span=one.length),
            say(_CLASSES[one.entry]),
            one.cause or None,
            one.incident,
        )
        for part in page.statement.components
        for one in part.ledger
    )
    return Tab(name=say("Seconds ledger"), fields=fields, rows=rows)


def _terms(page: Page) -> Tab:
    say = page.say
    fields = (
        Field(title=say("Agreement"), width=28),
        Field(title=say("Version"), width=10),
        Field(title=say("Term"), width=90),
        Field(title=say("Stands in"), width=28),
    )
    rows = tuple(
        (version.id, version.version, one.text, one.origin)
        for part in page.statement.agreements
        for version in part.versions
        for one in clauses(version, page.language)
    )
    return Tab(name=say("Terms of the agreement"), fields=fields, rows=rows)
