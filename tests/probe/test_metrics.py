"""What Prometheus reads."""

from dataclasses import replace

from prometheus_client import CollectorRegistry, generate_latest

from config.state import State
from probe.latency import BOUNDS_US, Histogram
from probe.metrics import ProbeCollector, blackbox_text
from probe.result import Answer, Outcome, Reason
from probe.watch import LastAnswer

GOOD = Answer(
    outcome=Outcome.UP,
    latency_us=12_500,
    phases={"resolve": 500, "connect": 1_000, "processing": 10_000, "transfer": 1_000},
    facts={
        "status": 200,
        "http_version": "1.1",
        "redirects": 1,
        "content_length": 42,
        "body_bytes": 42,
        "tls": True,
        "tls_version": "TLSv1.3",
        "not_after": 1_900_000_000_000,
    },
)
LAST = LastAnswer(
    check="shop/home",
    component="shop",
    kind="http",
    location="local",
    state=State.UP,
    interval=60_000,
    timeout=10_000,
    answer=GOOD,
    started_at=1_790_000_000_500,
    results={Outcome.UP: 7, Outcome.DOWN: 2},
    failures={Reason.TIMEOUT: 2},
    missed=3,
    latency_count=9,
    latency_sum_us=90_000,
    latency_counts=(0, 0, 4, 5, *[0] * (len(BOUNDS_US) - 3)),
)


class Prober:
    """What the collector sees of a prober."""

    def __init__(self, *answers: LastAnswer) -> None:
        self.answers = answers
        self.lag = Histogram()
        self.lost = 0
        self.running = 4
        self.waiting = 5
        self.restated = 2
        self.replaced = 1

    def snapshot(self) -> dict[str, LastAnswer]:
        return {one.check: one for one in self.answers}


def page(prober: Prober) -> list[str]:
    registry = CollectorRegistry()
    registry.register(ProbeCollector(prober))
    return generate_latest(registry).decode().splitlines()


def sample(name: str, value: str, **more: str) -> str:
    """A line of the page: Prometheus' client writes labels in the order of their names."""
    labels = {"check": "shop/home", "component": "shop", "probe_location": "local", **more}
    written = ",".join(f'{key}="{labels[key]}"' for key in sorted(labels))
    return f"{name}{{{written}}} {value}"


def test_a_check_has_upheld_names_and_the_blackbox_exporters() -> None:
    assert {
        sample("probe_success", "1.0"),
        sample("probe_duration_seconds", "0.0125"),
        sample("probe_timeout_seconds", "10.0"),
        sample("probe_dns_lookup_time_seconds", "0.0005"),
        sample("probe_http_status_code", "200.0"),
        sample("probe_http_duration_seconds", "0.01", phase="processing"),
        sample("probe_http_duration_seconds", "0.0", phase="tls"),
        sample("probe_ssl_earliest_cert_expiry", "1.9e+09"),
        sample("probe_tls_version_info", "1.0", version="TLS 1.3"),
        sample("upheld_check_state", "1.0", state="up"),
        sample("upheld_check_state", "0.0", state="down"),
        sample("upheld_check_success", "1.0"),
        sample("upheld_check_results_total", "2.0", result="down"),
        sample("upheld_check_failures_total", "2.0", reason="timeout"),
        sample("upheld_check_duration_seconds_bucket", "4.0", le="0.005"),
        sample("upheld_check_duration_seconds_count", "9.0"),
        sample("upheld_check_duration_seconds_sum", "0.09"),
    } <= set(page(Prober(LAST)))


def test_the_prober_tells_of_itself() -> None:
    lines = page(Prober(LAST))
    assert "upheld_scheduler_missed_runs_total 3.0" in lines
    assert "upheld_probes_running 4.0" in lines
    assert "upheld_probe_results_waiting 5.0" in lines


def test_our_own_fault_is_no_word_about_the_target() -> None:
    blind = Answer(outcome=Outcome.INVALID, reason=Reason.NETWORK_UNREACHABLE)
    lines = page(Prober(replace(LAST, answer=blind, state=State.UNKNOWN)))
    assert not [line for line in lines if line.startswith(("probe_success", "upheld_check_success{"))]
    assert sample("upheld_check_state", "1.0", state="unknown") in lines


def test_a_check_that_is_gone_leaves_nothing_behind() -> None:
    prober = Prober(LAST)
    registry = CollectorRegistry()
    registry.register(ProbeCollector(prober))
    assert b"shop/home" in generate_latest(registry)
    prober.answers = ()
    assert b"shop/home" not in generate_latest(registry)


def test_the_page_of_one_check_reads_like_the_blackbox_exporters() -> None:
    lines = blackbox_text(replace(LAST, answer=replace(GOOD, outcome=Outcome.DOWN, reason=Reason.BODY))).decode()
    assert "\nprobe_success 0.0\n" in lines
    assert "\nprobe_failed_due_to_regex 1.0\n" in lines
    assert '\nprobe_http_duration_seconds{phase="connect"} 0.001\n' in lines
    assert "upheld" not in lines
    assert "shop" not in lines
