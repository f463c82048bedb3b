"""What Prometheus reads: upheld's own names here, blackbox_exporter's in probe/blackbox.py.

Families are made from the prober's snapshot at each scrape: a check that is gone leaves no series behind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, cast

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample
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


_Samples = Iterator[tuple[str, dict[str, str], float]]
"""What follows the family's name, the labels, the value."""


class _Made:
    """Samples made while they are written: those of ten thousand checks at once would be more than all else we keep."""

    def __init__(self, name: str, make: Callable[[], _Samples]) -> None:
        self._name = name
        self._make = make

    def __iter__(self) -> Iterator[Sample]:
        return (Sample(self._name + ending, labels, value) for ending, labels, value in self._make())


def _family(kind: str, name: str, text: str, make: Callable[[], _Samples]) -> Metric:
    family = Metric(name, text, kind)
    family.samples = cast("list[Sample]", _Made(name, make))
    return family


def _of_checks(answers: Sequence[LastAnswer]) -> Iterator[Metric]:
    labelled = [(one, dict(zip(_LABELS, _labels(one), strict=True))) for one in answers]
    yield _family(
        "gauge",
        "upheld_check_state",
        "1 for the judged state of the check.",
        lambda: (
            ("", {**labels, "state": each.value}, float(one.state is each))
            for one, labels in labelled
            for each in _STATES
        ),
    )
    yield _family(
        "gauge",
        "upheld_check_success",
        "0 while the check is judged down; none if unknown.",
        lambda: (
            ("", labels, float(one.state is not State.DOWN))
            for one, labels in labelled
            if one.state is not State.UNKNOWN
        ),
    )
    yield _family(
        "gauge",
        "upheld_check_last_run_timestamp_seconds",
        "Start of the newest result.",
        lambda: (("", labels, one.started_at / SECOND) for one, labels in labelled if one.started_at is not None),
    )
    yield _family(
        "counter",
        "upheld_check_results",
        "Results by outcome.",
        lambda: (
            ("_total", {**labels, "result": outcome.value}, one.results.get(outcome, 0))
            for one, labels in labelled
            for outcome in (Outcome.UP, Outcome.DEGRADED, Outcome.DOWN, Outcome.INVALID)
        ),
    )
    yield _family(
        "counter",
        "upheld_check_failures",
        "Results that were not up.",
        lambda: (
            ("_total", {**labels, "reason": reason.value}, count)
            for one, labels in labelled
            for reason, count in one.failures.items()
        ),
    )
    yield _family(
        "gauge",
        "upheld_check_expires_timestamp_seconds",
        "When its certificate or domain ends, as last seen; a failed probe does not take it away.",
        lambda: (("", labels, one.expires_at / SECOND) for one, labels in labelled if one.expires_at is not None),
    )
    yield _family(
        "histogram",
        "upheld_check_duration_seconds",
        "How long answers took.",
        lambda: (sample for one, labels in labelled for sample in _durations(one, labels)),
    )


def _durations(one: LastAnswer, labels: dict[str, str]) -> _Samples:
    buckets = _buckets(one.latency_counts)
    for bound, count in buckets:
        yield "_bucket", {**labels, "le": bound}, count
    yield "_count", labels, buckets[-1][1]
    yield "_sum", labels, one.latency_sum_us / 1e6


def _buckets(counts: Sequence[int]) -> list[tuple[str, float]]:
    """Cumulative, with their upper bounds in seconds as Prometheus writes them."""
    total, buckets = 0, []
    for bound, count in zip((*BOUNDS_US, None), counts, strict=True):
        total += count
        buckets.append(("+Inf" if bound is None else str(bound / 1e6), float(total)))
    return buckets
