"""YAML text to nodes. The strict part of YAML 1.2: `on`, `no`, dates and `1:30` are texts, nothing is guessed.

Composed from the event stream, without recursion, with caps on depth, size and what aliases may unfold to: no text,
however hostile, costs more than it is worth or raises anything but `ConfigError`.
"""

import re
from dataclasses import dataclass, field
from sys import intern
from typing import NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from config.node import ConfigError, Mark, Node, Problem, Scalar
from config.syntax import WIDE_COLON, explain

MAX_BYTES = 4 << 20
MAX_DEPTH = 40
MAX_NODES = 400_000
MAX_DIGITS = 15

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+")
AMBIGUOUS = re.compile(r"[-+]?(?:0[0-9]+|0[xob][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+)")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_STRING_TAGS = (None, "!", "tag:yaml.org,2002:str")


def compose(data: bytes, file: str) -> Node:
    """The root node. Raises ConfigError with every duplicate key, odd number and syntax error of the file."""
    start = Mark(file, 1, 1)
    if len(data) > MAX_BYTES:
        raise ConfigError([Problem(start, f"the file is larger than {MAX_BYTES >> 20} MiB; split it")])
    composer, text = _Composer(file=file), ""
    try:
        text = data.decode("utf-8-sig")
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            composer.feed(event)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise ConfigError(
            [Problem(Mark(file, line, column), "this is not UTF-8 text; save the file as UTF-8")]
        ) from None
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        place = Mark(file, at.line + 1, at.column + 1) if at else start
        raise ConfigError([*composer.problems, Problem(place, f"not YAML: {explain(error, text)}")]) from None
    except yaml.YAMLError as error:
        place = _character(error, start)
        raise ConfigError([Problem(place, "not YAML: a character that must not stand in a text file")]) from None
    if composer.problems:
        raise ConfigError(composer.problems)
    if composer.root is None or composer.root.value is None:
        raise ConfigError([Problem(start, "there is nothing here; write at least `components: {name: https://…}`")])
    return composer.root


def _character(error: yaml.YAMLError, start: Mark) -> Mark:
    position = getattr(error, "position", None)
    return Mark(start.file, start.line, position + 1) if isinstance(position, int) else start


@dataclass(slots=True)
class _Open:
    node: Node
    anchor: str | None
    key: tuple[str, Mark] | None = None
    merges: bool = False
    """Whether the key is a bare `<<`."""
    merged: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class _Composer:
    file: str
    problems: list[Problem] = field(default_factory=list)
    root: Node | None = None
    _stack: list[_Open] = field(default_factory=list)
    _anchors: dict[str, Node] = field(default_factory=dict)
    _nodes: int = 0

    def feed(self, event: Event) -> None:
        match event:
            case DocumentStartEvent() if self.root is not None:
                raise ConfigError(
                    [*self.problems, Problem(self._mark(event), "one file holds one document; remove `---`")]
                )
            case AliasEvent():
                self._add(self._alias(event))
            case ScalarEvent():
                self._scalar(event)
            case MappingStartEvent():
                self._open(event, Node(value={}, mark=self._mark(event)))
            case SequenceStartEvent():
                self._open(event, Node(value=[], mark=self._mark(event)))
            case MappingEndEvent() | SequenceEndEvent():
                self._close()
            case _:
                pass

    def _mark(self, event: Event) -> Mark:
        start = event.start_mark
        return Mark(self.file, start.line + 1, start.column + 1) if start else Mark(self.file, 1, 1)

    def _problem(self, mark: Mark, message: str) -> None:
        self.problems.append(Problem(mark, message))

    def _alias(self, event: AliasEvent) -> Node:
        mark, name = self._mark(event), str(event.anchor)
        if name not in self._anchors:
            self._problem(mark, f"*{name} names nothing above it; write &{name} at what it shall repeat")
            return Node(value=None, mark=mark)
        node = self._anchors[name]
        self._count(node.size, mark)
        if len(self._stack) + node.depth > MAX_DEPTH:
            self._stop(mark, f"nested deeper than {MAX_DEPTH} levels")
        return node

    def _stop(self, mark: Mark, message: str) -> NoReturn:
        raise ConfigError([*self.problems, Problem(mark, message)])

    def _count(self, nodes: int, mark: Mark) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._stop(mark, f"more than {MAX_NODES} values, aliases unfolded; write it shorter")

    def _tagged(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> bool:
        allowed = _STRING_TAGS if isinstance(event, ScalarEvent) else (None, "!")
        if event.tag in allowed:
            return event.tag is not None
        self._problem(self._mark(event), f"the tag {event.tag} is not used here; remove it")
        return True

    def _scalar(self, event: ScalarEvent) -> None:
        mark = self._mark(event)
        self._count(1, mark)
        quoted = self._tagged(event) or bool(event.style)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.node.value, dict) and frame.key is None:
            if not quoted and "：" in event.value:
                self._problem(mark, f"'{event.value}' holds {WIDE_COLON}")
            frame.key, frame.merges = (intern(event.value), mark), event.value == "<<" and not quoted
            return
        value: Scalar = intern(event.value) if quoted else self._resolve(event.value, mark)
        node = Node(value=value, mark=mark, plain=None if quoted else event.value)
        self._anchor(event, node)
        self._add(node)

    def _resolve(self, text: str, mark: Mark) -> Scalar:
        if text in _WORDS:
            return _WORDS[text]
        if AMBIGUOUS.fullmatch(text):
            self._problem(mark, f"{text} is a number to some and a text to others; write it out, or in quotes")
        elif _INTEGER.fullmatch(text) and len(text) <= MAX_DIGITS:
            return int(text)
        elif _DECIMAL.fullmatch(text) and len(text) <= MAX_DIGITS:
            return float(text)
        return intern(text)

    def _open(self, event: MappingStartEvent | SequenceStartEvent, node: Node) -> None:
        self._count(1, node.mark)
        self._tagged(event)
        if len(self._stack) >= MAX_DEPTH:
            self._stop(node.mark, f"nested deeper than {MAX_DEPTH} levels")
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.node.value, dict) and frame.key is None:
            self._stop(node.mark, "a key is a single word, not a list or a mapping")
        self._stack.append(_Open(node, event.anchor))

    def _close(self) -> None:
        frame = self._stack.pop()
        node = frame.node
        for other in frame.merged:
            for key, value in other.mapping.items():
                if key not in node.mapping:
                    node.put(key, value, other.key_mark(key))
        children = list(node.mapping.values()) or node.items
        node.size = 1 + sum(child.size for child in children)
        node.depth = 1 + max((child.depth for child in children), default=0)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = node
        self._add(node)

    def _anchor(self, event: NodeEvent, node: Node) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = node

    def _add(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        if isinstance(frame.node.value, list):
            frame.node.value.append(node)
            return
        if frame.key is None:
            self._stop(node.mark, "a key is a single word, not an alias")
        (key, mark), frame.key = frame.key, None
        if frame.merges:
            self._merge(frame, node, mark)
        elif key in frame.node.mapping:
            first = frame.node.keys[key]
            self._problem(mark, f"'{key}' stands twice; the first is in line {first.line}, keep one")
        else:
            frame.node.put(key, node, mark)

    def _merge(self, frame: _Open, node: Node, mark: Mark) -> None:
        sources = node.items if isinstance(node.value, list) else [node]
        if not all(isinstance(source.value, dict) for source in sources):
            self._problem(mark, "<< takes a mapping, like `<<: *defaults`")
            return
        frame.merged.extend(sources)
