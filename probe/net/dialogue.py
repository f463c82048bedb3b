"""What is said on a connection, step by step: send, wait for an answer, encrypt."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import Field, Strict, field_validator, model_validator

from config.pattern import Expression, pattern
from config.value import Value
from probe.fault import down
from probe.net.connection import READ_LIMIT, Connection
from probe.net.course import Unanswered
from probe.net.trust import Tls
from probe.result import Plain, Reason

_FILLED = re.compile(r"\{\{(\w+)\}\}")
_Text = Annotated[str, Field(min_length=1, max_length=8192)]


class Step(Value):
    """One of: send and then wait; or encrypt. `send` and `send_hex` may stand beside one of the three waits."""

    send: _Text | None = None
    """`{{1}}` or `{{name}}` stands for a group of the newest `matches`."""
    send_hex: _Text | None = None
    expect: _Text | None = None
    """A text that must come."""
    expect_hex: _Text | None = None
    matches: Expression | None = None
    """A regular expression one of the next lines must match; a named group becomes a fact."""
    starttls: Annotated[bool, Strict()] = False

    @field_validator("send_hex", "expect_hex")
    @classmethod
    def _hex(cls, text: str | None) -> str | None:
        try:
            bytes.fromhex(text or "")
        except ValueError as error:
            raise ValueError('write bytes as hexadecimal digits, like "16 03 01"') from error
        return text

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        sends = [one for one in (self.send, self.send_hex) if one is not None]
        waits = [one for one in (self.expect, self.expect_hex, self.matches) if one is not None]
        if self.starttls and (sends or waits):
            raise ValueError("starttls is a step of its own")
        if len(sends) > 1 or len(waits) > 1 or not (sends or waits or self.starttls):
            raise ValueError("a step has one send, one of expect, expect_hex and matches, or both; or starttls: true")
        return self

    @cached_property
    def mark(self) -> bytes | None:
        return bytes.fromhex(self.expect_hex) if self.expect_hex else self.expect.encode() if self.expect else None

    def said(self, groups: Mapping[str, str]) -> bytes:
        if self.send_hex is not None:
            return bytes.fromhex(self.send_hex)
        return _FILLED.sub(lambda found: groups.get(found[1], ""), self.send or "").encode()


async def hold(connection: Connection, steps: Sequence[Step], tls: Tls) -> dict[str, Plain]:
    """The facts it gave: `match.<name>`. Raises Unanswered where an answer is not the expected one, and OSError."""
    groups, facts = dict[str, str](), dict[str, Plain]()
    for step in steps:
        if step.starttls:
            await connection.start_tls(tls)
        if said := step.said(groups):
            connection.write(said)
        if step.mark is not None:
            await _listen(connection, step)
        elif step.matches is not None:
            found = await _match(connection, step.matches)
            named = {name: text[:200] for name, text in found.groupdict("").items()}
            groups = {str(number): text for number, text in enumerate((found[0], *found.groups("")))} | named
            facts |= {f"match.{name}": text for name, text in named.items()}
    return facts


async def _listen(connection: Connection, step: Step) -> None:
    assert step.mark is not None
    heard = await connection.read_past(step.mark, READ_LIMIT)
    if heard is not None:
        shown = step.expect or step.expect_hex or ""
        detail = f"closed after {heard} bytes without {shown[:100]!r}"
        raise Unanswered(down(Reason.BODY, detail), {"bytes": heard, "sought": "text" if step.expect else "bytes"})


async def _match(connection: Connection, expression: str) -> Any:
    """What `re` would give."""
    compiled, heard = pattern(expression), 0
    while heard < READ_LIMIT and (line := await _line(connection)):
        heard += len(line)
        found = compiled.search(line.decode("utf-8", "replace").rstrip("\r\n"))
        if found is not None:
            return found
    detail = f"no line of {heard} bytes matches {expression[:100]!r}"
    raise Unanswered(down(Reason.BODY, detail), {"bytes": heard})


async def _line(connection: Connection) -> bytes:
    """With its end, or what there is of one that has none; nothing once the target has closed."""
    try:
        return await connection.read_until(b"\n")
    except Unanswered:
        return await connection.read_some()
