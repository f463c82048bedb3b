"""Incidents, cases and periods with something of everything, for tests of reports."""

from fractions import Fraction
from typing import Any

from config.agreement import CaseKind, Indicator
from config.instant import DAY, HOUR, MINUTE, SECOND, parse_rfc3339
from config.state import State
from probe.latency import BOUNDS_US
from sla.account import Verdict
from sla.booking import Obligation
from sla.casefile import Call, CaseFile, Happening, IncidentFile
from sla.indicator import Measured
from sla.rating import Rating
from sla.record import CaseRecord, CommitmentRecord, Outcome, Transition
from sla.report import Frame, Issue, Paper, Report
from sla.reports import completion, forms, incident, inspection, quarterly

NOON = parse_rfc3339("2026-11-06T12:00:00+08:00")
CLOCKS = (
    CommitmentRecord(name="respond", started_at=NOON, due_at=NOON + HOUR, done_at=NOON + MINUTE, outcome=Outcome.MET),
    CommitmentRecord(name="resolve", started_at=NOON, due_at=NOON + HOUR, done_at=None, outcome=Outcome.MISSED),
    CommitmentRecord(name="review", started_at=NOON, due_at=NOON + DAY, done_at=None, outcome=Outcome.OPEN),
)
CASE = CaseRecord(
    id="CASE-1",
    kind=CaseKind.FAULT,
    level=1,
    level_name={"en": "Urgent", "zh-CN": "紧急"},
    title="timeout",
    component="shop",
    incident="INC-1",
    reported_at=NOON + MINUTE,
    closed_at=NOON + 40 * MINUTE,
    commitments=CLOCKS,
)


def happened(what: str, minute: int, by: str = "upheld", written: int = 0, **facts: Any) -> Happening:
    at = NOON + minute * MINUTE
    return Happening(what=what, happened_at=at, recorded_at=at + written * MINUTE, by=by, facts=facts)


INCIDENT_EVENTS = (
    happened("opened", 1, severity=1, title="timeout"),
    happened("state_changed", 2, state="partial"),
    happened("severity_raised", 3, severity=1),
    happened("escalated", 4, paged=["li"], step=1, round=1, nobody=None),
    happened("escalated", 5, paged=[], step=2, round=1, nobody="nobody"),
    happened("acknowledged", 6, "person:li"),
    happened("noted", 7, "person:li", 9, text="<Disk> full, #emptied *it*"),
    happened("resolved", 30, recovered=True, because="recovered"),
    happened("resolved", 31, "person:li", recovered=False, because="false alarm"),
    happened("recovered", 32),
)
CASE_EVENTS = (
    happened("case_opened", 1, "person:li", caller="Chen"),
    happened("fulfilled", 2, commitment="respond", how="message to Chen"),
    happened("fulfilled", 3, "person:li", commitment="workaround", how="spare used"),
    happened("case_noted", 4, "person:li", text="Disk changed"),
    happened("waiting", 5, "person:li", awaited="a log"),
    happened("resumed", 6, "person:li"),
    happened("clock_warned", 7, commitment="resolve", missed=False, due_at=NOON + HOUR),
    happened("clock_warned", 8, commitment="resolve", missed=True, due_at=NOON + HOUR),
    happened("case_resolved", 30, "person:li", how="new disk"),
    happened("contested", 31, "customer:acme", reason="still slow"),
    happened("confirmed", 40, "customer:acme", text="fine"),
)
CALLS = tuple(
    Call(person="li", channel="mail", purpose="page", decided_at=NOON, done_at=NOON + SECOND, state=state)
    for state in ("queued", "sending", "sent", "unknown", "failed", "expired", "suppressed")
)
INCIDENT = IncidentFile(
    id="INC-1",
    component="shop",
    component_name={"en": "Web shop", "zh-CN": "网上商城"},
    title="timeout",
    state=State.DOWN,
    severity=1,
    started_at=NOON,
    opened_at=NOON + MINUTE,
    acknowledged_at=NOON + 6 * MINUTE,
    acknowledged_by="person:li",
    resolved_at=NOON + 30 * MINUTE,
    recurrence_of="INC-0",
    transitions=(
        Transition(
            state=State.DOWN,
            happened_at=NOON,
            recorded_at=NOON + MINUTE,
            reason="timeout",
            bound_at=NOON - 30 * SECOND,
        ),
        Transition(
            state=State.UP,
            happened_at=NOON + 29 * MINUTE,
            recorded_at=NOON + 30 * MINUTE,
            bound_at=NOON + 28 * MINUTE,
        ),
    ),
    happenings=INCIDENT_EVENTS,
    calls=CALLS,
    cases=(CASE,),
)
FILE = CaseFile(
    case=CASE,
    agreement_name={"en": "After-sales", "zh-CN": "售后服务协议"},
    agreement_version=2,
    component_name={"en": "Web shop", "zh-CN": "网上商城"},
    caller="Chen",
    progress="confirmed",
    progress_name=None,
    opened_at=NOON + 2 * MINUTE,
    resolved_at=NOON + 30 * MINUTE,
    confirmed_at=NOON + 40 * MINUTE,
    happenings=CASE_EVENTS,
    calls=CALLS,
    scores=("overall", "speed", "skill", "manner"),
)


