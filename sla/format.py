"""What a file in `sla/formats/` offers: one way to write a statement down. Its file name is the word of `--format`."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from sla.statement import Statement


class NoOptions(BaseModel):
    """A format that can be told nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """`render(statement, language)` gives the file. The same statement and language give the same bytes."""

    content_type: str
    extension: str
    render: Callable[[Statement, str], bytes]
    options: type[BaseModel] = NoOptions
