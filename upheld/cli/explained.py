"""Options of a plug-in as somebody would write them, with what the plug-in says of each in its own source."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from textwrap import dedent
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def explained(model: type[BaseModel], before: str = "") -> Iterator[dict[str, Any]]:
    """Each option, and below it those of a model it holds, dotted: `expect.status`. Defaults as they are written."""
    defaults = model.model_construct().model_dump(mode="json", exclude_none=True, by_alias=True)
    told = _told(model)
    for name, field in model.model_fields.items():
        written = field.alias or name
        yield {
            "name": f"{before}{written}",
            "required": field.is_required(),
            "default": defaults.get(written),
            "what": field.description or told.get(name),
        }
        inner = _inner(field)
        if inner is not None:
            yield from explained(inner, f"{before}{written}.")


def _told(model: type[BaseModel]) -> dict[str, str]:
    """The text under each field, its own or one that it inherits."""
    told: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            told.update(_told_by(kind))
    return told


@cache
def _told_by(kind: type[BaseModel]) -> Mapping[str, str]:
    """Read from the source only now, for Python does not keep it; once, for most options hold some of a few models."""
    told: dict[str, str] = {}
    (written,) = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(written, ast.ClassDef)
    for field, text in zip(written.body, written.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            told[field.target.id] = " ".join(str(text.value.value).split())
    return told


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    """The model a field holds one or several of, if it does."""
    waiting: list[Any] = [field.annotation]
    while waiting:
        one = waiting.pop()
        if inspect.isclass(one) and issubclass(one, BaseModel):
            return one
        waiting += get_args(one)
    return None
