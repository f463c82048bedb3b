"""The last answer of each check in the names and shapes of blackbox_exporter, so that stock dashboards and alerts fit.

A check we could not ask, or whose last answer is no evidence any more, has no samples: our own fault must not look like
the target's, and an old answer not like a new one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from ipaddress import ip_address

from prometheus_client.metrics_core import Metric

from config.instant import SECOND, Instant
from probe.result import Outcome, Plain, Reason
from probe.watch import LastAnswer

PHASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "http": {name: (name,) for name in ("resolve", "connect", "tls", "processing", "transfer")},
    "websocket": {
        "resolve": ("resolve",),
        "connect": ("connect", "tls"),
        "processing": ("processing",),
        "transfer": ("transfer",),
    },
    "dns": {"resolve": ("resolve",), "connect": ("connect", "tls"), "request": ("processing",)},
    "icmp": {"resolve": ("resolve",), "setup": ("connect",), "rtt": ("processing",)},
    "grpc": {"resolve": ("resolve",), "check": ("connect", "tls", "processing", "transfer")},
}
"""Their phases, and which of ours make them up."""
_DURATIONS = {
    "http": ("probe_http_duration_seconds", "Duration of http request by phase, summed over all redirects"),
    "websocket": ("probe_websocket_duration_seconds", "Duration of websocket request by phase"),
    "dns": ("probe_dns_duration_seconds", "Duration of DNS request by phase"),
    "icmp": ("probe_icmp_duration_seconds", "Duration of icmp request by phase"),
    "grpc": ("probe_grpc_duration_seconds", "Duration of gRPC request by phase"),
}
_SERVING = ("SERVING", "NOT_SERVING", "UNKNOWN", "SERVICE_UNKNOWN")
_NUMBERS: Mapping[str, Sequence[tuple[str, str, str, float]]] = {
    "http": (
        ("status", "probe_http_status_code", "Response HTTP status code", 0),
        ("tls", "probe_http_ssl", "Indicates if SSL was used for the final redirect", 0),
        ("redirects", "probe_http_redirects", "The number of redirects", 0),
        ("http_version", "probe_http_version", "Returns the version of HTTP of the probe response", 0),
        ("content_length", "probe_http_content_length", "Length of http content response", -1),
        ("body_bytes", "probe_http_uncompressed_body_length", "Length of uncompressed response body", 0),
    ),
    "dns": (
        ("answer_rrs", "probe_dns_answer_rrs", "Returns number of entries in the answer resource record list", 0),
        (
            "authority_rrs",
            "probe_dns_authority_rrs",
            "Returns number of entries in the authority resource record list",
            0,
        ),
        (
            "additional_rrs",
            "probe_dns_additional_rrs",
            "Returns number of entries in the additional resource record list",
            0,
        ),
    ),
    "grpc": (("grpc_status", "probe_grpc_status_code", "Response gRPC status code", 0),),
    "websocket": (("status", "probe_websocket_status_code", "Response HTTP status code of the upgrade", 0),),
}
"""Fact, name, help, value where the fact is not known."""


NOTHING: Mapping[str, str] = {}


class _Families:
    """Samples by family, in the order they were first put."""

    def __init__(self) -> None:
        self.by_name: dict[str, Metric] = {}

    def put(self, common: Mapping[str, str], name: str, text: str, value: float, more: Mapping[str, str]) -> None:
        family = self.by_name.get(name)
        if family is None:
            family = self.by_name[name] = Metric(name, text, "gauge")
        family.add_sample(name, {**more, **common}, value)


def families(answers: Iterable[tuple[LastAnswer, dict[str, str]]], now: Instant) -> Iterator[Metric]:
    """Each answer with the labels its samples get. A family without a sample is left out."""
    found = _Families()
    for one, labels in answers:
        if one.answer is not None and one.answer.outcome.valid and (one.holds_until is None or now < one.holds_until):
            _of(one, labels, found)
    yield from found.by_name.values()


def _of(one: LastAnswer, labels: dict[str, str], found: _Families) -> None:
    answer = one.answer
    assert answer is not None

    def put(name: str, text: str, value: float, more: Mapping[str, str] = NOTHING) -> None:
        found.put(labels, name, text, value, more)

    good = answer.outcome is not Outcome.DOWN
    put("probe_success", "Displays whether or not the probe was a success", float(good))
    put("probe_duration_seconds", "Returns how long the probe took to complete in seconds", answer.latency_us / 1e6)
    put("probe_timeout_seconds", "Returns the timeout of the probe in seconds", one.timeout / SECOND)
    lookup = answer.phases.get("resolve", 0) / 1e6
    put("probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds", lookup)
    for phase, ours in PHASES.get(one.kind, {}).items():
        seconds = sum(answer.phases.get(each, 0) for each in ours) / 1e6
        put(*_DURATIONS[one.kind], seconds, {"phase": phase})
    for fact, name, text, unknown in _NUMBERS.get(one.kind, ()):
        put(name, text, _number(answer.facts.get(fact), unknown))
    found_of = {"http": _http, "dns": _dns, "icmp": _icmp, "grpc": _grpc, "websocket": _websocket, "tcp": _tcp}
    for samples in (_address, found_of.get(one.kind), _certificate):
        for name, text, value, more in samples(answer.facts, answer.reason) if samples is not None else ():
            put(name, text, value, more)


_Samples = Iterator[tuple[str, str, float, dict[str, str]]]


def _address(facts: Mapping[str, Plain], reason: Reason | None) -> _Samples:
    try:
        address = ip_address(str(facts.get("address")).partition("%")[0])
    except ValueError:
        return
    yield "probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6", float(address.version), {}
    digest = int.from_bytes(blake2b(address.packed, digest_size=4).digest(), "big")
    text = "Specifies the hash of IP address. It's useful to detect if the IP address changes."
    yield "probe_ip_addr_hash", text, float(digest), {}


def _http(facts: Mapping[str, Plain], reason: Reason | None) -> _Samples:
    broken = float(reason in (Reason.BODY, Reason.HEADER))
    yield "probe_failed_due_to_regex", "Indicates if probe failed due to regex", broken, {}
    modified = facts.get("last_modified")
    if isinstance(modified, int):
        text = "Returns the Last-Modified HTTP response header in unixtime"
        yield "probe_http_last_modified_timestamp_seconds", text, modified / SECOND, {}


def _dns(facts: Mapping[str, Plain], reason: Reason | None) -> _Samples:
    answered = float("rcode" in facts)
    yield "probe_dns_query_succeeded", "Displays whether or not the query was executed successfully", answered, {}
    if "serial" in facts:
        yield "probe_dns_serial", "Returns the serial number of the zone", _number(facts["serial"]), {}


def _icmp(facts: Mapping[str, Plain], reason: Reason | None) -> _Samples:
    if "reply_ttl" in facts:
        text = "Replied packet hop limit (TTL for ipv4)"
        yield "probe_icmp_reply_hop_limit", text, _number(facts["reply_ttl"]), {}


def _grpc(facts: Mapping[str, Plain], reason: Reason | None) -> _Samples:
    yield "probe_grpc_ssl", "Indicates if SSL was used for the connection", float("tls_version" in facts), {}
    for status in _SERVING:
        said = float(facts.get("serving_status") == status)
        yield "probe_grpc_healthcheck_response", "Response HealthCheck response", said, {"serving_status": status}


def _websocket(facts: Mapping[str, Plain], reason: Reason | None) -> _Samples:
    upgraded = float(facts.get("status") == 101)
    yield "probe_websocket_connection_upgraded", "Indicates if the connection was upgraded", upgraded, {}
    broken = float(reason is Reason.BODY)
    yield "probe_websocket_failed_due_to_regex", "Indicates if probe failed due to regex", broken, {}


def _tcp(facts: Mapping[str, Plain], reason: Reason | None) -> _Samples:
    broken, sought = reason is Reason.BODY, facts.get("sought")
    by_text, by_bytes = broken and sought != "bytes", broken and sought == "bytes"
    yield "probe_failed_due_to_regex", "Indicates if probe failed due to regex", float(by_text), {}
    yield "probe_failed_due_to_bytes", "Indicates if probe failed due to bytes", float(by_bytes), {}
    # Named groups of what was matched last: the operator's own labels.
    matched = {name[6:]: str(fact) for name, fact in facts.items() if name.startswith("match.")}
    if matched:
        yield "probe_expect_info", "Explicit content matched", 1.0, matched


def _certificate(facts: Mapping[str, Plain], reason: Reason | None) -> _Samples:
    if "tls_version" in facts:
        version = str(facts["tls_version"]).replace("TLSv", "TLS ")
        yield "probe_tls_version_info", "Returns the TLS version used or NaN when unknown", 1.0, {"version": version}
    if facts.get("cipher"):
        yield "probe_tls_cipher_info", "Returns the TLS cipher negotiated", 1.0, {"cipher": str(facts["cipher"])}
    ends = [end for place in range(8) if isinstance(end := facts.get(f"chain.{place}.not_after"), int)]
    first = min(ends, default=facts.get("not_after"))
    if isinstance(first, int):
        yield "probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime", first / SECOND, {}
    trusted = facts.get("expires_at")
    if facts.get("verified") is not True or not isinstance(trusted, int):
        return
    text = "Returns last SSL chain expiry in timestamp"
    yield "probe_ssl_last_chain_expiry_timestamp_seconds", text, trusted / SECOND, {}
    labels = {
        "fingerprint_sha256": str(facts.get("chain.0.sha256", "")),
        "subject": str(facts.get("chain.0.subject", "")),
        "issuer": str(facts.get("chain.0.issuer", "")),
        "subjectalternative": str(facts.get("names", "")).replace(", ", ","),
        "serialnumber": str(facts.get("chain.0.serial", "")),
    }
    yield "probe_ssl_last_chain_info", "Contains SSL leaf certificate information", 1.0, labels


def _number(fact: Plain, unknown: float = 0.0) -> float:
    try:
        return unknown if fact is None else float(fact)
    except ValueError:
        return unknown
