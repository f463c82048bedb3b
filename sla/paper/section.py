"""The numbered sections of a statement on paper, in their order. An empty one says so in words."""

from collections.abc import Iterable, Iterator

from config.agreement import Period as Kind
from config.look.figure import day, grouped, listed, moment
from config.look.state import Shown, word
from sla.days import marks
from sla.page import Page
from sla.paper.budget import budgets
from sla.paper.change import changed
from sla.paper.counting import by_day, counting, terms
from sla.paper.exclusion import corrected, excluded
from sla.paper.indicator import indicators
from sla.paper.measure import measures
from sla.paper.remedy import owed
from sla.paper.satisfaction import satisfaction
from sla.paper.sheet import Cell, Column, Line, Note, Pairs, Section, Signatures, Strip, Strips, Table
from sla.record import CaseRecord, CommitmentRecord, Outcome
from sla.statement import ComponentPart
from sla.timelimit import commitment, took

_SHOWN = {"excluded": "Down, but excluded", "inactive": "Nothing was counted"}


def sections(page: Page, record_sha256: str) -> Iterator[Section]:
    yield _availability(page)
    yield from budgets(page)
    if page.statement.period.kind is Kind.MONTH and page.statement.components:
        yield _month(page)
    yield _outages(page)
    yield excluded(page)
    yield _cases(page)
    yield indicators(page)
    yield satisfaction(page)
    yield from owed(page)
    yield _open_items(page)
    yield _improvements(page)
    yield corrected(page)
    yield changed(page)
    yield counting(page)
    yield from terms(page)
    yield _verification(page, record_sha256)
    if not page.statement.provisional:
        yield _signatures(page)
    days = by_day(page)
    if days is not None:
        yield days


def _availability(page: Page) -> Section:
    say = page.say
    columns = (
        Column(title=say("Service"), share=1),
        Column(title=say("Availability"), right=True),
        Column(title=say("Target"), right=True),
        Column(title=say("Verdict")),
        Column(title=say("Counted"), right=True),
        Column(title=say("Budget used"), right=True),
        Column(title=say("Bounds"), right=True),
        Column(title=say("Coverage"), right=True),
    )
    return Section(
        title=say("Availability"),
        note=say("cut, never rounded up; verdicts read the exact value"),
        blocks=(
            Table(columns=columns, rows=tuple(_availability_row(page, part) for part in page.statement.components)),
            Note(text=say("Bounds: all time not measured counted as down, or all as up.")),
        ),
    )


def _availability_row(page: Page, part: ComponentPart) -> tuple[Cell, ...]:
    budget = part.account.budget
    small = [
        page.say(
            "excluded time removed: {removed}; kept: {retained}",
            removed=page.share(part, part.counted.removed),
            retained=page.share(part, part.counted.retained),
        )
    ]
    if part.year_so_far is not None and part.year_so_far.budget is not None:
        small.append(
            page.say(
                "year so far: {share}; budget left: {left}",
                share=page.share(part, part.year_so_far.availability),
                left=page.signed(part.year_so_far.budget.remaining),
            )
        )
    return (
        Cell(text=page.text(part.name), small=tuple(small)),
        Cell(text=page.share(part, part.account.availability), strong=True),
        Cell(text=page.target(part)),
        Cell() if budget is None else Cell(text=page.verdict(part.verdict), mark=part.verdict.value),
        Cell(text=page.lasted(part.account.counted)),
        Cell(text=page.budget_used(part)),
        Cell(text=page.bounds(part)),
        Cell(text=page.share(part, part.account.coverage)),
    )


def _month(page: Page) -> Section:
    zone, language = page.statement.zone, page.language
    strips: list[Strip] = []
    last = 0
    for part in page.statement.components:
        days = marks(part.counted, zone)
        last = max(last, len(days))
        told = [
            page.say("{day}: {state}", day=day(one.start, zone, language), state=_shown(page, one.shows))
            for one in days
            if one.shows != Shown.UP
        ]
        words = listed(told, language) if told else page.say("every day up")
        strips.append(Strip(name=page.text(part.name), days=tuple(one.shows for one in days), words=words))
    named = tuple(sorted({1, *range(5, last - 1, 5), last}))
    return Section(
        title=page.say("The month"),
        note=page.say(
            "height: worst state of the day; hollow: not measured; dashes: agreed maintenance; "
            "red outline: down but excluded"
        ),
        blocks=(Strips(strips=tuple(strips), named=named),),
    )


def _shown(page: Page, shows: str) -> str:
    return page.say(_SHOWN[shows]) if shows in _SHOWN else word(Shown(shows), page.language)


