"""What reports say in one language: sentences, times and names, ready for a sheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from config.agreement import Period as Kind
from config.instant import Instant, Span
from config.language import choose
from config.look import sentence
from config.look.figure import RANGE, full_day, length, listed, moment, month, time_of_day
from config.look.reason import reason_text
from config.value import Text
from sla.clause import ROOM
from sla.commitment import commitment_name
from sla.paper.sheet import Cell, Column, Line, Signatures, Table
from sla.period import parse_period
from sla.record import CaseRecord, CommitmentRecord, Outcome
from sla.report import Frame


@dataclass(frozen=True, slots=True)
class Voice:
    frame: Frame
    language: str

    def t(self, text: str, /, **values: object) -> str:
        return sentence(ROOM, self.language, text, **values)

    say = t

    def text(self, text: Text) -> str:
        return choose(text, self.language)

    def listed(self, names: Iterable[str]) -> str:
        return listed(list(names), self.language)

    # times

    def time(self, at: Instant | None, *, seconds: bool = True) -> str:
        """`18 Nov 14:32:08`; a dash for none."""
        return RANGE if at is None else moment(at, self.frame.zone, self.language, seconds=seconds)

    def day(self, at: Instant) -> str:
        return full_day(at, self.frame.zone, self.language)

    def day_and_time(self, at: Instant | None) -> str:
        """`18 November 2026 14:32`."""
        return RANGE if at is None else f"{self.day(at)} {time_of_day(at, self.frame.zone)}"

    def period(self, written: str) -> str:
        """`October 2026`, `Q4 2026` for `2026-10`, `2026-Q4`."""
        period = parse_period(written)
        if period.kind is Kind.MONTH:
            return month(period.year, period.number, self.language)
        return self.t("Q{number} {year}", number=period.number, year=period.year)

    def lasted(self, span: Span | Fraction) -> str:
        return length(span, self.language)

    def between(self, start: Instant, end: Instant | None) -> str:
        """How long; a dash while it lasts."""
        return RANGE if end is None else self.lasted(end - start)

    # people and words

    def who(self, by: str) -> str:
        """`person:li` by name, the customer by his, what the program did itself as that."""
        kind, _, name = by.partition(":")
        if kind == "customer":
            known = self.frame.customer_name
            return self.text(known) if known is not None and name == self.frame.customer else name
        if kind == "person":
            return self.person(name)
        if kind == "source":
            return self.t("source {name}", name=name)
        return self.t("by itself")

    def person(self, name: str) -> str:
        return self.text(self.frame.people.get(name, name))

    def because(self, title: str) -> str:
        """What the first failing check saw, or a person's or a sender's words as they are."""
        return reason_text(title, self.language) or title

    # cases

    def title_of(self, case: CaseRecord) -> str:
        return self.because(case.title) if case.incident is not None else case.title

    def level(self, case: CaseRecord) -> str:
        return f"{case.level} {self.text(case.level_name)}"

    def clock(self, clock: CommitmentRecord) -> Line:
        """`Respond 6 min of 30 min`, with its mark."""
        text = f"{commitment_name(clock.name, self.language)} {self._took(clock)}"
        return Line(text=text, mark=clock.outcome.value, strong=clock.outcome is Outcome.MISSED)

    def _took(self, clock: CommitmentRecord) -> str:
        limit = None if clock.due_at is None else self.lasted(clock.due_at - clock.started_at)
        if clock.done_at is None:
            text = self.t("limit {limit}", limit=limit) if limit else self.t("open")
            return self.t("missed, {limit}", limit=text) if clock.outcome is Outcome.MISSED else text
        spent = self.lasted(clock.done_at - clock.started_at)
        return self.t("{used} of {allowed}", used=spent, allowed=limit) if limit else spent

    # blocks

    def table(self, columns: tuple[Column, ...], rows: Iterable[tuple[Cell, ...]], empty: str) -> Table:
        """Without a row it says so in words."""
        made = tuple(rows)
        return Table(columns=columns, rows=made or ((Cell(text=empty, span=len(columns)),),))

    def facts(self, pairs: Iterable[tuple[str, str]]) -> Table:
        """Name and value, a row each."""
        columns = (Column(title=self.t("What")), Column(title=self.t("As recorded"), share=1))
        return Table(
            columns=columns, rows=tuple((Cell(text=name, soft=True), Cell(text=value)) for name, value in pairs)
        )

    def cases(self, cases: Iterable[CaseRecord]) -> Table:
        columns = (
            Column(title=self.t("Case")),
            Column(title=self.t("Level")),
            Column(title=self.t("Title"), share=1),
            Column(title=self.t("Reported")),
            Column(title=self.t("Time limits")),
        )
        rows = (
            (
                Cell(text=case.id),
                Cell(text=self.level(case)),
                Cell(text=self.title_of(case)),
                Cell(text=self.time(case.reported_at, seconds=False)),
                Cell(lines=tuple(self.clock(clock) for clock in case.commitments)),
            )
            for case in cases
        )
        return self.table(columns, rows, self.t("No case."))

    def signatures(self) -> Signatures:
        customer = self.frame.customer_name
        sides = [self.t("Provider: {name}", name=self.text(self.frame.provider))]
        if customer is not None:
            sides.append(self.t("Customer: {name}", name=self.text(customer)))
        return Signatures(
            sides=tuple(sides), signature=self.t("Signature"), date=self.t("Date"), stamp=self.t("(seal)")
        )
