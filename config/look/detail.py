"""The one sentence that says what was wrong, in the reader's language. Probes write it down in English, as a fact.

Each template stands for every sentence of its form. What stands for `{detail}` is such a sentence again; other words in
braces are a target's or an operator's own, and stay as they are.
"""

import re
from collections.abc import Mapping
from functools import cache

from config.language import ENGLISH, say

ROOM = "config.look"
_BRACED = re.compile(r"{(\w+(?:!r)?)}")

DETAILS = (
    "step {n} ({name}): {detail}",
    "step {n}: {detail}",
    "this process was held up; {detail}",
    "{n} hosts turned bad within one interval and no witness was reached; {detail}",
    "{n} hosts turned bad within one interval and location {name} says otherwise; {detail}",
    "{n} hosts turned bad within one interval and no witness was reached",
    "the probe did not end within {n} ms",
    "answered after {n} ms, slow is over {most} ms",
    "nobody listens at {address} port {n}; {detail}",
    "nobody listens at {address} port {n}",
    "{address} port {port} cannot be reached: {why}",
    "the other side broke the connection off",
    "the connection was broken off during the TLS handshake",
    "the other side does not speak TLS on this port",
    "the TLS handshake failed: {why}",
    "the certificate is not for {name}",
    "the certificate has expired",
    "the certificate is not valid yet",
    "the certificate is self-signed",
    "the chain of certificates leads to an authority that is self-signed and not trusted",
    "no trusted authority vouches for the certificate; is the intermediate certificate missing?",
    "the certificate is not accepted: {why}",
    "the name does not exist, or has no address",
    "the connection was closed unanswered",
    "the connection was closed too early",
    "the connection was closed in the middle of the call",
    "no connection within {n} ms",
    "no end of the TLS handshake within {n} ms",
    "no complete answer within {n} ms",
    "the name was not resolved within {n} ms",
    "{name} did not answer within {n} ms",
    "{host} has no {name} address: {why}",
    "redirected to {address}, which may not be asked",
    "{address} may not be asked",
    "the target is no address",
    "the target is not an http address",
    "the target is not an address",
    "the target is one address, which is not what family: {name} asks for",
    "tls.{name} cannot be read: {why}",
    "the target does not speak TLS",
    "the target speaks before the connection is encrypted",
    "{n} bytes are announced, at most {most} are read",
    "no {what} within {n} bytes",
    "no answer in time",
    "reached",
    "answered in HTTP/{version}, expected {wanted}",
    "answered {status}, expected {wanted}",
    "{what} is not in the body",
    "{what} is in the body, expected not to be",
    "the body does not match {what}",
    "the body matches {what}, expected not to",
    "the body is not JSON",
    "the body is JSON in too many layers",
    "only {n} bytes of the body were read, JSON must come whole",
    "the body has more than {n} bytes",
    "the answer came encrypted, expected in the clear",
    "the answer came in the clear, expected encrypted",
    "there is no header Last-Modified that can be read",
    "last modified {age} ago, expected at most {most}",
    "too many redirects",
    "redirected to an address that cannot be asked",
    "redirected to an address that is not http",
    "redirected to an address that is none",
    "{name} cannot be asked: {detail}",
    "{name} refuses to lead to the target: {status}",
    "{name} says that it cannot reach the target: {status}",
    "there is nothing to take for {name}",
    "what there is to take for {name} is too long, or has line breaks",
    "a value that was taken leads to another place",
    "with the values that were taken the address is none",
    "no token from {host}: {detail}",
    "{n} records of type {type}, expected {least} at least",
    "{what} is not in the {section}; there: {found}",
    "{what} is in the {section}, expected only {wanted}",
    "no record of the {section} matches {what}",
    "a record of the {section} does not match {what}",
    "{found} of the {section} matches {what}",
    "{n} bytes are no message: {why}",
    "answered another question",
    "no name server of this machine answers: {detail}",
    "no name server of ours answers: {detail}",
    "none of {n} requests was answered within {most} ms",
    "{lost} were lost, {most} % may be",
    "the server ends the conversation: {why}",
    "the server ends {what}: {why}",
    "more than {n} bytes for an answer of a few",
    "an answer of more than {n} bytes",
    "an answer of more than {n} lines",
    "an answer of more than {n} messages, {most} bytes each",
    "more than {n} messages, {most} bytes each at most",
    "more than {n} bytes or {most} frames",
    "the answer is longer than {n} bytes",
    "answered as HTTP with {status}, not as gRPC",
    "{name} says {status}",
    "nobody listened when it was due",
    "the registry does not tell when the registration ends",
    "the registry has no such domain",
    "the registry says: {status}",
    "the registry has taken it out of the DNS: {status}",
    "the registration has expired",
    "the query gives no value",
    "{what} is not in the greeting",
    "STARTTLS is not offered",
    "not offered: {what}",
    "we know no way of key exchange that the server knows",
    "the server holds none of the known keys: {shown}",
    "closed without {what}",
    "closed after {n} bytes without {what}",
    "no line of {n} bytes matches {what}",
    "it takes no subprotocol, offered {what}",
    "the server wants a login by {name}, which is not ours",
    "the server wants a login of kind {name}, which is not ours",
    "the server wants the password in clear; write tls",
    "the server does not encrypt",
    "the server wants a password",
    "the login wants {n} rounds, too many for us",
    "there is no value",
    "{wanted} is expected, the value is {value}",
    "{wanted} is not in the value {value}",
    "the value {value} is no number",
    "the value is {value}, at least {least} is expected",
    "the value is {value}, at most {most} is expected",
)
"""Where one form holds another, the narrower comes first."""


def detail_text(detail: str, language: str) -> str:
    """The sentence in that language; one of no known form (a system's or a server's own words) as it is."""
    if language == ENGLISH:
        return detail
    for template, form in forms().items():
        found = form.fullmatch(detail)
        if found is not None:
            return say(ROOM, language, template, **_told(found.groupdict(), language))
    who, colon, rest = detail.partition(": ")
    said = detail_text(rest, language) if colon else rest
    return detail if said == rest else f"{who}：{said}"


def _told(values: Mapping[str, str], language: str) -> dict[str, str]:
    return {name: detail_text(value, language) if name == "detail" else value for name, value in values.items()}


@cache
def forms() -> Mapping[str, re.Pattern[str]]:
    return {template: form_of(template) for template in DETAILS}


def form_of(template: str) -> re.Pattern[str]:
    """Text and names by turns; numbers are digits, so that a sentence of strangers is seldom taken for ours."""
    parts = _BRACED.split(template)
    return re.compile("".join(_part(parts, place) for place in range(len(parts))), re.DOTALL)


def literals(template: str) -> list[str]:
    """What stands around the names."""
    return _BRACED.split(template)[::2]


def _part(parts: list[str], place: int) -> str:
    part = parts[place]
    if place % 2 == 0:
        return re.escape(part)
    name, quoted, _ = part.partition("!r")
    if part in parts[1:place:2]:
        return f"(?P={name})"
    if quoted:
        return f"['\"](?P<{name}>.+?)['\"]"
    return f"(?P<{part}>{_NUMBER if part in _NUMBERS else '.+?'})"


_NUMBERS = frozenset(("n", "most", "least"))
_NUMBER = r"-?[\d.]+"
