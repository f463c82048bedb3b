"""The command line in the reader's language. What it says stands in the code, and in every Trouble, in English.

On its way to a person a sentence is recognised by its form and said in Chinese: one that comes from a running server,
or from the middle of the house, needs nothing for that. The forms are the entries of `locale/zh-CN.po`; what stands
for `{why}` or `{known}` is a sentence of ours again, other words in braces are a person's or a system's own.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache

import click

from config.language import CHINESE, ENGLISH, LANGUAGES, catalogue, say
from config.look.detail import ROOM as SHARED
from config.look.detail import form_of, forms, literals

ROOM = "upheld.cli"
DESK = "console"
"""The desk refuses in the same words, and has them in Chinese."""
_LONG = 24
"""Signs of its own from which on a form of the desk is no label, and mistaken for nothing else."""
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


def sentences(*each: str) -> str:
    """One behind another."""
    return "; ".join(each) if language_of() == ENGLISH else _joined(map(in_chinese, each))


def in_chinese(text: str) -> str:
    stripped = text.strip()
    if stripped != text:
        return text.replace(stripped, in_chinese(stripped), 1) if stripped else text
    for room, known in ((ROOM, _forms(ROOM)), (DESK, _forms(DESK, _LONG)), (SHARED, forms())):
        for template in known:
            found = _matched(template, text)
            if found is not None:
                return say(room, CHINESE, template, **found)
    return _by_parts(text)


def _by_parts(text: str) -> str:
    """`place: sentence`, or sentences one behind another."""
    place, colon, rest = text.partition(": ")
    if colon and (told := in_chinese(rest)) != rest:
        return f"{place}: {told}"
    for between in ("; ", ". "):
        parts = text.split(between)
        said_so = [in_chinese(part) for part in parts] if len(parts) > 1 else parts
        if said_so != parts:
            return _joined(said_so)
    return text


def _joined(each: Iterable[str]) -> str:
    return "；".join(each).replace("？；", "？")


def _matched(template: str, text: str) -> dict[str, str] | None:
    # Most forms are ruled out by their words, and need no pattern made.
    if not all(part in text for part in literals(template)):
        return None
    found = _pattern(template).fullmatch(text)
    if found is None:
        return None
    return {name: in_chinese(value) if name in _OURS else value for name, value in found.groupdict().items()}


_pattern = cache(form_of)


@cache
def _forms(room: str, least: int = 0) -> tuple[str, ...]:
    """The one with the most words of its own first."""
    signs = {one: sum(map(len, literals(one))) for one in catalogue(room, CHINESE)}
    return tuple(sorted((one for one in signs if signs[one] >= least), key=lambda one: -signs[one]))


def printable(text: str) -> str:
    """What cannot be written there becomes a question mark, and no error."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
