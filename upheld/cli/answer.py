"""An answer of `upheld probe` for a person at three in the morning: state, reason, where the time went, what to try."""

import os
import sys
import textwrap
from collections.abc import Iterator, Mapping
from unicodedata import east_asian_width

import click

from config.language import CHINESE, ENGLISH, say
from config.look.advice import advice
from config.look.figure import full_day
from config.look.reason import reason_text
from probe.result import Answer, Outcome, Plain

_BAR = 30
_COLUMN = 12
_WIDTH = 96
_FACTS = 14
_COLOURS = {Outcome.UP: "green", Outcome.DEGRADED: "yellow", Outcome.DOWN: "red"}
_WORDS = {Outcome.UP: "Up", Outcome.DEGRADED: "Degraded", Outcome.DOWN: "Down"}
_NOT_TOLD = ("chain", "names", "not_after", "expires_at", "warning")
"""Facts that are shown in words instead, or are of no use to a reader."""


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """As the shell's messages are: the first of LC_ALL, LC_MESSAGES and LANG that is set."""
    told = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return CHINESE if told.lower().startswith("zh") else ENGLISH


def printable(text: str) -> str:
    """What cannot be written there becomes a question mark, and no error."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def written(kind: str, target: str, answer: Answer, language: str) -> str:
    """Several lines; colours are for a terminal and are taken out elsewhere by whoever prints it."""
    word = say("config.look", language, _WORDS.get(answer.outcome, "Could not ask"))
    colour = _COLOURS.get(answer.outcome, "magenta")
    reason = reason_text(answer.reason, language) or (answer.reason.value if answer.reason else "")
    blocks = [
        [f"{click.style(word, fg=colour, bold=True)}  {kind} {target}", *_why(reason, answer)],
        list(_phases(answer, language)),
        list(_chain(answer.facts, language)),
        list(_facts(answer.facts)),
        list(_try(answer, language)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _why(reason: str, answer: Answer) -> Iterator[str]:
    if reason:
        yield f"{reason} ({answer.reason}), {_spent(answer.latency_us)}" if answer.reason else reason
    else:
        yield _spent(answer.latency_us)
    if answer.detail:
        yield from textwrap.wrap(_plain(answer.detail), _WIDTH)


def _phases(answer: Answer, language: str) -> Iterator[str]:
    total = max(sum(answer.phases.values()), 1)
    for phase, spent in answer.phases.items():
        # A phase that took any time at all has a mark of its own.
        bar = "█" * max(round(_BAR * spent / total), 1 if spent else 0)
        name = say("config.look", language, phase)
        yield f"  {_padded(name, _COLUMN)}{_spent(spent):>9}  {bar}".rstrip()


def _chain(facts: Mapping[str, Plain], language: str) -> Iterator[str]:
    """Of every certificate who it is for, who vouches for it, and until when."""
    title = say("config.look", language, "Chain")
    for place in range(8):
        subject = facts.get(f"chain.{place}.subject")
        if subject is None:
            break
        ends = _until(facts.get(f"chain.{place}.not_after"), language)
        lead = _padded(title if place == 0 else "", _COLUMN)
        yield f"  {lead}{_plain(str(subject))} < {_plain(str(facts.get(f'chain.{place}.issuer')))}, {ends}"
    if "chain.0.subject" not in facts and "not_after" in facts:
        yield f"  {_padded(title, _COLUMN)}{_until(facts['not_after'], language)}"
    if facts.get("names"):
        names = say("config.look", language, "for {names}", names=_plain(str(facts["names"])[:200]))
        yield f"  {_padded('', _COLUMN)}{names}"


def _until(ends: Plain, language: str) -> str:
    return (
        say("config.look", language, "until {day}", day=full_day(ends, "UTC", language)) if type(ends) is int else "?"
    )


def _facts(facts: Mapping[str, Plain]) -> Iterator[str]:
    told = [(name, value) for name, value in facts.items() if name.partition(".")[0] not in _NOT_TOLD]
    for name, value in told[:_FACTS]:
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        yield f"  {click.style(_padded(_plain(name), 24), dim=True)}  {_plain(text)[: _WIDTH - 28]}"
    if len(told) > _FACTS:
        yield "  …"


def _plain(text: str) -> str:
    """Without what would move a terminal's cursor or change its colours."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _try(answer: Answer, language: str) -> Iterator[str]:
    warning = answer.facts.get("warning")
    for label, reason in (("Try", answer.reason), ("Coming", warning if isinstance(warning, str) else None)):
        text = advice(reason, language)
        if text:
            said = say("config.look", language, label)
            known = f"{reason_text(reason, language)}: " if label == "Coming" else ""
            yield from _hung(click.style(said, bold=True) + "  ", _long(said) + 2, known + text)


def _hung(lead: str, indent: int, text: str) -> Iterator[str]:
    """Wrapped by what is seen: a Chinese sign is two columns wide and a line may end behind any of it."""
    line, width = lead, indent
    for word in _pieces(text):
        if width + _long(word.rstrip()) > _WIDTH:
            yield line.rstrip()
            line, width = " " * indent, indent
            word = word.lstrip()
        line, width = line + word, width + _long(word)
    yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for sign in text:
        piece += sign
        if sign == " " or east_asian_width(sign) in "WF":
            yield piece
            piece = ""
    yield piece


def _spent(microseconds: int) -> str:
    if microseconds >= 10_000_000:
        return f"{microseconds / 1e6:.1f} s"
    return f"{microseconds / 1000:.0f} ms" if microseconds >= 10_000 else f"{microseconds / 1000:.1f} ms"


def _long(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * max(width - _long(text), 1)
