"""What an answer's facts are called, and their values, for a person to read."""

from collections.abc import Iterator, Mapping

from config.language import CHINESE, say
from config.look.detail import detail_text
from config.look.figure import full_day, time_of_day, zone_name
from config.look.reason import reason_text
from config.look.state import Shown, word

ROOM = "config.look"

FACTS: Mapping[str, str] = {
    "address": "Address",
    "status": "Status",
    "http_version": "HTTP version",
    "redirects": "Redirects",
    "content_length": "Announced length, bytes",
    "body_bytes": "Body, bytes",
    "body_whole": "Body read to its end",
    "body_sha256": "Hash of the body",
    "body": "Body",
    "last_modified": "Last modified",
    "tls": "Encrypted",
    "encrypted": "Encrypted",
    "tls_version": "TLS version",
    "cipher": "Cipher",
    "verified": "Certificate trusted",
    "names": "Certificate is for",
    "chain_length": "Certificates sent",
    "not_after": "Certificate ends",
    "expires_at": "Ends",
    "expires_in_days": "Days left",
    "warning": "Coming",
    "addresses_found": "Addresses found",
    "addresses_asked": "Addresses asked",
    "addresses_good": "Addresses that were good",
    "rcode": "Response code",
    "answers": "Answers",
    "ttl": "Time to live, seconds",
    "serial": "Serial number of the zone",
    "answer_rrs": "Records in the answer",
    "authority_rrs": "Records of authority",
    "additional_rrs": "Additional records",
    "authoritative": "Authoritative",
    "truncated": "Cut short",
    "server": "Name server",
    "transport": "Transport",
    "datagrams": "Datagrams sent",
    "bytes": "Bytes heard",
    "sought": "Waited for",
    "packets_sent": "Packets sent",
    "packets_received": "Packets answered",
    "loss_percent": "Loss, percent",
    "rtt_min_us": "Shortest round trip, µs",
    "rtt_mean_us": "Mean round trip, µs",
    "rtt_max_us": "Longest round trip, µs",
    "rtt_stddev_us": "Deviation of round trips, µs",
    "reply_ttl": "Hops left in the reply",
    "value": "Value",
    "labels": "Labels",
    "series": "Series",
    "series_good": "Series within bounds",
    "greeting": "Greeting",
    "host_key": "Host key",
    "host_key_type": "Type of host key",
    "version": "Version",
    "grpc_status": "gRPC status",
    "serving_status": "Says of itself",
    "http_status": "HTTP status",
    "subprotocol": "Subprotocol",
    "steps": "Steps",
    "failed_step": "Step that failed",
    "registrar": "Registrar",
    "registry": "Registry",
    "asked_at": "Asked at",
    "due_at": "Due at",
    "late_at": "Late from",
    "started_at": "Began at",
    "next_at": "Next due at",
    "run": "Run",
    "exit_code": "Exit code",
    "held_ms": "We were held up, ms",
    "held_reason": "What it looked like",
    "restated_result": "Said at first",
    "restated_reason": "Reason said at first",
    "quarantine_since": "Many turned bad since",
    "quarantine_hosts": "Hosts that turned bad",
    "contradicted_by": "Location that says otherwise",
}
"""By the name a kind gives it."""

FAMILIES: Mapping[str, str] = {
    "header": "Header {rest}",
    "redirect": "Redirect {rest}",
    "witness": "Witness {rest}",
    "address": "Address {rest}",
    "match": "Matched: {rest}",
}
"""By the beginning of a name, where what follows a dot is not ours."""

NUMBERED: Mapping[tuple[str, str], str] = {
    ("chain", "subject"): "Certificate {n}, for",
    ("chain", "issuer"): "Certificate {n}, issued by",
    ("chain", "not_after"): "Certificate {n}, ends",
    ("chain", "sha256"): "Certificate {n}, fingerprint",
    ("chain", "serial"): "Certificate {n}, serial number",
    ("step", "status"): "Step {n}, status",
    ("step", "ms"): "Step {n}, ms",
}
"""By beginning and end, with a number between."""

_INSTANTS = frozenset(
    ("last_modified", "not_after", "expires_at", "asked_at", "due_at", "late_at", "started_at", "next_at")
)
_CODES = frozenset(("warning", "held_reason", "restated_result", "restated_reason"))
"""What has a reason or a state for its value."""
_UNKNOWN = frozenset((("content_length", -1),))
"""What says that nothing is known."""


def fact_name(name: str, language: str) -> str:
    """A name nobody gave words to is shown as it is."""
    if name in FACTS:
        return say(ROOM, language, FACTS[name])
    head, _, rest = name.partition(".")
    number, _, tail = rest.partition(".")
    if (head, tail) in NUMBERED and number.isdecimal():
        # A chain is counted from 0 by machines only.
        return say(ROOM, language, NUMBERED[head, tail], n=int(number) + (head == "chain"))
    return say(ROOM, language, FAMILIES[head], rest=rest) if rest and head in FAMILIES else name


def fact_value(name: str, value: object, zone: str, language: str) -> str:
    """Instants with day, time and zone; a reason or a state in words; everything else as it came."""
    if isinstance(value, bool):
        return say(ROOM, language, "yes" if value else "no")
    if type(value) is int and name.rpartition(".")[2] in _INSTANTS:
        moment = (full_day(value, zone, language), time_of_day(value, zone, seconds=True))
        return " ".join((*moment, zone_name(zone, value, language)))
    text = str(value)
    if name.startswith("witness."):
        return detail_text(text, language)
    if name not in _CODES and not name.startswith("address."):
        return text
    return reason_text(text, language) or (word(Shown(text), language) if text in set(Shown) else text)


def told(facts: Mapping[str, object], zone: str, language: str) -> Iterator[tuple[str, str]]:
    """Name and value of each, in the order they were learned; of a repeated redirect the first and the last."""
    rows = [(name, value) for name, value in facts.items() if value not in (None, "") and (name, value) not in _UNKNOWN]
    for place, (name, value) in enumerate(rows):
        around = [rows[other][1] for other in (place - 1, place + 1) if 0 <= other < len(rows)]
        again = name.startswith("redirect.") and place > 0 and rows[place - 1][1] == value
        if again and around.count(value) == 2:
            continue
        shown = say(ROOM, language, "the same") if again else fact_value(name, value, zone, language)
        yield fact_name(name, language), shown


def attempt_told(number: int, said: str, address: str | None, spent: str, language: str) -> tuple[str, str]:
    """One try of a check that was asked more than once: name and value, as those of a fact."""
    comma = "，" if language == CHINESE else ", "
    return say(ROOM, language, "Attempt {n}", n=number), comma.join([said, *([address] if address else []), spent])
