"""What name servers do that are none, or mean ill: other questions answered, lengths that lie, names in circles."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from probe.result import Outcome, Reason
from tests.probe.hostile.case import BODY, PROTOCOL, RESET, STATUS, TIMEOUT, UP, Case, Datagrams, Verdict, drips, says
from tests.probe.listener import Serve

NAME_FAILURE: Verdict = (Outcome.DOWN, Reason.DNS_FAILURE)
REFUSED: Verdict = (Outcome.DOWN, Reason.CONNECTION_REFUSED)
_HERE = b"\xc0\x0c"
"""A pointer to the question's name."""


def _question(asked: bytes) -> bytes:
    """The name, type and class that were asked for."""
    end = asked.index(b"\0", 12) + 5
    return asked[12:end]


def answer(
    asked: bytes, records: bytes = b"", count: int = 0, *, flags: int = 0x8580, number: int = 0, question: bytes = b""
) -> bytes:
    """A message with this flag word and so many records announced; `number` is added to the question's own."""
    own = (int.from_bytes(asked[:2], "big") + number) & 0xFFFF
    return struct.pack("!6H", own, flags, 1, count, 0, 0) + (question or _question(asked)) + records


def record(value: bytes, *, owner: bytes = _HERE, type: int = 1, length: int | None = None) -> bytes:
    size = len(value) if length is None else length
    return owner + struct.pack("!HHIH", type, 1, 300, size) + value


GOOD = record(bytes((192, 0, 2, 10)))


def spoken(one: bytes) -> Serve:
    """The same over a connection, whatever was asked."""
    return says(one, asked=False, hold=True)


def _cases(rows: Mapping[str, tuple[Datagrams, Verdict]], **options: Any) -> list[Case]:
    return [
        Case(name=f"dns: {name}", datagrams=datagrams, verdicts=[verdict], kind="dns", target="www.shop.test",
             options={"server": "127.0.0.1:{port}", **options})
        for name, (datagrams, verdict) in rows.items()
    ]  # fmt: skip


def _streams(rows: Mapping[str, tuple[Serve, Verdict]]) -> list[Case]:
    return [
        Case(name=f"dns: {name}", serve=serve, verdicts=[verdict], kind="dns", target="www.shop.test",
             options={"server": "127.0.0.1:{port}", "transport": "tcp"})
        for name, (serve, verdict) in rows.items()
    ]  # fmt: skip


NAMES: Sequence[Case] = [
    *_cases({
        "nothing wrong": (lambda asked: [answer(asked, GOOD, 1)], UP),
        "silent": (lambda asked: [], TIMEOUT),
        "another's number": (lambda asked: [answer(asked, GOOD, 1, number=1)], TIMEOUT),
        "a guess at every number": (
            lambda asked: [answer(asked, GOOD, 1, number=number) for number in range(1, 2000)], TIMEOUT),
        "another question": (
            lambda asked: [answer(asked, GOOD, 1, question=b"\3www\4evil\4test\0\0\1\0\1")], TIMEOUT),
        "the question itself": (lambda asked: [asked], TIMEOUT),
        "an empty datagram": (lambda asked: [b""], TIMEOUT),
        "a lie before the truth": (
            lambda asked: [answer(asked, record(bytes(4)), 1, number=7), answer(asked, GOOD, 1)], UP),
        "noise with the right number": (lambda asked: [asked[:2] + b"\xff" * 300], PROTOCOL),
        "more records announced than there are": (lambda asked: [answer(asked, GOOD, 65535)], PROTOCOL),
        "a name that points to itself": (
            lambda asked: [answer(asked, record(bytes(4), owner=b"\xc0" + bytes([12 + len(_question(asked))])), 1)],
            PROTOCOL),
        "a value longer than the message": (lambda asked: [answer(asked, record(b"abcd", length=60000), 1)], PROTOCOL),
        "an address of three bytes": (lambda asked: [answer(asked, record(b"abc"), 1)], PROTOCOL),
        "a code that nobody has": (lambda asked: [answer(asked, flags=0x858F)], STATUS),
        "the name of another": (
            lambda asked: [answer(asked, record(bytes(4), owner=b"\4evil\4test\0"), 1)], NAME_FAILURE),
        "a thousand records": (lambda asked: [answer(asked, GOOD * 1000, 1000)], UP),
    }),
    *_cases({
        "cut short for ever": (lambda asked: [answer(asked, GOOD, 1, flags=0x8780)], BODY),
    }, transport="udp", expect={"answer": {"includes": "192.0.2.99"}}),
    *_streams({
        "a length and no more": (spoken(b"\xff\xff"), TIMEOUT),
        "a message of no bytes": (spoken(b"\0\0"), PROTOCOL),
        "a web server": (says(b"HTTP/1.1 400 Bad Request\r\n\r\n", asked=False), RESET),
        "drips": (drips(b"\0", b"\xff\xff", asked=False), TIMEOUT),
        "closes in silence": (says(b"", asked=False), RESET),
        "half of a message": (says(b"\0\x40" + bytes(20), asked=False), RESET),
    }),
]  # fmt: skip
