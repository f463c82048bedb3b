"""What the printed statement says, in one language: words and figures ready for the template."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from config.agreement import Period as Kind
from config.instant import MINUTE, SECOND, Instant, Span, parse_rfc3339
from config.language import CHINESE, choose
from config.look import sentence
from config.look.figure import MINUS, NARROW, RANGE, day, grouped, length, listed, moment, percent, time_of_day
from config.look.reason import reason_text
from config.remedy import TARGET
from config.value import Text
from sla.account import Verdict
from sla.cases import share
from sla.clause import CATEGORIES, ROOM
from sla.display import decimals, used
from sla.exclusion import Exclusion, Flaw
from sla.line import Outage
from sla.obstacle import Obstacle
from sla.overlay import Corrected, Standing
from sla.own import ANOTHER
from sla.period import Period
from sla.record import CaseRecord, CommitmentRecord, Outcome, Word
from sla.remedyclause import per_cent
from sla.remedypage import Row, follow_ups, rows, totals
from sla.statement import ComponentPart, Statement
from sla.title import TITLES, agreement_name, period_name, sides
from sla.word import CONFIGURATION, Writer

VERDICTS = {
    Verdict.MET: "Met",
    Verdict.MISSED: "Missed",
    Verdict.SENSITIVE: "Open",
    Verdict.NOT_APPLICABLE: "Not applicable",
}
_PER = {Kind.MONTH: "per month", Kind.QUARTER: "per quarter", Kind.YEAR: "per year"}
_OBSTACLES = {
    Obstacle.RUNNING: "The period has not ended; everything here may change.",
    Obstacle.GRACE: "Late observations are still accepted; figures may change.",
    Obstacle.CALENDAR: "The official calendar of the period is not published; days off and make-up days are missing.",
    Obstacle.SENSITIVE: "The verdict depends on time that was not measured; the customer decides how it counts.",
    Obstacle.COVERAGE: "Less than 99 per cent of the time was measured; the customer decides how the rest counts.",
    Obstacle.MEASURING_ERROR: "The measuring error alone could turn the verdict; it needs the customer's word.",
}
_ANSWERS = {
    Word.ACCEPTED: "The customer accepted on {at} how the time that was not measured counts ({by}).",
    Word.CONTESTED: "The customer contested it on {at} ({by}): the time that was not measured counts as down.",
    Word.UNANSWERED: "Asked on {asked}, the customer had not answered by {at}: "
    "the time that was not measured counts as down.",
}
_FLAWS = {
    Flaw.WITHDRAWN: "withdrawn",
    Flaw.COUNTED: "by its own plan it counts",
    Flaw.CATEGORY: "the agreement does not allow this category",
    Flaw.CUSTOMER_WORD: "the customer's word is missing",
    Flaw.LATE: "announced too late",
    Flaw.UNPROVEN: "nothing proves that it was announced",
    Flaw.UNCONFIRMED: "confirmed by nobody",
    Flaw.NOT_WORKED: "no work is recorded in it",
    Flaw.CAP: "the month's limit was used up",
}
_STANDINGS = {
    Standing.APPLIED: "Adopted: counted as corrected",
    Standing.REQUESTED: "Not counted: approved by no second person",
    Standing.UNCONFIRMED: "Not counted: it favours the provider and the customer has not confirmed it",
    Standing.CONTESTED: "Not counted: it favours the provider and the customer contests it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The set of figures at the top: of the component with the least budget left."""

    name: str
    availability: str
    fraction: str
    target: str
    per: str
    verdict: Verdict
    used: str
    of: str


