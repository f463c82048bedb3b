"""A configuration with one customer under one agreement, written as an operator writes it, and facts beside it."""

from pathlib import Path

from config.agreement import CaseKind
from config.instant import HOUR, MINUTE, Instant, parse_rfc3339
from config.model import Config
from config.state import State
from sla.exclusions import proposed
from sla.proposal import Proposal, Worked, evolve
from sla.record import CaseRecord, CommitmentRecord, Facts, Outcome, Transition
from sla.word import Said
from tests.config.installed import read

OCTOBER = parse_rfc3339("2026-10-01T00:00:00+08:00")
NOVEMBER = parse_rfc3339("2026-11-01T00:00:00+08:00")
LATER = parse_rfc3339("2026-11-03T09:00:00+08:00")

BASE = """
site: {name: "北风托管", external_url: "https://status.example.com", timezone: Asia/Shanghai}
components:
  pay: {name: {zh-CN: 支付接口, en: Payment API}, checks: {home: {kind: http, target: "https://pay.example.com/"}}}
  shop: {name: {zh-CN: 网上商城, en: Web shop}, checks: {home: {kind: http, target: "https://shop.example.com/"}}}
customers:
  harbour-bank:
    name: {zh-CN: 海港银行, en: Harbour Bank}
    contacts: [{name: Chen, email: chen@bank.example, kind: primary}]
    agreements:
"""
AGREEMENT = """
      - profile: sla-standard@1
        version: 1
        effective: 2026-01-01
        measured_from: 2026-01-01
        components: [pay, shop]
        availability:
          {target: "99.9", period: month, service_hours: 24x7, exclusion_effect: removed, unknown: exclude,
           partial_weight: "1/2"}
"""
EXCLUSIONS = """
exclusions:
  weekly:
    {components: [pay], category: maintenance, every: "Sun 01:00", duration: 4h,
     notice: {given: 2026-01-01, ref: contract annex 2}}
  late:
    {components: [pay], category: maintenance, start: "2026-10-21 22:00", end: "2026-10-21 23:00",
     notice: {given: "2026-10-21 12:40", ref: "mail of 21 Oct"}}
"""


def config(folder: Path, text: str = AGREEMENT, exclusions: str = EXCLUSIONS) -> Config:
    return read(folder, BASE + text + exclusions)


def at(text: str) -> Instant:
    """`10-21 22:04:00` in Shanghai in 2026."""
    return parse_rfc3339(f"2026-{text.replace(' ', 'T')}+08:00")


def transition(
    when: str, state: State, *, bound: int = 0, cause: str | None = None, reason: str | None = None
) -> Transition:
    """Recorded a minute after it happened; `bound` seconds before it an observation still said otherwise."""
    happened = at(when)
    return Transition(
        state=state,
        happened_at=happened,
        recorded_at=happened + MINUTE,
        cause=cause,
        reason=reason,
        bound_at=happened - bound * 1000 if bound else None,
    )


SUNDAYS = tuple((f"10-{day} 01:00:00", f"10-{day} 05:00:00") for day in ("04", "11", "18", "25"))


def facts(settings: Config) -> Facts:
    """An October: pay partially failed, was down in agreed work, down in work announced late, and once not measured."""
    up, down, unknown = State.UP, State.DOWN, State.UNKNOWN
    check, refused = "pay/home", "connection_refused"
    pay = (
        transition("09-20 00:00:00", up),
        transition("10-02 09:12:30", State.PARTIAL, bound=30, cause=check, reason="status"),
        transition("10-02 09:50:42", up, bound=30),
        transition("10-11 01:20:00", down, cause=check, reason=refused),
        transition("10-11 01:31:30", up),
        transition("10-15 03:00:00", unknown, reason="network_unreachable"),
        transition("10-15 03:04:00", up),
        transition("10-21 22:04:00", down, bound=30, cause=check, reason=refused),
        transition("10-21 22:20:30", up, bound=30),
    )
    shop = (transition("09-20 00:00:00", up),)
    clock = CommitmentRecord(
        name="respond",
        started_at=at("10-21 22:05:30"),
        due_at=at("10-21 22:35:30"),
        done_at=at("10-21 22:38:50"),
        outcome=Outcome.MISSED,
    )
    case = CaseRecord(
        id="CASE-7",
        kind=CaseKind.FAULT,
        level=1,
        level_name={"zh-CN": "紧急", "en": "Urgent"},
        title="Payment API is down <b>",
        component="pay",
        incident="INC-2026-0163",
        reported_at=at("10-21 22:05:30"),
        closed_at=at("10-22 00:00:00"),
        commitments=(clock,),
    )
    exclusions = tuple(
        worked(one, *SUNDAYS) if one.id == "weekly" else one
        for one in proposed(settings.exclusions.values(), at("01-01 00:00:00"))
    )
    return Facts(transitions={"pay": pay, "shop": shop}, exclusions=exclusions, cases=(case,))


def worked(proposal: Proposal, *spans: tuple[str, str]) -> Proposal:
    """Somebody recorded that he worked from one time of Shanghai to the other, in the window that began on the hour."""
    for first, last in spans:
        start, end = at(first), at(last)
        event = Worked(occurrence=start // HOUR * HOUR, start=start, end=end)
        proposal = evolve(proposal, Said(event=event, happened_at=end, recorded_at=end + MINUTE, by="person:li"))
    return proposal
