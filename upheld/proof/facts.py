"""The parties and facts of a statement, read from leaves of the ledger alone.

A sealing and whoever verifies it read the same leaves with the same functions; what they compose is then the same to
the byte, or the bundle does not hold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.agreement import Agreement
from config.instant import Instant
from config.official import OfficialDays
from config.state import State
from config.value import Text
from incidents.case import CaseRecorded, replay_case
from incidents.clock import clocks
from incidents.fact import case_event, facts_erased
from probe.result import Outcome as Answered
from sla import booking, correction, proposal
from sla.answered import months_before
from sla.booking import MEASURE, Booking, MonthOutcome, Obligation, RecordedBreach, in_order
from sla.change import Definition
from sla.contract import Confirmed, Declined, Ended, Event, in_turn
from sla.entered import Entered, in_force
from sla.interval import Interval
from sla.parties import Parties
from sla.period import Period
from sla.record import CaseRecord, Facts, IncidentRecord, Transition
from sla.standing import Happening, Standing, What, standing_of
from sla.store.contract import PERSONAL, event_of
from sla.store.remedy import CLOSING
from upheld.casebook import case_record, version_of
from upheld.proof.settled import settled
from upheld.proof.told import Erased, Told, erased


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """How those concerned are called; it decides no figure."""

    customer: str
    customer_name: Text
    provider: Text
    names: Mapping[str, Text]
    only_own: bool = False


def parties(told: Iterable[Told], labels: Labels) -> Parties:
    """Every version of every agreement in the leaves, in the order first recorded."""
    versions: dict[str, list[Agreement]] = {}
    ended: dict[str, list[Ended]] = {}
    for one in told:
        if one.entry.kind == "agreement_version":
            agreement = Agreement.model_validate(one.entry.body["agreement"])
            versions.setdefault(agreement.id, []).append(agreement)
        elif one.entry.kind == "agreement_event" and isinstance(event := _agreement_event(one), Ended):
            ended.setdefault(event.agreement, []).append(event)
    return Parties(
        customer=labels.customer,
        customer_name=labels.customer_name,
        provider=labels.provider,
        agreements=tuple(version for id, found in versions.items() for version in in_turn(found, ended.get(id, []))),
        names=dict(labels.names),
        only_own=labels.only_own,
    )


def facts(told: Sequence[Told], who: Parties, period: Period, figures: str | None, at: Instant) -> Facts:
    """`figures` are those the customer was asked about, if he was."""
    streams = _by_family(told)
    window = period.window(who.agreements[0].availability.timezone)
    standings = {
        subject: standing_of(map(_happening, found)) for subject, found in streams.get("statement", {}).items()
    }
    own = standings.get(f"{who.customer}/{period}", Standing())
    return Facts(
        transitions={name: tuple(map(_transition, found)) for name, found in streams.get("transition", {}).items()},
        exclusions=tuple(proposal.replay(id, said) for id, said in settled(told, "exclusion")),
        corrections=tuple(correction.replay(id, said) for id, said in settled(told, "correction")),
        cases=tuple(_cases(streams.get("case", {}), who, at)),
        incidents=tuple(
            sorted(
                (one for found in streams.get("incident", {}).values() for one in _incidents(found, at)),
                key=lambda one: (one.started_at, one.id),
            )
        ),
        definitions=tuple(_definition(one) for one in told if one.entry.kind == "check"),
        bookings=tuple(_booking(one) for one in told if one.entry.kind == "booking"),
        outcomes=tuple(_outcome(one) for one in told if one.entry.kind == "month"),
        obligations=in_order(_obligation(id, found) for id, found in streams.get("obligation", {}).items()),
        breaches=tuple(
            sorted(
                (_breach(id, one) for id, found in streams.get("breach", {}).items() for one in found),
                key=lambda one: (one.happened_at, one.id),
            )
        ),
        entered=in_force(_entered(one) for found in streams.get("entered", {}).values() for one in found),
        observers=_observers(streams.get("observed", {}), window),
        calendars=_calendars(told),
        consents=tuple(
            event
            for one in told
            if one.entry.kind == "agreement_event" and isinstance(event := _agreement_event(one), Confirmed | Declined)
        ),
        answer=None if figures is None else own.answer_to(figures),
        earlier=tuple(
            (month, word)
            for month in months_before(who.agreements, period)
            if (word := standings.get(f"{who.customer}/{month}", Standing()).sealed_by) is not None
        ),
    )


def _speaker(one: Told) -> str:
    """Whoever said it; of one who is erased the side alone: customers' words count otherwise than the provider's."""
    side: str = one.entry.body["by"]
    return Erased(f"{side}:{erased(one)}") if one.erased else one.private.get("by", side)


def _agreement_event(one: Told) -> Event:
    body = one.entry.body
    about = {"agreement": body["agreement"], "version": body["version"], "recorded_at": one.entry.recorded_at}
    words = dict.fromkeys(PERSONAL, erased(one)) if one.erased else one.private.get("facts", {})
    return event_of(body["kind"], {**about, **body["facts"], **words, "by": _speaker(one)})


def _by_family(told: Iterable[Told]) -> dict[str, dict[str, list[Told]]]:
    families: dict[str, dict[str, list[Told]]] = {}
    for one in told:
        families.setdefault(one.entry.stream.partition("/")[0], {}).setdefault(one.subject, []).append(one)
    return families


def _transition(one: Told) -> Transition:
    body = one.entry.body
    return Transition(
        state=State(body["state"]),
        happened_at=body["happened_at"],
        recorded_at=one.entry.recorded_at,
        cause=erased(one) if one.erased else one.private.get("cause", body["cause"]),
        reason=body["reason"],
        bound_at=body["bound_at"],
    )


def _cases(streams: Mapping[str, Sequence[Told]], who: Parties, at: Instant) -> Iterator[CaseRecord]:
    """By what had happened until then, whenever it was written down."""
    for id, found in streams.items():
        events = [event for event in map(_case_event, found) if event.happened_at <= at]
        if events:
            yield _case(id, events, who, at)


def _case(id: str, events: Sequence[CaseRecorded], who: Parties, at: Instant) -> CaseRecord:
    case = replay_case(id, events)
    agreement = version_of(case, who.agreements)
    return case_record(case, () if agreement is None else clocks(case, agreement, at), who.agreements, events)


def _case_event(one: Told) -> CaseRecorded:
    body = one.entry.body
    said = facts_erased(body["kind"], body["facts"], erased(one)) if one.erased else one.private.get("facts", {})
    return CaseRecorded(
        event=case_event(body["kind"], {**body["facts"], **said}),
        happened_at=body["happened_at"],
        recorded_at=one.entry.recorded_at,
        by=_speaker(one),
        seen_by_customer_at=body["seen_by_customer_at"],
    )


def _incidents(found: Sequence[Told], at: Instant) -> list[IncidentRecord]:
    """Of one component, as they stood at that instant."""
    known: dict[str, IncidentRecord] = {}
    for one in found:
        body = one.entry.body
        known[body["incident"]] = IncidentRecord(
            id=body["incident"],
            component=one.subject,
            started_at=body["started_at"],
            resolved_at=None if (body["resolved_at"] or 0) > at else body["resolved_at"],
        )
    return [one for one in known.values() if one.started_at < at]


def _happening(one: Told) -> Happening:
    body = {**({"by": erased(one)} if one.erased else {}), **one.entry.body, **one.private}
    return Happening(
        what=What(one.entry.kind.partition(".")[2]), revision=body["revision"], at=body["at"], by=body["by"], body=body
    )


def _definition(one: Told) -> Definition:
    body = one.entry.body
    return Definition(check=body["check"], component=body["component"], recorded_at=one.entry.recorded_at, values=body)


def _booking(one: Told) -> Booking:
    body = one.entry.body
    return Booking(**{**body, "causes": tuple(body["causes"]), "recorded_at": one.entry.recorded_at})


def _breach(id: str, one: Told) -> RecordedBreach:
    return RecordedBreach(id=id, agreement=one.entry.body["agreement"], happened_at=one.entry.body["happened_at"])


def _entered(one: Told) -> Entered:
    words = dict.fromkeys(("by", "proof", "reason"), erased(one)) if one.erased else one.private
    return Entered(**one.entry.body, **words, recorded_at=one.entry.recorded_at)


def _calendars(told: Iterable[Told]) -> tuple[OfficialDays, ...]:
    """The newest days of each country."""
    newest = {
        one.subject: OfficialDays.model_validate(one.entry.body["days"])
        for one in told
        if one.entry.kind == "official_days"
    }
    return tuple(newest.values())


def _outcome(one: Told) -> MonthOutcome:
    body = one.entry.body
    return MonthOutcome(
        agreement=body["agreement"],
        month=body["month"],
        standing=booking.Standing(body["standing"]),
        year_so_far=booking.Standing(body["year_so_far"]),
    )


def _obligation(id: str, found: Sequence[Told]) -> Obligation:
    opened, *rest = found
    closed = [one.entry.recorded_at for one in rest if one.entry.body["event"] in CLOSING]
    body = {key: value for key, value in opened.entry.body.items() if key != "event"}
    if body["gives"] == MEASURE:
        words = dict.fromkeys(("then", "owner"), erased(opened)) if opened.erased else opened.private
        body |= {"then": words["then"], "owner": words["owner"]}
    return Obligation(**body, id=id, opened_at=opened.entry.recorded_at, closed_at=closed[0] if closed else None)


def _observers(found: Mapping[str, Sequence[Told]], window: Interval) -> dict[str, tuple[str, ...]]:
    """`check@location` of whatever gave a valid answer within the window, by component."""
    seen = [name for name, days in found.items() if any(_answered(one, window) for one in days)]
    return {
        component: tuple(names) for component, names in groupby(sorted(seen), key=lambda name: name.partition("/")[0])
    }


def _answered(day: Told, window: Interval) -> bool:
    return any(
        Answered(run["result"]).valid and run["first_at"] < window[1] and run["last_at"] >= window[0]
        for run in day.entry.body["runs"]
    )
