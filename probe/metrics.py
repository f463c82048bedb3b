"""What Prometheus reads: upheld's own names here, blackbox_exporter's in probe/blackbox.py.

Families are made from the prober's snapshot at each scrape: a check that is gone leaves no series behind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from config.instant import SECOND, Instant
from config.state import State
from probe import blackbox
from probe.latency import BOUNDS_US, Histogram
from probe.result import Outcome
from probe.watch import LastAnswer

_LABELS = ("check", "component", "probe_location")
_STATES = (State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN)


class Source(Protocol):
    """What of the prober is shown."""

    lag: Histogram
    lost: int

    def snapshot(self) -> Mapping[str, LastAnswer]: ...

    @property
    def running(self) -> int: ...

    @property
    def waiting(self) -> int: ...

    @property
    def restated(self) -> int: ...

    @property
    def replaced(self) -> int: ...


class ProbeCollector(Collector):
    """Register it with the registry that `/metrics` serves."""

    def __init__(self, prober: Source, now: Callable[[], Instant]) -> None:
        self._prober = prober
        self._now = now

    @override
    def collect(self) -> Iterator[Metric]:
        answers = list(self._prober.snapshot().values())
        yield from _of_checks(answers)
        labelled = ((one, dict(zip(_LABELS, _labels(one), strict=True))) for one in answers)
        yield from blackbox.families(labelled, self._now())
        yield from self._of_prober(answers)

    def describe(self) -> Iterable[Metric]:
        """Nothing: the names are known only with the checks."""
        return []

    def _of_prober(self, answers: Sequence[LastAnswer]) -> Iterator[Metric]:
        lag = HistogramMetricFamily("upheld_scheduler_lag_seconds", "How late checks were launched.")
        lag.add_metric([], _buckets(self._prober.lag.counts), self._prober.lag.sum_us / 1e6)
        yield lag
        missed = sum(one.missed for one in answers)
        yield CounterMetricFamily("upheld_scheduler_missed_runs", "Ticks of checks that were not run.", value=missed)
        yield CounterMetricFamily(
            "upheld_probe_results_lost", "Results given up because the store did not answer.", value=self._prober.lost
        )
        yield CounterMetricFamily(
            "upheld_probe_results_quarantined",
            "Bad results made invalid because our own line was contradicted.",
            value=self._prober.restated,
        )
        yield CounterMetricFamily(
            "upheld_probe_tasks_replaced", "Runs of checks that died without an end.", value=self._prober.replaced
        )
        yield GaugeMetricFamily("upheld_probes_running", "Checks being asked now.", value=self._prober.running)
        yield GaugeMetricFamily(
            "upheld_probe_results_waiting", "Results and changes not stored yet.", value=self._prober.waiting
        )


def blackbox_text(one: LastAnswer, now: Instant) -> bytes:
    """The cached last answer of one check as blackbox_exporter's own page, without labels of ours."""

    class Page(Collector):
        @override
        def collect(self) -> Iterator[Metric]:
            return blackbox.families([(one, {})], now)

    registry = CollectorRegistry()
    registry.register(Page())
    return generate_latest(registry)


def _labels(one: LastAnswer) -> list[str]:
    return [one.check, one.component, one.location]


def _of_checks(answers: Sequence[LastAnswer]) -> Iterator[Metric]:
    state = GaugeMetricFamily("upheld_check_state", "1 for the judged state of the check.", labels=(*_LABELS, "state"))
    success = GaugeMetricFamily(
        "upheld_check_success", "0 while the check is judged down; none if unknown.", labels=_LABELS
    )
    run_at = GaugeMetricFamily("upheld_check_last_run_timestamp_seconds", "Start of the newest result.", labels=_LABELS)
    results = CounterMetricFamily("upheld_check_results", "Results by outcome.", labels=(*_LABELS, "result"))
    failures = CounterMetricFamily("upheld_check_failures", "Results that were not up.", labels=(*_LABELS, "reason"))
    ends = GaugeMetricFamily(
        "upheld_check_expires_timestamp_seconds",
        "When its certificate or domain ends, as last seen; a failed probe does not take it away.",
        labels=_LABELS,
    )
    took = HistogramMetricFamily("upheld_check_duration_seconds", "How long answers took.", labels=_LABELS)
    for one in answers:
        labels = _labels(one)
        for each in _STATES:
            state.add_metric([*labels, each.value], float(one.state is each))
        if one.state is not State.UNKNOWN:
            success.add_metric(labels, float(one.state is not State.DOWN))
        if one.started_at is not None:
            run_at.add_metric(labels, one.started_at / SECOND)
        for outcome in (Outcome.UP, Outcome.DEGRADED, Outcome.DOWN, Outcome.INVALID):
            results.add_metric([*labels, outcome.value], one.results.get(outcome, 0))
        for reason, count in one.failures.items():
            failures.add_metric([*labels, reason.value], count)
        if one.expires_at is not None:
            ends.add_metric(labels, one.expires_at / SECOND)
        took.add_metric(labels, _buckets(one.latency_counts), one.latency_sum_us / 1e6)
    return iter((state, success, run_at, results, failures, ends, took))


def _buckets(counts: Sequence[int]) -> list[tuple[str, float]]:
    """Cumulative, with their upper bounds in seconds as Prometheus writes them."""
    total, buckets = 0, []
    for bound, count in zip((*BOUNDS_US, None), counts, strict=True):
        total += count
        buckets.append(("+Inf" if bound is None else str(bound / 1e6), float(total)))
    return buckets
