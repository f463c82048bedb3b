"""`--help` in the reader's language. In English click writes it."""

import re
from collections.abc import Iterable
from copy import copy

import click
from typing_extensions import override

from config.language import ENGLISH
from upheld.cli.tongue import language_of, said, word
from upheld.cli.wide import hung, long, padded

_EXTRA = re.compile(r"\s*\[([a-z\d][^\[\]]*)\]$")
"""What click says of an option; names of arguments are in capitals."""


class Page(click.HelpFormatter):
    """Translates on the way, and breaks lines by what is seen."""

    @override
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix if language_of() == ENGLISH else said("Usage:"))

    @override
    def write_heading(self, heading: str) -> None:
        super().write_heading(said(heading))

    @override
    def write_text(self, text: str) -> None:
        if language_of() == ENGLISH:
            super().write_text(text)
            return
        indent = self.current_indent
        for line in hung(" " * indent, indent, said(" ".join(text.split())), self.width):
            self.write(f"{line}\n")

    @override
    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        if language_of() == ENGLISH:
            super().write_dl(rows, col_max, col_spacing)
            return
        rows = list(rows)
        column = self.current_indent + min(max(long(name) for name, _ in rows), col_max) + col_spacing
        for name, text in rows:
            lead = " " * self.current_indent + name
            if long(lead) + col_spacing > column:
                self.write(f"{lead}\n")
                lead = ""
            for line in hung(padded(lead, column), column, explained(text), self.width):
                self.write(f"{line}\n")


class Reading(click.Context):
    formatter_class = Page


def explained(text: str) -> str:
    """What an option is for, with what click adds in brackets."""
    extra = _EXTRA.search(text)
    told = " ".join(text[: extra.start() if extra else None].split())
    told = word(told) if told.isalpha() else said(told)
    if extra is None:
        return told
    parts = (word(one) if one == "required" else said(one) for one in extra[1].split("; "))
    added = ("; " if language_of() == ENGLISH else "；").join(parts)
    return f"{told}  [{added}]".lstrip()


def told_of(command: click.Command) -> click.Command:
    """Itself with help in the reader's language; in Chinese a copy, whose first sentence stands in lists."""
    command.context_class = Reading
    if isinstance(command, click.Group):
        for one in command.commands.values():
            told_of(one)
    if language_of() == ENGLISH:
        return command
    told = copy(command)
    told.short_help = said(" ".join((command.help or "").split())).partition("。")[0]
    if isinstance(told, click.Group):
        told.commands = {name: told_of(one) for name, one in told.commands.items()}
    return told