def _outages(page: Page) -> Section:
    say = page.say
    columns = (
        Column(title=say("Service and reason"), share=1),
        Column(title=say("From, to")),
        Column(title=say("State")),
        Column(title=say("Lasted"), right=True),
        Column(title=say("Excluded"), right=True),
        Column(title=say("Counted"), right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for part in page.statement.components:
        rows += [
            (
                Cell(text=page.text(part.name), small=tuple(filter(None, [page.because(outage)]))),
                Cell(text=page.outage_span(outage)),
                Cell(text=word(Shown(outage.state), page.language), glyph=outage.state.value),
                Cell(text=page.lasted(outage.end - outage.start)),
                Cell(text=page.lasted(outage.excluded)),
                Cell(text=page.lasted(outage.counted), strong=True),
            )
            for outage in part.counted.outages
        ]
        if len(part.counted.outages) > 1:
            total = page.lasted(sum(outage.counted for outage in part.counted.outages))
            rows.append(
                (
                    Cell(text=say("{name}, total", name=page.text(part.name)), strong=True, span=5),
                    Cell(text=total, strong=True),
                )
            )
    return Section(
        title=say("Outages"),
        note=say("from the first failing check to the first good one"),
        blocks=(_table(columns, rows, say("No outage.")),),
    )


def _cases(page: Page) -> Section:
    say = page.say
    columns = (
        Column(title=say("Case")),
        Column(title=say("Level"), share=2),
        Column(title=say("Title"), share=3),
        Column(title=say("Reported")),
        Column(title=say("Time limits")),
    )
    rows = [
        (
            Cell(text=case.id),
            Cell(text=page.level(case)),
            Cell(text=page.title_of(case), small=() if case.component is None else (page.name(case.component),)),
            Cell(text=moment(case.reported_at, page.statement.zone, page.language)),
            Cell(lines=tuple(_clock(page, case, clock) for clock in case.commitments)),
        )
        for case in page.statement.cases
    ]
    kept = [clock.outcome for _, clock in page.clocks()]
    note = say(
        "{met} time limits met, {missed} missed, {open} open",
        met=kept.count(Outcome.MET),
        missed=kept.count(Outcome.MISSED),
        open=kept.count(Outcome.OPEN),
    )
    return Section(
        title=say("Cases and time limits"), note=note if kept else "", blocks=(_table(columns, rows, say("No case.")),)
    )


def _clock(page: Page, case: CaseRecord, clock: CommitmentRecord) -> Line:
    text = f"{commitment(page, clock)} {took(page, case, clock)}"
    return Line(text=text, mark=clock.outcome.value, strong=clock.outcome is Outcome.MISSED)


def _open_items(page: Page) -> Section:
    """What is not closed at the period's end."""
    say, end = page.say, page.statement.window[1]
    left = [case for case in page.statement.cases if case.closed_at is None or case.closed_at >= end]
    rows = [(Cell(text=case.id), Cell(text=page.title_of(case))) for case in left]
    wanted = say("Its low rating waits for cause and measure.")
    rows += [(Cell(text=one.case), Cell(text=wanted)) for one in page.statement.ratings if one.open(end)]
    columns = (Column(title=say("Case")), Column(title=say("Title"), share=1))
    return Section(title=say("Open items"), blocks=(_table(columns, rows, say("Nothing was open at the end.")),))


def _improvements(page: Page) -> Section:
    zone, language = page.statement.zone, page.language
    table = measures(
        page.statement.measures,
        page.statement.window[1],
        page.say,
        page.who,
        lambda at: moment(at, zone, language),
    )
    return Section(title=page.say("Improvement measures"), blocks=(table,))


def _verification(page: Page, record_sha256: str) -> Section:
    """What the figures can be checked against; who holds the record can compare its digest."""
    say, seal = page.say, page.statement.seal
    pairs = [(say("Record, SHA-256"), in_eights(record_sha256))]
    if seal is None:
        note = say("The record is attached to this file. It is not sealed: no signature stands for it yet.")
        return Section(title=say("Verification"), blocks=(Pairs(pairs=tuple(pairs)), Note(text=note)))
    at = moment(seal.sealed_at, page.statement.zone, page.language, seconds=True)
    tree = say("{size} leaves, root {root}", size=grouped(seal.tree_size), root=in_eights(seal.root))
    pairs += [
        (say("Sealed"), at),
        (say("Ledger checkpoint"), tree),
        (say("Key"), seal.key_id),
        (say("Signature, Ed25519"), seal.signature),
        (say("Check it yourself, offline"), "upheld verify BUNDLE --key PUB"),
    ]
    if seal.replaces is not None:
        pairs.append((say("Takes the place of"), f"{page.replaced()} {in_eights(seal.replaces.record_sha256)}"))
    note = say(
        "The record is attached to this file. The seal signs its hash; whoever holds the evidence bundle and our "
        "public key recomputes every figure without us."
    )
    return Section(title=say("Verification"), blocks=(Pairs(pairs=tuple(pairs)), Note(text=note)))


def in_eights(digest: str) -> str:
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _signatures(page: Page) -> Section:
    say = page.say
    return Section(
        title=say("Confirmed by both sides"),
        joined=True,
        blocks=(
            Signatures(
                sides=page.sides,
                signature=say("Signature"),
                date=say("Date"),
                stamp=say("(seal)"),
            ),
        ),
    )


def _table(columns: tuple[Column, ...], rows: Iterable[tuple[Cell, ...]], empty: str) -> Table:
    made = tuple(rows)
    return Table(columns=columns, rows=made or ((Cell(text=empty, span=len(columns)),),))
