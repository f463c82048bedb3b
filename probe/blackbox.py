"""The last answer of each check in the names and shapes of blackbox_exporter, so that stock dashboards and alerts fit.

A check we could not ask, or whose last answer is no evidence any more, has no samples: our own fault must not look like
the target's, and an old answer not like a new one.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from hashlib import blake2b
from ipaddress import ip_address
from typing import NamedTuple

from config.instant import SECOND, Instant, Span
from probe.exposition import Family, Samples, label, label_name
from probe.result import Answer, Outcome, Plain, Reason
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


class Shown(NamedTuple):
    """What of a check stands in its samples; `taken` are the labels that all of them have already."""

    kind: str
    timeout: Span
    answer: Answer
    taken: Collection[str] = ()


def shown(one: LastAnswer, now: Instant, taken: Collection[str] = ()) -> Shown | None:
    """None: it has no samples."""
    if one.answer is None or not one.answer.outcome.valid or (one.holds_until is not None and now >= one.holds_until):
        return None
    return Shown(one.kind, one.timeout, one.answer, taken)


_Value = Callable[[Shown], float | None]


def _family(name: str, text: str, samples: Callable[[Shown], Samples], kind: str | None = None) -> Family[Shown]:
    """`kind`: of checks; None: of all."""
    if kind is None:
        return Family(name=name, text=text, samples=samples)
    return Family(name=name, text=text, samples=lambda one: samples(one) if one.kind == kind else ())


def _gauge(name: str, text: str, value: _Value, kind: str | None = None) -> Family[Shown]:
    """A sample where there is a value."""

    def samples(one: Shown) -> Samples:
        found = value(one)
        return () if found is None else (("", "", found),)

    return _family(name, text, samples, kind)


def _phases(kind: str) -> Family[Shown]:
    parts = [(label("phase", phase), ours) for phase, ours in PHASES[kind].items()]

    def samples(one: Shown) -> Samples:
        took = one.answer.phases
        return [("", more, sum(took.get(each, 0) for each in ours) / 1e6) for more, ours in parts]

    return _family(*_DURATIONS[kind], samples, kind)


def _fact(kind: str, fact: str, name: str, text: str, unknown: float) -> Family[Shown]:
    return _gauge(name, text, lambda one: _number(one.answer.facts.get(fact), unknown), kind)


def _packed(one: Shown) -> bytes | None:
    try:
        return ip_address(str(one.answer.facts.get("address")).partition("%")[0]).packed
    except ValueError:
        return None


def _protocol(one: Shown) -> float | None:
    packed = _packed(one)
    return None if packed is None else 4.0 if len(packed) == 4 else 6.0


def _address_hash(one: Shown) -> float | None:
    packed = _packed(one)
    return None if packed is None else float(int.from_bytes(blake2b(packed, digest_size=4).digest(), "big"))


def _by_regex(one: Shown) -> float | None:
    reason = one.answer.reason
    if one.kind == "http":
        return float(reason in (Reason.BODY, Reason.HEADER))
    if one.kind == "tcp":
        return float(reason is Reason.BODY and one.answer.facts.get("sought") != "bytes")
    return None


def _by_bytes(one: Shown) -> float:
    return float(one.answer.reason is Reason.BODY and one.answer.facts.get("sought") == "bytes")


def _modified(one: Shown) -> float | None:
    modified = one.answer.facts.get("last_modified")
    return modified / SECOND if isinstance(modified, int) else None


def _known(fact: str) -> _Value:
    """Only where the fact is known."""
    return lambda one: _number(one.answer.facts[fact]) if fact in one.answer.facts else None


def _serving(one: Shown) -> Samples:
    said = one.answer.facts.get("serving_status")
    return [("", label("serving_status", status), float(said == status)) for status in _SERVING]


def _matched(one: Shown) -> Samples:
    """Named groups of what was matched last: the operator's own labels, but for those that every sample has."""
    named = {label_name(name[6:]): str(fact) for name, fact in one.answer.facts.items() if name.startswith("match.")}
    more = "".join(label(name, named[name]) for name in sorted(named) if name not in one.taken)
    return (("", more, 1.0),) if named else ()


def _tls_version(one: Shown) -> Samples:
    version = one.answer.facts.get("tls_version")
    return (("", label("version", str(version).replace("TLSv", "TLS ")), 1.0),) if version is not None else ()


def _cipher(one: Shown) -> Samples:
    cipher = one.answer.facts.get("cipher")
    return (("", label("cipher", str(cipher)), 1.0),) if cipher else ()


