"""What was written, with the place of every word: the tree between the YAML text and the models."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeAlias

from typing_extensions import override

from config.secret import Secret

Scalar: TypeAlias = str | int | float | bool | Secret | None


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    file: str
    line: int
    column: int

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: where, what, and what to write instead."""

    mark: Mark
    message: str

    @override
    def __str__(self) -> str:
        return f"{self.mark}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A key that is understood and checked, but changes nothing in this version."""

    where: str
    """`file:line:column`."""
    key: str

    @override
    def __str__(self) -> str:
        return f"{self.where}: {self.key}: accepted, not in use"


class ConfigError(Exception):
    """The configuration cannot be used. `problems` holds every mistake found, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True, kw_only=True)
class Node:
    """A scalar, a list or a mapping. `keys` holds the places of a mapping's keys; `plain` the text of a bare scalar."""

    value: "Scalar | list[Node] | dict[str, Node]"
    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    plain: str | None = None
    size: int = 1
    """Nodes in this tree, counted with every alias written out."""
    depth: int = 1

    @property
    def mapping(self) -> "dict[str, Node]":
        """The entries; empty where something else was written."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> "list[Node]":
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str | None:
        return self.value if isinstance(self.value, str) else None

    def get(self, key: str) -> "Node | None":
        return self.mapping.get(key)

    def key_mark(self, key: str) -> Mark:
        """Where the key stands; of a missing one, where the mapping begins."""
        return self.keys.get(key, self.mark)

    def put(self, key: str, value: "Node", mark: Mark | None = None) -> None:
        if isinstance(self.value, dict):
            self.value[key] = value
            self.keys[key] = mark or value.mark

    def take(self, key: str) -> "Node | None":
        """Remove and return an entry; its key's place stays known."""
        return self.value.pop(key, None) if isinstance(self.value, dict) else None

    def copy(self) -> "Node":
        """A shallow copy whose entries can be put and taken without touching this one (an alias may share it)."""
        value = self.value
        if isinstance(value, dict):
            value = dict(value)
        elif isinstance(value, list):
            value = list(value)
        return Node(value=value, mark=self.mark, keys=dict(self.keys), plain=self.plain)

    def walk(self, *path: str | int) -> "tuple[Node, Mark]":
        """The deepest node on the path that exists, and the place to name for it: the key's, or the list entry's."""
        node, mark = self, self.mark
        for part in path:
            if isinstance(node.value, dict) and str(part) in node.value:
                mark, node = node.key_mark(str(part)), node.value[str(part)]
            elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                mark = node.mark
        return node, mark

    def content(self) -> object:
        """The same tree as plain values, secrets still wrapped."""
        if isinstance(self.value, dict):
            return {key: node.content() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.content() for node in self.value]
        return self.value

    def scalars(self) -> "Iterator[Node]":
        if isinstance(self.value, dict):
            for node in self.value.values():
                yield from node.scalars()
        elif isinstance(self.value, list):
            for node in self.value:
                yield from node.scalars()
        else:
            yield self


def scalar(value: Scalar, mark: Mark) -> Node:
    return Node(value=value, mark=mark)


def mapping(mark: Mark, **entries: Node) -> Node:
    return Node(value=dict(entries), mark=mark, keys={key: node.mark for key, node in entries.items()})


def listing(mark: Mark, *nodes: Node) -> Node:
    return Node(value=list(nodes), mark=mark)


def did_you_mean(word: str, known: Sequence[str] | Iterator[str]) -> str:
    """`; did you mean 'interval'?`, or nothing where no known word is near."""
    near = get_close_matches(word[:64], list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""
