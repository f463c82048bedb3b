"""A mail server: its greeting, what it offers, and the encryption it should have. No mail is sent."""

import re
from functools import partial
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from probe.fault import down
from probe.kind import ProbeKind, Question
from probe.net.address import Reach, split_target
from probe.net.connection import Connection, Network
from probe.net.course import Course, Unanswered
from probe.net.opening import misplaced, opener
from probe.net.trust import Tls
from probe.net.wire import nonsense
from probe.result import Answer, Plain, Reason

_LINES = 100
"""Of one reply."""
_REPLY = re.compile(r"([2-5]\d\d)([ -]|$)(.*)")
_NOT_NOW = "421"
_IMPLICIT = 465

Encryption = Literal["auto", "starttls", "implicit", "none"]


class Options(Reach):
    encryption: Encryption | None = None
    """`auto`: STARTTLS where it is offered; `starttls`: it must be; `implicit`: from the first byte, as on port 465."""
    tls: Tls = Tls()
    greeting: Annotated[str, Field(min_length=1)] | None = None
    """A text that must be in the greeting."""
    offers: tuple[str, ...] = ()
    """Extensions that must be offered in the end, like `SIZE` or `AUTH`."""
    name: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[!-~]+$")] | None = None
    """Ours, as said with EHLO; else our address."""

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.encryption == "none" and self.tls != Tls():
            raise ValueError("tls is of no use where encryption is none")
        return self

    def encryption_at(self, port: int) -> Encryption:
        return self.encryption or ("implicit" if port == _IMPLICIT else "auto")


class _Mail:
    def __init__(self, connection: Connection, name: str | None) -> None:
        address = connection.own_address
        self._name = name or (f"[IPv6:{address}]" if ":" in address else f"[{address}]")
        self._connection = connection

    async def reply(self, wanted: str) -> list[str]:
        """The texts of a reply with that code. Raises Unanswered."""
        texts = list[str]()
        for _ in range(_LINES):
            line = (await self._connection.read_line()).decode("utf-8", "replace")
            found = _REPLY.fullmatch(line)
            if found is None:
                raise nonsense(f"not an answer of a mail server: {line[:80]!r}")
            code, more, text = found.groups()
            texts.append(text)
            if code != wanted:
                reason = Reason.NOT_SERVING if code == _NOT_NOW else Reason.STATUS
                raise Unanswered(down(reason, f"answered {line[:200]!r}, expected {wanted}"))
            if more != "-":
                return texts
        raise Unanswered(down(Reason.TOO_LARGE, f"an answer of more than {_LINES} lines"))

    async def offers(self) -> set[str]:
        self._say(f"EHLO {self._name}")
        return {text.partition(" ")[0].upper() for text in (await self.reply("250"))[1:]}

    async def encrypt(self, tls: Tls) -> None:
        self._say("STARTTLS")
        await self.reply("220")
        await self._connection.start_tls(tls)

    def part(self) -> None:
        self._say("QUIT")

    def _say(self, line: str) -> None:
        self._connection.write(f"{line}\r\n".encode())


async def _talk(network: Network, question: Question, course: Course) -> Answer:
    options: Options = question.options
    host, port = _place(question.target)
    encryption = options.encryption_at(port)
    at_once = options.tls if encryption == "implicit" else None
    async with network.connected(question, host, port, course, at_once) as connection:
        mail = _Mail(connection, options.name)
        greeting = (await mail.reply("220"))[0]
        facts: dict[str, Plain] = {"greeting": greeting[:200].replace("\0", "\ufffd"), "encrypted": at_once is not None}
        if options.greeting is not None and options.greeting not in greeting:
            raise Unanswered(down(Reason.BODY, f"{options.greeting[:100]!r} is not in the greeting"), facts)
        offers = await mail.offers()
        if encryption == "starttls" and "STARTTLS" not in offers:
            raise Unanswered(down(Reason.NOT_ENCRYPTED, "STARTTLS is not offered"), facts)
        if encryption in ("auto", "starttls") and "STARTTLS" in offers:
            await mail.encrypt(options.tls)
            offers = await mail.offers()
            facts["encrypted"] = True
        facts |= connection.certificate
        missing = [one for one in options.offers if one.upper() not in offers]
        if missing:
            raise Unanswered(down(Reason.BODY, f"not offered: {', '.join(missing)[:200]}"), facts)
        course.end()
        mail.part()
        return course.up(facts)


_place = partial(split_target, default=25, scheme="smtp")
KIND = ProbeKind(options=Options, open=opener(_talk, _place), fault=misplaced(_place))
