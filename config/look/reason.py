"""Why a component is not up, in words for people; the keys are the reasons probes store."""

from collections.abc import Mapping

from config.language import say

REASONS: Mapping[str, str] = {
    "connection_refused": "Connection refused",
    "connection_reset": "Connection broken off",
    "host_unreachable": "Not reachable",
    "timeout": "No answer in time",
    "dns_failure": "Name not found",
    "tls_failure": "No secure connection",
    "certificate_invalid": "Certificate not valid",
    "certificate_expired": "Certificate expired",
    "status": "Answered with an error",
    "body": "Answered with the wrong content",
    "header": "Answered with the wrong headers",
    "too_large": "Answer too large",
    "redirect": "Answered with a redirect",
    "redirect_denied": "Redirected to a forbidden address",
    "protocol_error": "Answer not understood",
    "not_encrypted": "Connection not encrypted",
    "login_refused": "Login refused",
    "not_serving": "Says it is not serving",
    "packet_loss": "Packets lost",
    "out_of_range": "Figure out of bounds",
    "certificate_expiring": "Certificate expires soon",
    "domain_expiring": "Domain expires soon",
    "domain_expired": "Domain expired",
    "key_changed": "Key is not the known one",
    "too_slow": "Slow answers",
    "heartbeat_late": "Sign of life overdue",
    "heartbeat_failed": "Reported a failure itself",
    "network_unreachable": "Not measured: our own connection",
    "resolver_unreachable": "Not measured: our own name server",
    "out_of_files": "Not measured: our own machine was full",
    "out_of_ports": "Not measured: our own machine was full",
    "loop_held": "Not measured: our own machine was busy",
    "bad_target": "Not measured: our own setting",
    "target_denied": "Not measured: address not allowed",
    "source_failed": "Not measured: source of the figures",
    "not_permitted": "Not measured: not permitted on our own machine",
    "internal_error": "Not measured: our own fault",
    "not_listening": "Not measured: our own intake was closed",
    "quarantined": "Not measured: our own connection",
    "clock_stepped": "Not measured: our own clock was set",
    "lapsed": "Not measured: no evidence",
    "missed": "Not measured: not run",
    "check_edited": "Not measured: check changed",
    "oncall_gap": "Nobody is on call within 14 days",
    "person_unreachable": "Somebody on call cannot be reached",
    "one_channel": "Called for severity 1 over one channel alone",
    "channel_unverified": "A channel that nobody has tried",
    "one_verified_channel": "Called for severity 1 without a second channel that was tried",
    "nobody_told": "A severe incident that no policy tells anybody of",
    "post_unheard": "An accepted post that could not be understood",
    "peer_dead": "Another upheld does not answer",
    "peer_heartbeat_late": "Another upheld answers but does not work",
    "peer_ledger_shrank": "The ledger of another upheld has become smaller",
    "check_removed": "Not measured: check removed",
    "component_removed": "Not measured: taken out of the configuration",
    "drill": "A drill",
}


def reason_text(reason: str | None, language: str) -> str:
    """In that language; empty for none and for words that are not ours to translate."""
    known = REASONS.get(reason or "")
    return say("config.look", language, known) if known else ""
