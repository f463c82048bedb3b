"""`upheld_*` of the whole: what is in the store is read anew for each scrape, so that no series can be stale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from typing_extensions import override

import upheld
from config.instant import SECOND, Span
from config.model import Config
from config.state import State
from incidents.drill import of_drill
from incidents.routing import UNROUTED
from incidents.severity import MILDEST, WORST
from incidents.store import alert, case, inbox, incident
from probe.exposition import ROWS, Family, label, written
from upheld.budgets import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one scrape shows."""

    states: Mapping[str, State] = field(default_factory=dict)
    incidents: Mapping[int, int] = field(default_factory=dict)
    """Severity -> unresolved ones."""
    cases: int = 0
    inbox: int = 0
    unrouted: int = 0
    """Alerts that fire and name no component."""
    budgets: Sequence[Standing] = ()


def snapshot(tx: Connection, config: Config, known: Mapping[str, State], budgets: Sequence[Standing]) -> Snapshot:
    """`known`: the states of components as they are recorded."""
    severities = [one.severity for one in incident.unresolved(tx) if not of_drill(one.component)]
    return Snapshot(
        states={name: known.get(name, State.UNKNOWN) for name in sorted(config.components)},
        incidents={severity: severities.count(severity) for severity in range(WORST, MILDEST + 1)},
        cases=len(case.open_cases(tx)),
        inbox=inbox.waiting_count(tx),
        unrouted=alert.firing_count(tx, UNROUTED),
        budgets=budgets,
    )


class HouseMetrics(Collector):
    """Counts as things happen; the rest is the last snapshot shown to it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._snapshot: Snapshot | None = Snapshot()
        self._posts = Counter(
            "upheld_inbox_processed", "Webhook posts taken from the inbox and dealt with.", registry=registry
        )
        self._own_words = Counter(
            "upheld_mail_wordings_failed",
            "Mails that went out in our words because a customer's could not be filled in.",
            ["customer"],
            registry=registry,
        )
        self._late = Histogram(
            "upheld_timer_lateness_seconds",
            "How late escalations and clock warnings fired.",
            buckets=(0.1, 0.5, 1, 2, 5, 15, 60, 300),
            registry=registry,
        )
        registry.register(self)

    def processed(self, posts: int) -> None:
        self._posts.inc(posts)

    def stumbled(self, customer: str) -> None:
        self._own_words.labels(customer).inc()

    def fired(self, late: Span) -> None:
        self._late.observe(max(late, 0) / SECOND)

    def show(self, shown: Snapshot | None) -> None:
        """None: the store does not answer, and what it would have said is left out."""
        self._snapshot = shown

    def texts(self) -> Iterator[str]:
        """Of the components, piece by piece, some of them empty."""
        states = iter(self._snapshot.states.items() if self._snapshot is not None else ())
        rows = list[tuple[str, State]]()
        while some := [(label("component", name), state) for name, state in islice(states, ROWS)]:
            rows += some
            yield ""
        yield from written(_COMPONENT_STATE, rows)

    @override
    def collect(self) -> Iterator[Metric]:
        shown = self._snapshot
        yield InfoMetricFamily("upheld_build", "The version that runs.", value={"version": upheld.__version__})
        answers = float(shown is not None)
        yield GaugeMetricFamily("upheld_store_answering", "1 if the store answered within this scrape.", value=answers)
        if shown is None:
            return
        unresolved = GaugeMetricFamily("upheld_incidents_open", "Unresolved incidents.", labels=["severity"])
        for severity, count in sorted(shown.incidents.items()):
            unresolved.add_metric([str(severity)], count)
        yield unresolved
        yield GaugeMetricFamily("upheld_cases_open", "Cases not resolved yet.", value=shown.cases)
        yield GaugeMetricFamily("upheld_inbox_waiting", "Accepted posts not dealt with yet.", value=shown.inbox)
        what = "Alerts that fire and name no component."
        yield GaugeMetricFamily("upheld_alerts_unrouted", what, value=shown.unrouted)
        yield from _budgets(shown.budgets)


_STATES = [(each, label("state", each.value)) for each in State]
_COMPONENT_STATE: Family[State] = Family(
    name="upheld_component_state",
    text="1 for the state it has.",
    samples=lambda state: [("", more, each is state) for each, more in _STATES],
)


def _budgets(shown: Sequence[Standing]) -> Iterator[Metric]:
    """Labels are those of the configuration's agreements, so their number is bounded."""
    labels = ["customer", "agreement", "component"]
    remaining = GaugeMetricFamily(
        "upheld_budget_remaining_seconds",
        "Downtime that may still come in the target's running period; negative when it is missed.",
        labels=labels,
    )
    spare = GaugeMetricFamily(
        "upheld_budget_forecast_seconds",
        "What will be left of it at the period's end at the rate so far; negative when it will be missed.",
        labels=labels,
    )
    for one in shown:
        named = [one.agreement.customer, one.agreement.id, one.component]
        remaining.add_metric(named, float(one.forecast.remaining / SECOND))
        if one.forecast.spare is not None:
            spare.add_metric(named, float(one.forecast.spare / SECOND))
    yield remaining
    yield spare
