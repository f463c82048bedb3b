"""What the program says, as it is written in its sources: forms, in which every value is `{}`."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.sources import nodes


def forms_of(node: ast.expr | None) -> Iterator[str]:
    """Of every text that stands there; of `a if b else c` both; in one line."""
    match node:
        case ast.Constant(value=str(text)):
            yield " ".join(text.split())
        case ast.JoinedStr():
            yield " ".join("".join(map(_piece, node.values)).split())
        case ast.IfExp():
            yield from forms_of(node.body)
            yield from forms_of(node.orelse)
        case ast.BinOp(op=ast.Add()):
            for left in forms_of(node.left):
                yield from (f"{left}{right}" for right in forms_of(node.right))


def _piece(node: ast.expr) -> str:
    match node:
        case ast.FormattedValue():
            return "{!r}" if node.conversion == ord("r") else "{}"
        case ast.Constant(value=str(text)):
            return text
    raise AssertionError(ast.dump(node))


def named(node: ast.expr) -> str:
    """The last name of what is called."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def said_by(files: Iterable[Path], voices: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(form, where) of every text handed to one of these calls; a name that was given a text there stands for it.

    `yield` and `return` are voices, too, of those that give sentences back.
    """
    wanted = frozenset(voices)
    for file in files:
        for scope in nodes(file):
            if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            inside = tuple(ast.walk(scope))
            known = _given(inside)
            for node in inside:
                for argument in _handed(node, wanted):
                    texts = known.get(argument.id, []) if isinstance(argument, ast.Name) else [argument]
                    for text in texts:
                        yield from ((one, f"{file.name}:{argument.lineno}") for one in forms_of(text))


def _handed(node: ast.AST, wanted: frozenset[str]) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call) and named(node.func) in wanted:
        yield from node.args
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "text")
    if isinstance(node, ast.Yield) and node.value is not None and "yield" in wanted:
        yield node.value
    if isinstance(node, ast.Return) and node.value is not None and "return" in wanted:
        yield node.value


def _given(inside: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in inside:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found