def _first_end(one: Shown) -> float | None:
    facts = one.answer.facts
    ends = [end for place in range(8) if isinstance(end := facts.get(f"chain.{place}.not_after"), int)]
    first = min(ends, default=facts.get("not_after"))
    return first / SECOND if isinstance(first, int) else None


def _trusted_end(one: Shown) -> float | None:
    trusted = one.answer.facts.get("expires_at")
    return trusted / SECOND if one.answer.facts.get("verified") is True and isinstance(trusted, int) else None


def _chain(one: Shown) -> Samples:
    if _trusted_end(one) is None:
        return ()
    facts = one.answer.facts
    labels = {
        "fingerprint_sha256": str(facts.get("chain.0.sha256", "")),
        "issuer": str(facts.get("chain.0.issuer", "")),
        "serialnumber": str(facts.get("chain.0.serial", "")),
        "subject": str(facts.get("chain.0.subject", "")),
        "subjectalternative": str(facts.get("names", "")).replace(", ", ","),
    }
    return (("", "".join(label(name, value) for name, value in labels.items()), 1.0),)


def _number(fact: Plain, unknown: float = 0.0) -> float:
    try:
        return unknown if fact is None else float(fact)
    except ValueError:
        return unknown


def _families() -> Iterator[Family[Shown]]:
    yield _gauge(
        "probe_success",
        "Displays whether or not the probe was a success",
        lambda one: float(one.answer.outcome is not Outcome.DOWN),
    )
    yield _gauge(
        "probe_duration_seconds",
        "Returns how long the probe took to complete in seconds",
        lambda one: one.answer.latency_us / 1e6,
    )
    yield _gauge(
        "probe_timeout_seconds", "Returns the timeout of the probe in seconds", lambda one: one.timeout / SECOND
    )
    yield _gauge(
        "probe_dns_lookup_time_seconds",
        "Returns the time taken for probe dns lookup in seconds",
        lambda one: one.answer.phases.get("resolve", 0) / 1e6,
    )
    yield from (_phases(kind) for kind in PHASES)
    yield from (_fact(kind, *fact) for kind, facts in _NUMBERS.items() for fact in facts)
    yield _gauge("probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6", _protocol)
    text = "Specifies the hash of IP address. It's useful to detect if the IP address changes."
    yield _gauge("probe_ip_addr_hash", text, _address_hash)
    yield _gauge("probe_failed_due_to_regex", "Indicates if probe failed due to regex", _by_regex)
    yield from _of_single_kinds()
    yield _family("probe_tls_version_info", "Returns the TLS version used or NaN when unknown", _tls_version)
    yield _family("probe_tls_cipher_info", "Returns the TLS cipher negotiated", _cipher)
    yield _gauge("probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime", _first_end)
    text = "Returns last SSL chain expiry in timestamp"
    yield _gauge("probe_ssl_last_chain_expiry_timestamp_seconds", text, _trusted_end)
    yield _family("probe_ssl_last_chain_info", "Contains SSL leaf certificate information", _chain)


def _of_single_kinds() -> Iterator[Family[Shown]]:
    text = "Returns the Last-Modified HTTP response header in unixtime"
    yield _gauge("probe_http_last_modified_timestamp_seconds", text, _modified, "http")
    text = "Displays whether or not the query was executed successfully"
    yield _gauge("probe_dns_query_succeeded", text, lambda one: float("rcode" in one.answer.facts), "dns")
    yield _gauge("probe_dns_serial", "Returns the serial number of the zone", _known("serial"), "dns")
    yield _gauge("probe_icmp_reply_hop_limit", "Replied packet hop limit (TTL for ipv4)", _known("reply_ttl"), "icmp")
    text = "Indicates if SSL was used for the connection"
    yield _gauge("probe_grpc_ssl", text, lambda one: float("tls_version" in one.answer.facts), "grpc")
    yield _family("probe_grpc_healthcheck_response", "Response HealthCheck response", _serving, "grpc")
    yield _gauge(
        "probe_websocket_connection_upgraded",
        "Indicates if the connection was upgraded",
        lambda one: float(one.answer.facts.get("status") == 101),
        "websocket",
    )
    yield _gauge(
        "probe_websocket_failed_due_to_regex",
        "Indicates if probe failed due to regex",
        lambda one: float(one.answer.reason is Reason.BODY),
        "websocket",
    )
    yield _gauge("probe_failed_due_to_bytes", "Indicates if probe failed due to bytes", _by_bytes, "tcp")
    yield _family("probe_expect_info", "Explicit content matched", _matched, "tcp")


FAMILIES: Sequence[Family[Shown]] = tuple(_families())
