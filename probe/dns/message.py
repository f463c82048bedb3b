"""Questions and answers of name servers in dnspython's messages, and what an answer is worth. Pure."""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.reversename
import dns.rrset
from dns.rdatatype import RdataType

from config.pattern import pattern
from probe.dns.expect import Expect, Section
from probe.fault import Fault, down
from probe.net.course import BadTarget, Unanswered
from probe.result import Plain, Reason

PAYLOAD = 1232
"""Bytes a datagram may have without being cut on its way (DNS flag day 2020)."""
_TEXTS = frozenset((RdataType.TXT, RdataType.SPF))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One question. `type` by its name, such as MX."""

    name: str
    type: str
    recursion: bool = True


def question(wanted: Wanted, *, plain: bool = False) -> dns.message.QueryMessage:
    """With an id of its own; `plain`: as before there was EDNS. Raises BadTarget."""
    flags = dns.flags.RD if wanted.recursion else 0
    return dns.message.make_query(
        name_of(wanted), type_of(wanted.type), flags=flags, use_edns=-1 if plain else 0, payload=PAYLOAD
    )


def name_of(wanted: Wanted) -> dns.name.Name:
    """Of an address, with type PTR, the name under which it stands. Raises BadTarget."""
    try:
        if wanted.type.upper() == "PTR" and re.fullmatch(r"[0-9.]+|[0-9a-fA-F.]*:[0-9a-fA-F:.]*", wanted.name):
            return dns.reversename.from_address(wanted.name)
        return dns.name.from_text(wanted.name)
    except (dns.exception.DNSException, ValueError) as error:
        raise BadTarget(f"'{wanted.name}' is not a name like shop.example.com") from error


def type_of(text: str) -> RdataType:
    """Raises BadTarget for what is none, or asks for more than records of one type."""
    try:
        found = dns.rdatatype.from_text(text)
    except (dns.exception.DNSException, ValueError) as error:
        raise BadTarget(f"'{text}' is not a type of record like A, AAAA, MX or TXT") from error
    if dns.rdatatype.is_metatype(found):
        raise BadTarget(f"type {text} is no type of one record; write one like A, AAAA, MX or TXT")
    return found


def rcode_of(text: str) -> dns.rcode.Rcode:
    """Raises BadTarget."""
    try:
        return dns.rcode.from_text(text)
    except (dns.exception.DNSException, ValueError) as error:
        raise BadTarget(f"'{text}' is not an rcode like NOERROR or NXDOMAIN") from error


def value_of(text: str, of: RdataType) -> object:
    """What compares equal to the same value, however it is written. Raises BadTarget."""
    if of in _TEXTS and not text.startswith('"'):
        return text
    try:
        return _comparable(dns.rdata.from_text(dns.rdataclass.IN, of, text, origin=dns.name.root, relativize=False))
    except (dns.exception.DNSException, ValueError) as error:
        raise BadTarget(f"'{text}' is not a value of type {of.name}") from error


def _comparable(value: dns.rdata.Rdata) -> object:
    if value.rdtype in _TEXTS:
        return b"".join(getattr(value, "strings", ())).decode("utf-8", "replace")
    return value


def read(asked: dns.message.QueryMessage, wire: bytes) -> dns.message.Message | None:
    """The answer; None for what answers another question. Raises Unanswered for what is no message."""
    if len(wire) >= 2 and int.from_bytes(wire[:2], "big") != asked.id:
        return None
    try:
        answer = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError, IndexError, struct.error) as error:
        said = f"{len(wire)} bytes are no message: {error or type(error).__name__}"
        raise Unanswered(down(Reason.PROTOCOL_ERROR, said[:200])) from error
    return answer if asked.is_response(answer) else None


def is_old(answer: dns.message.Message) -> bool:
    """Whether it is what a server says that does not know EDNS (RFC 6891 7)."""
    return answer.rcode() in (dns.rcode.FORMERR, dns.rcode.NOTIMP) and answer.edns < 0


def is_cut(answer: dns.message.Message) -> bool:
    return bool(answer.flags & dns.flags.TC)


def facts_of(answer: dns.message.Message, of: RdataType) -> dict[str, Plain]:
    records = list(_records(answer.answer))
    values = [value.to_text()[:200] for rrset in answer.answer if rrset.rdtype == of for value in rrset]
    facts: dict[str, Plain] = {
        "rcode": dns.rcode.to_text(answer.rcode()),
        "authoritative": bool(answer.flags & dns.flags.AA),
        "truncated": is_cut(answer),
        "answer_rrs": len(records),
        "authority_rrs": sum(map(len, answer.authority)),
        "additional_rrs": sum(map(len, answer.additional)),
        "answers": ", ".join(sorted(values)[:20])[:500],
    }
    if answer.answer:
        facts["ttl"] = min(rrset.ttl for rrset in answer.answer)
    for rrset in (*answer.answer, *answer.authority):
        if rrset.rdtype == RdataType.SOA:
            facts["serial"] = int(getattr(rrset[0], "serial", 0))
    return facts


def fault_of_answer(answer: dns.message.Message, wanted: Wanted, expect: Expect) -> Fault | None:
    """None for a good one. Raises BadTarget where what is expected makes no sense."""
    said = answer.rcode()
    if said not in {rcode_of(one) for one in expect.rcode}:
        text = f"answered {dns.rcode.to_text(said)}, expected {', '.join(expect.rcode)}"
        return down(Reason.DNS_FAILURE if said == dns.rcode.NXDOMAIN else Reason.STATUS, text)
    of = type_of(wanted.type)
    answered = [(answer.answer, expect.answer, "answer")] if said == dns.rcode.NOERROR else []
    others = [(answer.authority, expect.authority, "authority"), (answer.additional, expect.additional, "additional")]
    for section, rules, name in (*answered, *others):
        fault = _broken(section, _of_question(answer) if section is answer.answer else section, rules, name, of)
        if fault is not None:
            return fault
    return None


def _of_question(answer: dns.message.Message) -> Sequence[dns.rrset.RRset]:
    """What the answer says of the name that was asked for and of its aliases: a record of another name is no answer."""
    aliases = {rrset.name: rrset[0].target for rrset in answer.answer if rrset.rdtype == RdataType.CNAME}
    name: dns.name.Name | None = answer.question[0].name
    names = set[dns.name.Name]()
    while name is not None and name not in names:
        names.add(name)
        name = aliases.get(name)
    return [rrset for rrset in answer.answer if rrset.name in names]


def _broken(
    section: Sequence[dns.rrset.RRset], own: Sequence[dns.rrset.RRset], rules: Section, name: str, of: RdataType
) -> Fault | None:
    """Expressions are tried on the whole section, values are those of `own`."""
    values = {_comparable(value): value.to_text() for rrset in own if rrset.rdtype == of for value in rrset}
    found = ", ".join(sorted(values.values()))[:200] or "none"
    if len(values) < rules.at_least:
        return down(Reason.DNS_FAILURE, f"{len(values)} records of type {of.name}, expected {rules.at_least} at least")
    missing = [text for text in rules.includes if value_of(text, of) not in values]
    if missing:
        return down(Reason.BODY, f"{missing[0][:100]} is not in the {name}; there: {found}")
    allowed = {value_of(text, of) for text in rules.only}
    more = [text for value, text in values.items() if value not in allowed]
    if allowed and more:
        return down(Reason.BODY, f"{more[0][:100]} is in the {name}, expected only {', '.join(rules.only)[:200]}")
    return _unmatched(list(_records(section)), rules, name)


def _unmatched(records: Sequence[str], rules: Section, name: str) -> Fault | None:
    def hits(expression: str) -> list[str]:
        compiled = pattern(expression)
        return [record for record in records if compiled.search(record)]

    if rules.any_matches is not None and not hits(rules.any_matches):
        return down(Reason.BODY, f"no record of the {name} matches {rules.any_matches[:100]!r}")
    if rules.all_match is not None and len(hits(rules.all_match)) < len(records):
        return down(Reason.BODY, f"a record of the {name} does not match {rules.all_match[:100]!r}")
    if rules.none_matches is not None and (bad := hits(rules.none_matches)):
        return down(Reason.BODY, f"{bad[0][:200]!r} of the {name} matches {rules.none_matches[:100]!r}")
    return None


def _records(section: Sequence[dns.rrset.RRset]) -> Iterator[str]:
    for rrset in section:
        yield from rrset.to_text().splitlines()