def latency(at: int, mean_us: int, count: int = 100) -> inspection.Latency:
    counts = [0] * (len(BOUNDS_US) + 1)
    counts[6], counts[8] = 95 * count // 100, count - 95 * count // 100
    return inspection.Latency(start=at, count=count, sum_us=mean_us * count, counts=tuple(counts))


OCTOBER = parse_rfc3339("2026-10-01T00:00:00Z")
NOVEMBER = OCTOBER + 31 * DAY
CHECKED = inspection.Checked(
    id="shop/home",
    kind="http",
    location="local",
    interval=30 * SECOND,
    timeout=10 * SECOND,
    answers={"up": 995, "degraded": 1, "down": 4, "invalid": 2},
    missed=3,
    reasons={"timeout": 3, "status": 1},
    weeks=(latency(OCTOBER, 90_000), latency(OCTOBER + 7 * DAY, 110_000)),
    before=latency(OCTOBER - 30 * DAY, 50_000),
    certificate_until=NOVEMBER + 12 * DAY,
    certificate_seen_at=OCTOBER,
)
SILENT = inspection.Checked(id="shop/port", kind="tcp", location="local", interval=30 * SECOND, timeout=10 * SECOND)
INSPECTION = inspection.Inspection(
    period="2026-10",
    start=OCTOBER,
    end=NOVEMBER,
    until=NOVEMBER,
    components=(
        inspection.Inspected(component="shop", name={"en": "Web shop", "zh-CN": "网上商城"}, checks=(CHECKED, SILENT)),
        inspection.Inspected(component="mail", name={"en": "Mail", "zh-CN": "邮件"}),
    ),
)


def sums(agreed: str, counted: str, verdict: Verdict | None = Verdict.MET) -> quarterly.Sums:
    return quarterly.Sums(
        component="shop",
        name={"en": "Web shop", "zh-CN": "网上商城"},
        target="99.9",
        agreed_s=agreed,
        counted_s=counted,
        unobserved_s="0",
        verdict=verdict,
    )


MEASURE = Obligation(
    id="acme/main/measure-1/2026-09",
    agreement="acme/main",
    rule="measure-1",
    month="2026-09",
    then="备用盘",
    gives="measure",
    due_at=OCTOBER - 1,
    owner="person:li",
)
RESOLVED = Measured(
    agreement="acme/main",
    indicator=Indicator.model_validate(
        {
            "id": "resolved",
            "name": {"en": "Solved", "zh-CN": "解决率"},
            "measure": "share",
            "that": "resolved",
            "at_least": "60",
            "period": "quarter",
        }
    ),
    n=3,
    value=Fraction(2, 3),
    met=True,
)
QUARTER = quarterly.Quarter(
    period="2026-Q3",
    end=OCTOBER,
    months=(
        quarterly.Month(period="2026-07", number="A-1", revision=1, provisional=False, sums=(sums("1000", "1"),)),
        quarterly.Month(
            period="2026-08", number="A-2", revision=1, provisional=False, sums=(sums("100", "99/2", Verdict.MISSED),)
        ),
        quarterly.Month(period="2026-09", number=None, revision=None, provisional=True, sums=(sums("100", "99/2"),)),
    ),
    cases=(CASE,),
    resolved=1,
    incidents=3,
    repeats=1,
    ratings=tuple(
        Rating(case=f"C-{at}", at=OCTOBER, by="customer:acme", scores={"overall": score}, comment="", low=False)
        for at, score in enumerate((5, 4, 4))
    ),
    measures=(MEASURE,),
    indicators=(RESOLVED,),
)
PAPERS: dict[str, tuple[Report[Any], Any]] = {
    "incident": (incident.REPORT, INCIDENT),
    "completion": (completion.REPORT, FILE),
    "forms": (forms.REPORT, FILE),
    "inspection": (inspection.REPORT, INSPECTION),
    "quarterly": (quarterly.REPORT, QUARTER),
}
WORDS = {"cause": "坏盘", "prevention": "备用盘"}


def paper(kind: str, facts: Any = None, *, issued: bool = False, customer: str | None = "acme") -> Paper:
    report, usual = PAPERS[kind]
    return Paper(
        report=report,
        frame=Frame(
            kind=kind,
            subject="SUBJECT-1",
            customer=customer,
            customer_name=None if customer is None else {"en": "Acme", "zh-CN": "海港银行"},
            provider={"en": "Northwind", "zh-CN": "北风"},
            zone="Asia/Shanghai",
            made_at=NOON + DAY,
            people={"li": {"en": "Li Wei", "zh-CN": "李伟"}},
            demo=True,
            issue=Issue(at=NOON + DAY, by="person:li", words=WORDS) if issued else None,
        ),
        facts=usual if facts is None else facts,
    )
