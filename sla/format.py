"""What a file in `sla/formats/` offers: one way to write a statement down. Its file name is the word of `--format`."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from config.value import Value
from sla.statement import Statement


class NoOptions(Value):
    """A format that can be told nothing."""


class Unwritable(RuntimeError):
    """What a format lacks to write this statement: one line that says what to install or to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """`render(statement, language)` gives the file. The same statement and language give the same bytes.

    It may raise Unwritable, and may take long: a server calls it in a thread. `binary` never goes to a terminal.
    """

    content_type: str
    extension: str
    render: Callable[[Statement, str], bytes]
    binary: bool = False
    options: type[BaseModel] = NoOptions
