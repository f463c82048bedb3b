"""A TLS handshake: chain, name and dates of the certificates, protocol, cipher. Facts also where nothing is trusted."""

import asyncio
import ssl
from dataclasses import replace

from config.instant import DAY, Instant
from probe.certificate import certificate_facts, chain_facts, first_end, sent_chain, verified_chain
from probe.expiry import WarnBefore, expiry_facts
from probe.fault import Fault, down, fault_of
from probe.kind import ProbeKind, Question
from probe.net.address import Reach, split_target
from probe.net.connection import Connection, Network
from probe.net.course import Course, Unanswered
from probe.net.opening import misplaced, opener
from probe.net.trust import Tls
from probe.result import Answer, Plain, Reason

PORT = 443
_SHARE = 0.9
"""Of the time that is left for the second handshake: the answer of the first must be told in time."""


class Options(Reach):
    tls: Tls = Tls()
    """`verify: false`: any chain and name will do; the dates must be good all the same."""
    warn_before: WarnBefore = 21 * DAY
    """So long before the first certificate of the chain ends, the fact `warning` says so."""


async def _greet(network: Network, question: Question, course: Course) -> Answer:
    host, port = _place(question.target)
    async with network.connected(question, host, port, course) as connection:
        address = connection.address
        try:
            await connection.start_tls(question.options.tls)
        except ssl.SSLCertVerificationError as error:
            course.end()
            fault = fault_of(error)
        else:
            course.end()
            facts = _facts(connection, question, verified=question.options.tls.verify)
            bad = _dated(facts, question.now())
            return course.up(facts) if bad is None else course.failed(bad, facts)
    raise Unanswered(fault, await _untrusted(network, question, address, course))


async def _untrusted(network: Network, question: Question, address: str, course: Course) -> dict[str, Plain]:
    """The same place again, believing everything: what it shows are facts, never a verdict. None if it fails."""
    left = question.timeout / 1000 - course.elapsed
    host, port = _place(question.target)
    try:
        async with (
            asyncio.timeout(left * _SHARE),
            network.connected(replace(question, at=(address,)), host, port, Course()) as connection,
        ):
            await connection.start_tls(question.options.tls.model_copy(update={"verify": False}))
            return _facts(connection, question, verified=False)
    except (OSError, Unanswered):
        return {}


def _facts(connection: Connection, question: Question, *, verified: bool) -> dict[str, Plain]:
    tls: ssl.SSLObject = connection.transport.get_extra_info("ssl_object")
    sent = sent_chain(tls)
    cipher = tls.cipher()
    facts: dict[str, Plain] = {
        **certificate_facts(tls),
        "cipher": cipher[0] if cipher else None,
        "address": connection.address,
        "verified": verified,
        **chain_facts(sent),
    }
    # A server may send certificates nobody needs any more; only where no chain is trusted do they all count.
    ends = first_end(verified_chain(tls) if verified else sent)
    if ends is not None:
        facts |= expiry_facts(ends, question.now(), question.options.warn_before, Reason.CERTIFICATE_EXPIRING)
    return facts


def _dated(facts: dict[str, Plain], now: Instant) -> Fault | None:
    """OpenSSL has looked at the dates, but not where it was told to believe everything."""
    ends = facts.get("not_after")
    if isinstance(ends, int) and ends <= now:
        return down(Reason.CERTIFICATE_EXPIRED, "the certificate has expired")
    return None


def _place(target: str) -> tuple[str, int]:
    return split_target(target, PORT, "tls")


KIND = ProbeKind(options=Options, open=opener(_greet, _place), fault=misplaced(_place))
