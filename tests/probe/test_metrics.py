"""What Prometheus reads."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from config.state import State
from probe.latency import BOUNDS_US, Histogram
from probe.metrics import ProbeCollector, blackbox_text, texts
from probe.result import Answer, Outcome, Plain, Reason
from probe.watch import LastAnswer
from tests.servers.program import find_program

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
NOW = 1_790_000_030_000
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
    holds_until=1_790_000_130_500,
    results={Outcome.UP: 7, Outcome.DOWN: 2},
    failures={Reason.TIMEOUT: 2},
    missed=3,
    latency_sum_us=90_000,
    latency_counts=(0, 0, 4, 5, *[0] * (len(BOUNDS_US) - 3)),
)


class Prober:
    """What the collector sees of a prober."""

    def __init__(self, *given: LastAnswer) -> None:
        self.given = given
        self.lag = Histogram()
        self.lost = 0
        self.missed = 3
        self.running = 4
        self.waiting = 5
        self.restated = 2
        self.replaced = 1

    def answers(self) -> Iterator[LastAnswer]:
        return iter(self.given)


def page(prober: Prober) -> str:
    registry = CollectorRegistry()
    registry.register(ProbeCollector(prober))
    return generate_latest(registry).decode() + "".join(texts(prober, NOW))


def lines(*answers: LastAnswer) -> list[str]:
    return page(Prober(*answers)).splitlines()


def sample(name: str, value: str, **more: str) -> str:
    """A line of the page."""
    labels = {"check": "shop/home", "component": "shop", "probe_location": "local", **more}
    written = ",".join(f'{key}="{value}"' for key, value in labels.items())
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
    } <= set(lines(LAST))


def test_the_prober_tells_of_itself() -> None:
    assert {
        "upheld_scheduler_missed_runs_total 3.0",
        "upheld_probes_running 4.0",
        "upheld_probe_results_waiting 5.0",
    } <= set(lines(LAST))


def test_our_own_fault_is_no_word_about_the_target() -> None:
    blind = Answer(outcome=Outcome.INVALID, reason=Reason.NETWORK_UNREACHABLE)
    told = lines(replace(LAST, answer=blind, state=State.UNKNOWN))
    assert not [line for line in told if line.startswith(("probe_success", "upheld_check_success{"))]
    assert sample("upheld_check_state", "1.0", state="unknown") in told


def test_the_page_of_one_check_reads_like_the_blackbox_exporters() -> None:
    told = blackbox_text(replace(LAST, answer=replace(GOOD, outcome=Outcome.DOWN, reason=Reason.BODY)), NOW)
    assert "\nprobe_success 0.0\n" in told
    assert "\nprobe_failed_due_to_regex 1.0\n" in told
    assert '\nprobe_http_duration_seconds{phase="connect"} 0.001\n' in told
    assert "upheld" not in told
    assert "shop" not in told


def test_an_answer_that_is_no_evidence_any_more_is_not_shown_as_the_present() -> None:
    assert "probe_success" in blackbox_text(LAST, NOW)
    assert blackbox_text(LAST, 1_790_000_130_500) == ""


OF_TLS: dict[str, Plain] = {
    "tls_version": "TLSv1.3",
    "cipher": "TLS_AES_256_GCM_SHA384",
    "address": "192.0.2.10",
    "verified": True,
    "names": "a.example.com, b.example.com",
    "chain.0.subject": "a.example.com",
    "chain.0.issuer": "R3",
    "chain.0.not_after": 1_900_000_000_000,
    "chain.0.sha256": "ab12",
    "chain.0.serial": "7f",
    "chain.1.not_after": 1_800_000_000_000,
    "expires_at": 1_800_000_000_000,
}


@pytest.mark.parametrize(
    "kind, facts, reason, told",
    [
        (
            "tls",
            OF_TLS,
            None,
            [
                "probe_ip_protocol 4.0",
                "probe_ssl_earliest_cert_expiry 1.8e+09",
                "probe_ssl_last_chain_expiry_timestamp_seconds 1.8e+09",
                'probe_ssl_last_chain_info{fingerprint_sha256="ab12",issuer="R3",serialnumber="7f",'
                'subject="a.example.com",subjectalternative="a.example.com,b.example.com"} 1.0',
                'probe_tls_cipher_info{cipher="TLS_AES_256_GCM_SHA384"} 1.0',
                'probe_tls_version_info{version="TLS 1.3"} 1.0',
            ],
        ),
        (
            "dns",
            {"rcode": "NOERROR", "answer_rrs": 2, "authority_rrs": 1, "additional_rrs": 0, "serial": 2026112601},
            None,
            [
                'probe_dns_duration_seconds{phase="connect"} 0.005',
                'probe_dns_duration_seconds{phase="request"} 0.008',
                "probe_dns_answer_rrs 2.0",
                "probe_dns_query_succeeded 1.0",
                "probe_dns_serial 2.026112601e+09",
            ],
        ),
        ("dns", {}, Reason.TIMEOUT, ["probe_dns_query_succeeded 0.0", "probe_dns_answer_rrs 0.0"]),
        (
            "icmp",
            {"address": "2001:db8::1", "reply_ttl": 57},
            None,
            [
                "probe_ip_protocol 6.0",
                'probe_icmp_duration_seconds{phase="rtt"} 0.008',
                'probe_icmp_duration_seconds{phase="setup"} 0.002',
                "probe_icmp_reply_hop_limit 57.0",
            ],
        ),
        (
            "grpc",
            {"grpc_status": 0, "serving_status": "NOT_SERVING"},
            Reason.NOT_SERVING,
            [
                'probe_grpc_duration_seconds{phase="check"} 0.017',
                "probe_grpc_ssl 0.0",
                "probe_grpc_status_code 0.0",
                'probe_grpc_healthcheck_response{serving_status="NOT_SERVING"} 1.0',
                'probe_grpc_healthcheck_response{serving_status="SERVING"} 0.0',
            ],
        ),
        (
            "websocket",
            {"status": 101},
            Reason.BODY,
            [
                'probe_websocket_duration_seconds{phase="transfer"} 0.004',
                "probe_websocket_status_code 101.0",
                "probe_websocket_connection_upgraded 1.0",
                "probe_websocket_failed_due_to_regex 1.0",
            ],
        ),
        ("tcp", {}, Reason.BODY, ["probe_failed_due_to_regex 1.0", "probe_success 0.0"]),
        ("tcp", {"sought": "bytes"}, Reason.BODY, ["probe_failed_due_to_regex 0.0", "probe_failed_due_to_bytes 1.0"]),
        (
            "tcp",
            {"match.name": "mx1", "match.value": "2"},
            None,
            ['probe_expect_info{name="mx1",value="2"} 1.0', "probe_failed_due_to_bytes 0.0"],
        ),
        (
            "http",
            {"last_modified": 1_780_000_000_000},
            Reason.HEADER,
            [
                "probe_http_last_modified_timestamp_seconds 1.78e+09",
                "probe_failed_due_to_regex 1.0",
                "probe_http_status_code 0.0",
                "probe_http_content_length -1.0",
            ],
        ),
    ],
)
def test_every_kind_of_the_blackbox_exporter_has_its_names(
    kind: str, facts: dict[str, Plain], reason: Reason | None, told: list[str]
) -> None:
    phases = {"resolve": 1_000, "connect": 2_000, "tls": 3_000, "processing": 8_000, "transfer": 4_000}
    outcome = Outcome.UP if reason is None else Outcome.DOWN
    answer = Answer(outcome=outcome, reason=reason, latency_us=18_000, phases=phases, facts=facts)
    assert set(told) <= set(blackbox_text(replace(LAST, kind=kind, answer=answer), NOW).splitlines())


def test_whatever_a_target_says_of_itself_is_read_as_it_was_said() -> None:
    """Quotes, backslashes and lines of others stay inside of their label, and take no label of ours."""
    said = 'a "b" \\ c\nprobe_success 0 \\n'
    hostile = {"match.check": "mine", "match.1é": said, "match.plain": "2"}
    names = replace(LAST, kind="tcp", component=said, answer=replace(GOOD, facts={**hostile, "cipher": said}))
    found = {
        one.name: (one.labels, one.value)
        for family in text_string_to_metric_families("".join(texts(Prober(names), NOW)))
        for one in family.samples
    }
    ours = {"check": "shop/home", "component": said, "probe_location": "local"}
    assert found["probe_success"] == (ours, 1.0)
    assert found["probe_tls_cipher_info"] == ({**ours, "cipher": said}, 1.0)
    assert found["probe_expect_info"] == ({**ours, "_1_": said, "plain": "2"}, 1.0)


@pytest.mark.slow
def test_many_checks_are_one_family_in_pieces_that_are_short() -> None:
    many = [replace(LAST, check=f"shop/{number}") for number in range(1000)]
    pieces = list(texts(Prober(*many), NOW))
    told = "".join(pieces)
    assert told.count("# TYPE upheld_check_duration_seconds histogram\n") == 1
    assert max(piece.count("\n") for piece in pieces) < 2_000
    counted = [family for family in text_string_to_metric_families(told) if family.name == "upheld_check_results"]
    assert [(family.type, len(family.samples)) for family in counted] == [("counter", 4_000)]


@pytest.mark.server
def test_promtool_has_nothing_to_say_about_the_page() -> None:
    kinds = ("http", "tls", "dns", "icmp", "grpc", "websocket", "tcp")
    answers = [replace(LAST, check=f"shop/{kind}", kind=kind, answer=replace(GOOD, facts=OF_TLS)) for kind in kinds]
    text = page(Prober(*answers))
    promtool = find_program("promtool", "prometheus")
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
