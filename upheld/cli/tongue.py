"""The command line in the reader's language. What it says stands in the code, and in every Trouble, in English.

On its way to a person a sentence is recognised by its form and said in Chinese: one that comes from a running server,
or from the middle of the house, needs nothing for that. The forms are the entries of `locale/zh-CN.po`; what stands
for `{why}` or `{known}` is a sentence of ours again, other words in braces are a person's or a system's own.
"""

import os
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache

import click

from config.language import CHINESE, ENGLISH, LANGUAGES, catalogue, say
from config.look.detail import ROOM as SHARED
from config.look.detail import form_of, forms, literals

ROOM = "upheld.cli"
OTHERS = ("console", "sla", "incidents")
"""The desk refuses in the same words and has them in Chinese, and so have papers and mails."""
_LONG = 24
"""Signs of its own from which on a form of theirs is no label, and mistaken for nothing else."""
_NAMESAKES = {"key": "alert key", "waiting": "still waiting", "status": "state"}
"""Columns that are called as something else is."""
_STATES = {"due": "still due"}
"""States that are called as a column is."""
_WORD = re.compile("[a-z0-9_]+")
_PLACE = re.compile(r"\S+:\d+:\d+: ")
"""Of a file, its line and column: no part of the sentence."""
_ALONE = frozenset(("none", "nothing"))
_VARIABLES = ("UPHELD_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
_OURS = frozenset(("why", "known", "detail", "message"))
_CHOSEN = "upheld.cli.tongue"


def _choose(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        context.meta[_CHOSEN] = value
    return value


language = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    callback=_choose,
    is_eager=True,  # what is said of the other options is said in it, too
    help="as UPHELD_LANG, LC_ALL, LC_MESSAGES or LANG if not given",
)


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """As the command was told, else as the shell's messages are: the first of the variables that is set."""
    context = click.get_current_context(silent=True)
    told = context.meta.get(_CHOSEN) if context is not None else None
    told = told or next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return CHINESE if told.lower().startswith("zh") else ENGLISH


def tell(text: str, *, err: bool = False) -> None:
    """A line for a person."""
    click.echo(printable(said(text)), err=err)


def refuse(text: str) -> None:
    """The one line that says why a command was not carried out; already in the reader's language."""
    click.echo(printable(f"upheld: {text}"), err=True)


def said(text: str) -> str:
    """In the reader's language; what has no form that we know stays as it is."""
    return text if language_of() == ENGLISH else in_chinese(text)


def word(text: str) -> str:
    """One word by itself: the name of a column, a state."""
    return text if language_of() == ENGLISH else catalogue(ROOM, CHINESE).get(text, text)


def label(column: str) -> str:
    """The name of a key of JSON above its column, or before its value."""
    return column if language_of() == ENGLISH else word(_NAMESAKES.get(column, column))


def state(text: str) -> str:
    """A word of ours in a column of such words."""
    return text if language_of() == ENGLISH else word(_STATES.get(text, text))


def sentences(*each: str) -> str:
    """One behind another."""
    return "; ".join(each) if language_of() == ENGLISH else _joined(map(in_chinese, each))


def in_chinese(text: str) -> str:
    stripped = text.strip()
    if stripped != text:
        return text.replace(stripped, in_chinese(stripped), 1) if stripped else text
    if place := _PLACE.match(text):
        return place.group() + in_chinese(text[place.end() :])
    return _whole(text) or _with_place(text) or _one_by_one(text) or text


def _whole(text: str) -> str | None:
    """A sentence of a form that we know."""
    for room, template, longest in _known():
        # Most forms are ruled out by their words, and need no pattern made.
        if longest in text and (found := _matched(template, text)) is not None:
            return say(room, CHINESE, template, **found)
    return None


def _with_place(text: str) -> str | None:
    """`place: sentence`, with as short a place as can be."""
    for colon in re.finditer(": ", text):
        told = _whole(text[colon.end() :])
        if told is not None:
            return text[: colon.end()] + told
    return None


def _one_by_one(text: str) -> str | None:
    """Sentences one behind another."""
    for between in ("; ", ". "):
        parts = text.split(between)
        told = [in_chinese(part) for part in parts] if len(parts) > 1 else parts
        if told != parts:
            return _joined(told)
    return None


def _joined(each: Iterable[str]) -> str:
    return "；".join(each).replace("？；", "？")


def _matched(template: str, text: str) -> dict[str, str] | None:
    found = _pattern(template).fullmatch(text)
    if found is None or any("; " in value for name, value in found.groupdict().items() if name not in _OURS):
        return None  # a value holds no further sentence
    return {name: _inner(name, value) for name, value in found.groupdict().items()}


def _inner(name: str, text: str) -> str:
    if name == "choices":
        return text.replace("' or '", "', '")
    if name not in _OURS:
        return text
    return word(text) if text in _ALONE else in_chinese(text)


_pattern = cache(form_of)


@cache
def _known() -> tuple[tuple[str, str, str], ...]:
    """(room, form, the longest of its words), in the order in which they are tried."""
    rooms = ((ROOM, _forms(ROOM)), *((room, _forms(room, _LONG)) for room in OTHERS), (SHARED, forms()))
    return tuple((room, one, max(literals(one), key=len)) for room, known in rooms for one in known)


def _forms(room: str, least: int = 0) -> tuple[str, ...]:
    """The one with the most words of its own first."""
    # One word is the name of a column, or what stands in one, and no sentence.
    signs = {one: sum(map(len, literals(one))) for one in catalogue(room, CHINESE) if not _WORD.fullmatch(one)}
    return tuple(sorted((one for one in signs if signs[one] >= least), key=lambda one: -signs[one]))


def printable(text: str) -> str:
    """What cannot be written there becomes a question mark, and no error."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
