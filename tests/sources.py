"""The house's own sources. A process that asks for one again has it parsed already: to parse all takes seconds."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("upheld", "console", "statuspage", "incidents", "sla", "probe", "notify", "config", "db")


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def naming(folder: str, *words: str) -> list[Path]:
    """Those of its files in which one of these words stands."""
    return [file for file in python_files(folder) if (text := file.read_text()) and any(one in text for one in words)]


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """All of its syntax, as `ast.walk` comes by it."""
    return tuple(ast.walk(ast.parse(file.read_text(), str(file))))