@dataclass(frozen=True, slots=True)
class Page:
    """Reads a statement aloud in one language."""

    statement: Statement
    language: str

    def say(self, text: str, /, **values: object) -> str:
        return sentence(ROOM, self.language, text, **values)

    def text(self, text: Text) -> str:
        return choose(text, self.language)

    def name(self, component: str) -> str:
        return self.text(self.statement.names.get(component, component))

    def names(self, components: Iterable[str]) -> str:
        return listed([self.name(one) for one in components], self.language)

    @property
    def title(self) -> str:
        return self.say(TITLES[self.statement.period.kind])

    @property
    def agreement(self) -> str:
        return agreement_name(self.statement.agreements[0].newest, self.language)

    @property
    def sides(self) -> tuple[str, str]:
        return sides(self.statement, self.language)

    @property
    def period(self) -> str:
        return self.period_name(self.statement.period)

    def period_name(self, period: Period) -> str:
        return period_name(period, self.language)

    @property
    def number(self) -> str:
        """`HB-2026-10, revision 1`; before it is sealed whose it is and of when."""
        seal = self.statement.seal
        if seal is None:
            return f"{self.statement.customer} {self.statement.period}"
        return self.say("{number}, revision {revision}", number=seal.number, revision=seal.revision)

    def replaced(self) -> str:
        """What a later revision changes against the one before."""
        seal = self.statement.seal
        if seal is None or seal.replaces is None:
            return ""
        said = [self.say("revision {revision}", revision=seal.replaces.revision)]
        for one in seal.replaces.deltas:
            more = "{name}: {length} more downtime" if one.counted >= 0 else "{name}: {length} less downtime"
            said.append(
                self.say(more, name=self.name(one.component), length=self.lasted(max(one.counted, -one.counted)))
            )
            if one.was is not one.now:
                said.append(self.say("before: {was}, now: {now}", was=self.verdict(one.was), now=self.verdict(one.now)))
        said += [self.say("{amount} {currency} more owed", amount=n, currency=name) for name, n in seal.replaces.money]
        return listed(said, self.language)

    def obstacles(self) -> list[str]:
        return [self.say(_OBSTACLES[one]) for one in self.statement.obstacles]

    def answer(self) -> str:
        """How time that was not measured came to count as it does; empty where nobody had to be asked."""
        answer = self.statement.answer
        if answer is None:
            return ""
        zone = self.statement.zone
        asked, at = (moment(one, zone, self.language) for one in (answer.asked_at, answer.at))
        said = self.say(_ANSWERS[answer.word], asked=asked, at=at, by=self.who(answer.by))
        if answer.entered_by in (None, answer.by):
            return said
        gap = "" if self.language == CHINESE else " "
        return said + gap + self.say("It was entered by {who}.", who=self.who(answer.entered_by))

    def verdict(self, verdict: Verdict) -> str:
        return self.say(VERDICTS[verdict])

    # figures

    def share(self, part: ComponentPart, value: Fraction | None) -> str:
        return percent(value, self.language, decimals(part.agreement.availability.target))

    def target(self, part: ComponentPart) -> str:
        return per_cent(part.agreement.availability.target, self.language)

    def bounds(self, part: ComponentPart) -> str:
        lower, upper = self.share(part, part.account.lower), self.share(part, part.account.upper)
        return upper if lower == upper else f"{lower.rstrip('%').rstrip(NARROW)}{RANGE}{upper}"

    def budget_used(self, part: ComponentPart) -> str:
        """Rounded up to a tenth of a per cent."""
        budget = part.account.budget
        spent = None if budget is None else used(part.account.counted, budget.allowed)
        if spent is None:
            return RANGE if part.account.counted == 0 else self.say("over")
        gap = "" if self.language == CHINESE else NARROW
        tenths = spent * 1000
        return f"{int(tenths // 10)}{gap}%" if tenths % 10 == 0 else f"{int(tenths // 10)}.{int(tenths % 10)}{gap}%"

    def lasted(self, span: Span | Fraction) -> str:
        return length(span, self.language)

    def signed(self, span: Span | Fraction) -> str:
        """With a minus where more was used than there was."""
        return f"{MINUS}{self.lasted(-span)}" if span < 0 else self.lasted(span)

    def seconds(self, span: Span | Fraction) -> str:
        """`2 647 260`, or with three places where it is not whole, rounded up."""
        thousandths = -(-span * 1000 // SECOND)
        whole, rest = divmod(int(thousandths), 1000)
        return grouped(whole) + f".{rest:03d}".rstrip("0").rstrip(".")

    def tightest(self) -> ComponentPart | None:
        """The component with the least budget left; None where nothing is counted."""
        parts = [part for part in self.statement.components if part.account.budget is not None]
        return min(parts, key=_left) if parts else None

    def headline(self) -> Headline | None:
        """None where nothing is counted."""
        part = self.tightest()
        if part is None:
            return None
        account, budget = part.account, part.account.budget
        assert budget is not None
        return Headline(
            name=self.text(part.name),
            availability=self.share(part, account.availability),
            fraction=f"{self.seconds(account.agreed - account.counted)}／{self.seconds(account.agreed)}",
            target=self.target(part),
            per=self.say(_PER[part.agreement.availability.period]),
            verdict=part.verdict,
            used=self.budget_used(part),
            of=self.say("{used} of {allowed}", used=self.lasted(account.counted), allowed=self.lasted(budget.allowed)),
        )

    def summary(self) -> str:
        """One paragraph: who met, who did not, what else has to be known."""
        said: list[str] = []
        for verdict, text in _SUMMARY.items():
            names = [self.text(part.name) for part in self._judged(verdict)]
            if names:
                said.append(self.say(text, names=listed(names, self.language)))
        missed = list(dict.fromkeys(case.id for case, clock in self.clocks() if clock.outcome is Outcome.MISSED))
        if missed:
            said.append(self.say("A time limit was missed: {cases}.", cases=listed(missed, self.language)))
        # an announced window that nobody used is not held against anybody
        flaws = {None, Flaw.NOT_WORKED, Flaw.COUNTED}
        late = sorted(
            {one.id for part in self.statement.agreements for one in part.exclusions if one.flaw not in flaws}
        )
        if late:
            said.append(self.say("Not excluded: {ids}.", ids=listed(late, self.language)))
        corrected = list(dict.fromkeys(one.correction.id for _, one in self.corrections() if one.applied))
        if corrected:
            said.append(self.say("Corrected by people: {ids}.", ids=listed(corrected, self.language)))
        return ("" if self.language == CHINESE else " ").join(said)

    def _judged(self, verdict: Verdict) -> list[ComponentPart]:
        return [
            part for part in self.statement.components if part.account.budget is not None and part.verdict is verdict
        ]

    def fraction(self, value: Fraction | None) -> str:
        return (share(value) or RANGE).replace("/", "／")

    # times

    def span(self, start: Instant, end: Instant) -> str:
        """`2 Oct 09:12:30–09:50:42`; whole minutes without seconds, both days where it crosses midnight."""
        zone, fine = self.statement.zone, bool(start % MINUTE or end % MINUTE)
        first = moment(start, zone, self.language, seconds=fine)
        if day(start, zone, self.language) == day(end, zone, self.language):
            return f"{first}{RANGE}{time_of_day(end, zone, seconds=fine)}"
        return f"{first}{RANGE}{moment(end, zone, self.language, seconds=fine)}"

    def outage_span(self, outage: Outage) -> str:
        if outage.open:
            return self.say(
                "since {start}", start=moment(outage.start, self.statement.zone, self.language, seconds=True)
            )
        return self.span(outage.start, outage.end)

    def began(self, outage: str) -> str:
        """Of one that this period does not reach; its id ends with that instant."""
        at = parse_rfc3339(outage.rpartition("/")[2])
        return moment(at, self.statement.zone, self.language, seconds=True)

    def because(self, outage: Outage) -> str:
        """What the first failing check saw; which check it was is the engineers' business."""
        return reason_text(outage.reason, self.language)

    # remedies

    def remedy_rows(self) -> list[Row]:
        names = {component: self.text(name) for component, name in self.statement.names.items()}
        causes = {case.id: self.title_of(case) for case in self.statement.cases}
        for part in self.statement.components:
            causes |= {outage.id: self.outage_span(outage) for outage in part.counted.outages}
        for claim in self.statement.remedies.claims:
            if claim.kind == TARGET:  # a year's has outages of earlier months: their ids say when they began
                earlier = [id for id in claim.causes if id not in causes]
                causes |= {id: self.began(id) for id in earlier}
        return list(rows(self.statement.remedies, names, causes, self.language))

    def remedy_notes(self) -> list[str]:
        """What it comes to in all, how missed months stand, what is due by a date."""
        sums = listed(list(totals(self.statement.remedies, self.language)), self.language)
        said = [self.say("In all: {sums}.", sums=sums)] if sums else []
        return said + list(follow_ups(self.statement.remedies, self.statement.zone, self.language))

    # exclusions and cases

    def category(self, one: Exclusion) -> str:
        return self.say(CATEGORIES[one.category]) if one.text is None else self.text(one.text)

    def notice(self, one: Exclusion) -> str:
        if one.given_at is None or one.ahead is None:
            return self.say("no notice")
        given = moment(one.given_at, self.statement.zone, self.language)
        if one.ahead < 0:
            return self.say("{given}, after the start", given=given)
        text = self.say("{given}, {length} ahead", given=given, length=self.lasted(one.ahead))
        if one.flaw is Flaw.LATE and one.needed:
            return self.say("{notice}; {length} needed", notice=text, length=self.lasted(one.needed))
        return text

    def flaw(self, one: Exclusion) -> str:
        return "" if one.flaw is None else self.say(_FLAWS[one.flaw])

    def marks(self, one: Exclusion) -> list[str]:
        """What has to be known of it beside its notice."""
        zone, said = self.statement.zone, []
        if one.recorded_after_start:
            given = moment(one.recorded_at, zone, self.language)
            said.append(self.say("first recorded {time}, after its start", time=given))
        if one.end < one.announced_end:
            until = moment(one.announced_end, zone, self.language)
            said.append(self.say("ended early, announced until {time}", time=until))
        return said

    def who(self, by: str | None) -> str:
        """`person:li`, `customer:acme`, `configuration`, or the annex it rests on."""
        if by in (CONFIGURATION, ANOTHER):
            return self.say(by)
        kind, _, name = (by or RANGE).partition(":")
        if kind == "customer" and name == self.statement.customer:
            return self.text(self.statement.customer_name)
        return name if kind in ("person", "customer") else by or RANGE

    def writer(self, writer: Writer | None) -> tuple[str, ...]:
        """Who wrote the customer's word down for him, where somebody did."""
        if writer is None:
            return ()
        who = self.who(writer.by)
        if not writer.proof:
            return (self.say("the customer’s word was entered by {who}", who=who),)
        return (self.say("the customer’s word was entered by {who}; proof: {proof}", who=who, proof=writer.proof),)

    # corrections

    def corrections(self) -> list[tuple[ComponentPart, Corrected]]:
        return [(part, one) for part in self.statement.components for one in part.counted.corrections]

    def standing(self, one: Corrected) -> str:
        return self.say(_STANDINGS[one.standing])

    def otherwise(self, part: ComponentPart, one: Corrected) -> str:
        """What the figure would be in the other reading, cut like every other, and its verdict where it differs."""
        values = {"id": one.correction.id, "share": self.share(part, one.otherwise)}
        text = "Without {id} the figure would be {share}." if one.applied else "With {id} the figure would be {share}."
        budget, other = part.account.budget, one.verdict_otherwise
        if budget is None or other is None or budget.verdict is other:
            return self.say(text, **values)
        return self.say(
            "{sentence} Verdict then: {verdict}.", sentence=self.say(text, **values), verdict=self.verdict(other)
        )

    def title_of(self, case: CaseRecord) -> str:
        """A person's words as they are; what an incident opened is named by what the first failing check saw."""
        named = reason_text(case.title, self.language) if case.incident is not None else ""
        return named or case.title

    def level(self, case: CaseRecord) -> str:
        return f"{case.level} {self.text(case.level_name)}"

    def clocks(self) -> list[tuple[CaseRecord, CommitmentRecord]]:
        """Those that count for the period: met or missed in it, or open. The others of its cases count elsewhere."""
        start, end = self.statement.window
        return [
            (case, clock)
            for case in self.statement.cases
            for clock in case.commitments
            if clock.ended_at is None or start <= clock.ended_at < end
        ]


_SUMMARY = {
    Verdict.MISSED: "Target missed: {names}.",
    Verdict.SENSITIVE: "Open, because of time that was not measured: {names}.",
    Verdict.MET: "Target met: {names}.",
    Verdict.NOT_APPLICABLE: "Nothing was counted for: {names}.",
}


def _left(part: ComponentPart) -> Fraction:
    """What is left of the budget, as a part of the agreed time: comparable between components."""
    budget = part.account.budget
    return budget.remaining / part.account.agreed if budget is not None and part.account.agreed else Fraction(1)
