"""What Prometheus reads: upheld's own names here, blackbox_exporter's in probe/blackbox.py.

A check that is gone leaves no series behind.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from config.instant import SECOND, Instant
from config.state import State
from probe import blackbox
from probe.exposition import ROWS, Family, Samples, label, written
from probe.latency import BOUNDS_US, Histogram
from probe.result import Outcome
from probe.watch import LastAnswer

_LABELS = ("check", "component", "probe_location")


class Source(Protocol):
    """What of the prober is shown."""

    lag: Histogram
    lost: int

    def answers(self) -> Iterator[LastAnswer]: ...

    @property
    def missed(self) -> int: ...

    @property
    def running(self) -> int: ...

    @property
    def waiting(self) -> int: ...

    @property
    def restated(self) -> int: ...

    @property
    def replaced(self) -> int: ...


class ProbeCollector(Collector):
    """The prober's own few families, for a registry; those of its checks are `texts`."""

    def __init__(self, prober: Source) -> None:
        self._prober = prober

    @override
    def collect(self) -> Iterator[Metric]:
        lag = HistogramMetricFamily("upheld_scheduler_lag_seconds", "How late checks were launched.")
        lag.add_metric([], _buckets(self._prober.lag.counts), self._prober.lag.sum_us / 1e6)
        yield lag
        missed = self._prober.missed
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

    def describe(self) -> Iterable[Metric]:
        """Nothing: it is found out at each scrape."""
        return []


def texts(prober: Source, now: Instant) -> Iterator[str]:
    """Of every check, piece by piece, some of them empty; between two the loop may turn to something else."""
    answers = prober.answers()
    rows, seen = list[tuple[str, LastAnswer]](), list[tuple[str, blackbox.Shown]]()
    while some := [(_common(one), one) for one in islice(answers, ROWS)]:
        rows += some
        seen += [(common, row) for common, one in some if (row := blackbox.shown(one, now, _LABELS)) is not None]
        yield ""
    for family in _FAMILIES:
        yield from written(family, rows)
    for kept in blackbox.FAMILIES:
        yield from written(kept, seen)


def blackbox_text(one: LastAnswer, now: Instant) -> str:
    """The cached last answer of one check as blackbox_exporter's own page, without labels of ours."""
    row = blackbox.shown(one, now)
    return "" if row is None else "".join(text for family in blackbox.FAMILIES for text in written(family, [("", row)]))


def _common(one: LastAnswer) -> str:
    return label("check", one.check) + label("component", one.component) + label("probe_location", one.location)


_STATES = [(each, label("state", each.value)) for each in (State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN)]
_RESULTS = [
    (each, label("result", each.value)) for each in (Outcome.UP, Outcome.DEGRADED, Outcome.DOWN, Outcome.INVALID)
]
_BOUNDS = ["+Inf" if bound is None else str(bound / 1e6) for bound in (*BOUNDS_US, None)]
_LE = [label("le", bound) for bound in _BOUNDS]


def _buckets(counts: Sequence[int]) -> list[tuple[str, float]]:
    """With their upper bounds in seconds as Prometheus writes them."""
    return list(zip(_BOUNDS, map(float, accumulate(counts)), strict=True))


def _states(one: LastAnswer) -> Samples:
    return [("", more, one.state is each) for each, more in _STATES]


def _success(one: LastAnswer) -> Samples:
    return () if one.state is State.UNKNOWN else (("", "", one.state is not State.DOWN),)


def _last_run(one: LastAnswer) -> Samples:
    return () if one.started_at is None else (("", "", one.started_at / SECOND),)


def _results(one: LastAnswer) -> Samples:
    return [("_total", more, one.results.get(outcome, 0)) for outcome, more in _RESULTS]


def _failures(one: LastAnswer) -> Samples:
    return [("_total", label("reason", reason.value), count) for reason, count in one.failures.items()]


def _expiry(one: LastAnswer) -> Samples:
    return () if one.expires_at is None else (("", "", one.expires_at / SECOND),)


def _durations(one: LastAnswer) -> Samples:
    cumulative = list(accumulate(one.latency_counts))
    samples = [("_bucket", more, count) for more, count in zip(_LE, cumulative, strict=True)]
    return [*samples, ("_count", "", cumulative[-1]), ("_sum", "", one.latency_sum_us / 1e6)]


_FAMILIES: Sequence[Family[LastAnswer]] = (
    Family(name="upheld_check_state", text="1 for the judged state of the check.", samples=_states),
    Family(name="upheld_check_success", text="0 while the check is judged down; none if unknown.", samples=_success),
    Family(name="upheld_check_last_run_timestamp_seconds", text="Start of the newest result.", samples=_last_run),
    Family(name="upheld_check_results", text="Results by outcome.", samples=_results, kind="counter"),
    Family(name="upheld_check_failures", text="Results that were not up.", samples=_failures, kind="counter"),
    Family(
        name="upheld_check_expires_timestamp_seconds",
        text="When its certificate or domain ends, as last seen; a failed probe does not take it away.",
        samples=_expiry,
    ),
    Family(name="upheld_check_duration_seconds", text="How long answers took.", samples=_durations, kind="histogram"),
)
