"""What a tired person would try next, by the reason of a result; the keys are the reasons probes give."""

from collections.abc import Mapping

from config.language import say

ADVICE: Mapping[str, str] = {
    "connection_refused": (
        "The machine is there and nothing listens on that port. Is the service running, and on this address? "
        "On the machine: ss -ltnp."
    ),
    "connection_reset": (
        "Something ended the connection in the middle: the service crashing on the request, a proxy, or a "
        "firewall. Look into its log at this minute. Asked in the clear, does it want https there?"
    ),
    "host_unreachable": (
        "No way leads to the machine. Is it switched on, was its address or a route changed? Try: ip route "
        "get ADDRESS, and ping it."
    ),
    "timeout": (
        "Look at the longest phase. In connect: a firewall that drops, or a machine that is off. Later: the "
        "service is alive and stuck; look at its load, its database, its queue."
    ),
    "timeout/connect": (
        "Nothing answered the first packet: a firewall that drops it, a wrong address, or a machine that is off. "
        "Try: ping ADDRESS, and the same port from another place."
    ),
    "timeout/tls": (
        "The port is open and nobody says a word of TLS: a service without TLS behind an https address, or a "
        "proxy that is stuck. Try: openssl s_client -connect HOST:PORT."
    ),
    "timeout/processing": (
        "It took the question and says nothing: alive and stuck. Look at its load, its database, its queue, and "
        "at whatever it waits for itself."
    ),
    "timeout/transfer": (
        "It began to answer and did not end: something behind it is slow or stuck, or packets are lost on the way "
        "(mtr ADDRESS)."
    ),
    "timeout/icmp": (
        "No ping comes back: the machine is off, the way is cut, or a firewall eats pings. Ask a port of it too: "
        "upheld probe tcp HOST:PORT. Where the way ends says mtr ADDRESS."
    ),
    "timeout/dns": (
        "The name server is silent. Does it run, and may this machine ask it? Over UDP a firewall says nothing. "
        "Try: dig @SERVER NAME, and the same with +tcp."
    ),
    "dns_failure": (
        "The name servers say there is no such name or record. Was it mistyped, or its zone changed or run "
        "out? Try: dig NAME, and dig NAME +trace."
    ),
    "tls_failure": (
        "It answers, and no encryption comes about. Is it TLS on this port at all, and which versions does it "
        "speak? Try: openssl s_client -connect HOST:PORT -servername HOST."
    ),
    "certificate_invalid": (
        "The certificate is not for this name, or its chain leads to no authority we trust. Is the "
        "intermediate certificate sent too? What it sends shows: upheld probe tls HOST:PORT. With an authority of your "
        "own: tls.ca_file."
    ),
    "certificate_expired": (
        "The certificate has ended. Renew it and load it into every server that shows it; if it was renewed "
        "already, the service still holds the old one: reload it."
    ),
    "status": (
        "The service is up and answers with an error. Its own log at this minute says why; 502 to 504 come "
        "from the proxy before it, so look behind that."
    ),
    "body": (
        "It answers, and says something else than expected. Look at it yourself: an error page with status "
        "200, a login page, a changed text?"
    ),
    "header": (
        "It answers with headers other than expected. Was the service, or a proxy or cache before it, changed lately?"
    ),
    "too_large": "The answer is longer than is read. Ask a page made for checks, or raise the limit.",
    "redirect": (
        "It sends us round too often, or to no address. Compare the scheme and the host that proxy and "
        "service believe they have."
    ),
    "redirect_denied": (
        "It sends us to an address that may never be asked. Where nobody meant that, take it for an attack on "
        "the service."
    ),
    "protocol_error": (
        "Something else speaks on that port, or it speaks wrongly. Are port and scheme right, is a proxy in between?"
    ),
    "protocol_error/the body broke off or was wrongly encoded": (
        "It began to answer and broke off, or what it compressed cannot be read: a process that died meanwhile, a "
        "proxy with a time limit or a full disk, a wrong Content-Length. Their logs at this minute, and curl -v "
        "--compressed, say which."
    ),
    "not_encrypted": (
        "Encryption is wanted and not offered. Was TLS switched off in the service, or does something on the "
        "way take STARTTLS out?"
    ),
    "login_refused": (
        "It is up and refuses our name or password. Were they changed, or is the account locked? Try them by "
        "hand from this machine."
    ),
    "not_serving": (
        "It is up and says itself that it does not serve: starting, stopping, or without something it needs. "
        "Its log says which."
    ),
    "packet_loss": (
        "Packets are lost on the way. Try: mtr ADDRESS; where it begins, and whether only we see it, says "
        "whose fault it is."
    ),
    "out_of_range": (
        "What is measured is outside its bounds. Look at the figure over the last hours before you look at the bound."
    ),
    "domain_expired": (
        "The domain's registration has ended. Renew it with the registrar today: after some weeks anybody may take it."
    ),
    "domain_expiring": "Renew the domain with its registrar, and see why it does not renew by itself.",
    "certificate_expiring": "Renew the certificate, and see why that did not happen by itself.",
    "key_changed": (
        "It shows another key than the known one. Was it set up anew? If nobody knows of that, do not log in: "
        "somebody may stand in between."
    ),
    "too_slow": (
        "It works, and slowly. The longest phase says where: resolve the name servers, connect and tls the "
        "network or a full machine, processing the service itself."
    ),
    "network_unreachable": (
        "This machine has no way out, so it says nothing about the target. Look at its own line: ip addr, ip route."
    ),
    "resolver_unreachable": (
        "This machine's own name servers do not answer, so it says nothing about the target. Look into "
        "/etc/resolv.conf, and ask each one there with dig."
    ),
    "out_of_files": "This machine may not open more files. Raise LimitNOFILE (ulimit -n), and see what holds so many.",
    "out_of_ports": "This machine has no free ports left. See what holds so many connections: ss -s.",
    "loop_held": (
        "This process was held up and did not see the answer in time. Is the machine overloaded, or was it asleep?"
    ),
    "bad_target": (
        "What was asked cannot be asked; nothing was sent. Write the target or the option as the sentence above says."
    ),
    "target_denied": "That address is never asked, whoever names it, or not for who named it here. Nothing was sent.",
    "source_failed": (
        "What should tell us about the target did not answer itself, so nothing is known of the target. Look "
        "at the source first."
    ),
    "not_permitted": (
        "The system does not let us ask this way; nothing was sent. The sentence above says what to allow."
    ),
    "internal_error": "A fault of ours, not the target's. Ask again; if it stays, report it with the sentence above.",
}


def advice(reason: str | None, language: str, *about: str) -> str:
    """A few sentences, or none; of `about` (kind, phase, detail) the first with advice of its own for this reason."""
    own = (ADVICE.get(f"{reason}/{one}") for one in about)
    known = next((one for one in own if one), None) or ADVICE.get(reason or "")
    return say("config.look", language, known) if known else ""
