"""What Prometheus reads: upheld's own names, and blackbox_exporter's exact ones so that stock dashboards fit.

Families are made from the prober's snapshot at each scrape: a check that is gone leaves no series behind. A check we
could not ask last time has no `probe_success`: our own fault must not look like the target's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from config.instant import SECOND
from config.state import State
from probe.latency import BOUNDS_US, Histogram
from probe.result import Outcome, Plain, Reason
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

    def __init__(self, prober: Source) -> None:
        self._prober = prober

    @override
    def collect(self) -> Iterator[Metric]:
        answers = list(self._prober.snapshot().values())
        yield from _of_checks(answers)
        yield from blackbox(answers, _LABELS, _labels)
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


def blackbox_text(one: LastAnswer) -> bytes:
    """The cached last answer of one check as blackbox_exporter's own page, without labels of ours."""

    class Page(Collector):
        @override
        def collect(self) -> Iterator[Metric]:
            return blackbox([one], (), lambda answer: [])

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


def blackbox(
    answers: Sequence[LastAnswer], names: Sequence[str], labels: Callable[[LastAnswer], list[str]]
) -> Iterator[Metric]:
    """The families of blackbox_exporter; one without a sample is left out."""
    families: dict[str, GaugeMetricFamily] = {}

    def put(one: LastAnswer, name: str, text: str, value: float, **more: str) -> None:
        family = families.get(name)
        if family is None:
            families[name] = family = GaugeMetricFamily(name, text, labels=(*names, *more))
        family.add_metric([*labels(one), *more.values()], value)

    for one in answers:
        answer = one.answer
        if answer is None or not answer.outcome.valid:
            continue
        good = answer.outcome is not Outcome.DOWN
        put(one, "probe_success", "Displays whether or not the probe was a success", float(good))
        put(
            one,
            "probe_duration_seconds",
            "Returns how long the probe took to complete in seconds",
            answer.latency_us / 1e6,
        )
        put(one, "probe_timeout_seconds", "Returns the timeout of the probe in seconds", one.timeout / SECOND)
        lookup = answer.phases.get("resolve", 0) / 1e6
        put(one, "probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds", lookup)
        if one.kind == "http":
            for phase in ("resolve", "connect", "tls", "processing", "transfer"):
                seconds = answer.phases.get(phase, 0) / 1e6
                put(
                    one,
                    "probe_http_duration_seconds",
                    "Duration of http request by phase, summed over all redirects",
                    seconds,
                    phase=phase,
                )
            _of_http(one, answer.facts, answer.reason, put)
        _of_certificate(one, answer.facts, put)
    yield from families.values()


def _of_http(one: LastAnswer, facts: Mapping[str, Plain], reason: Reason | None, put: Callable[..., None]) -> None:
    put(one, "probe_http_status_code", "Response HTTP status code", _number(facts.get("status", 0)))
    put(one, "probe_http_ssl", "Indicates if SSL was used for the final redirect", _number(facts.get("tls", False)))
    put(one, "probe_http_redirects", "The number of redirects", _number(facts.get("redirects", 0)))
    put(
        one,
        "probe_http_version",
        "Returns the version of HTTP of the probe response",
        _number(facts.get("http_version", 0)),
    )
    put(one, "probe_http_content_length", "Length of http content response", _number(facts.get("content_length", -1)))
    put(
        one,
        "probe_http_uncompressed_body_length",
        "Length of uncompressed response body",
        _number(facts.get("body_bytes", 0)),
    )
    put(one, "probe_failed_due_to_regex", "Indicates if probe failed due to regex", float(reason is Reason.BODY))


def _of_certificate(one: LastAnswer, facts: Mapping[str, Plain], put: Callable[..., None]) -> None:
    if "not_after" in facts:
        ends = _number(facts["not_after"]) / SECOND
        put(one, "probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime", ends)
    if "tls_version" in facts:
        version = str(facts["tls_version"]).replace("TLSv", "TLS ")
        put(one, "probe_tls_version_info", "Returns the TLS version used", 1.0, version=version)


def _number(fact: Plain) -> float:
    try:
        return float(fact) if fact is not None else 0.0
    except ValueError:
        return 0.0
