"""The rules of the house that no other tool checks."""

import ast
import re
import string
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import click
import jinja2
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2.nodes import Call, Const, Name
from polib import pofile

from config.discover import discover
from config.look.detail import literals
from config.reader import WANTED
from tests.config.test_broken import EXPECTED
from tests.sources import ROOMS, ROOT, naming, nodes, python_files
from tests.spoken import forms_of

FAMILIES = (
    ("probe.kinds", "KIND", "probe.kind", "ProbeKind"),
    ("notify.channels", "CHANNEL", "notify.channel", "Channel"),
    ("incidents.sources", "SOURCE", "incidents.source", "Source"),
    ("sla.formats", "FORMAT", "sla.format", "Format"),
    ("sla.reports", "REPORT", "sla.report", "Report"),
    ("sla.anchors", "ANCHOR", "sla.anchor", "Anchor"),
)
LONGEST = 400
NOT_TOLERATED = {"skip", "skipif", "skipTest", "xfail", "importorskip"}
SHARED = "config.look"
SPEAKERS = {"t": 0, "_": 0, "say": 2, "sentence": 2}
"""Names of the functions that translate -> the place of the sentence among their arguments."""

# Taken apart, so that this file does not contain what it looks for.
MACHINE = re.compile(r"(?<![\w.}*])/(?:ro" + r"ot|wo" + r"rk|ho" + r"me/\w+|Us" + r"ers|t" + r"mp)/\w")
INDEX = re.compile(
    "|".join(["py" + r"pi\.", "python" + "hosted", "npm" + r"js\.", "debian" + r"\.org", "index" + "-url"])
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [file for name in listed.split("\0") if name and (file := ROOT / name).is_file()]


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_no_file_of_the_program_is_longer_than_400_lines() -> None:
    files = [file for room in ROOMS for file in python_files(room) if "migrations" not in file.parts]
    lengths = {name_of(file): len(file.read_text().splitlines()) for file in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_test_is_left_out() -> None:
    found = [
        f"{name_of(file)}:{node.lineno}: {node.attr}"
        for file in naming("tests", *NOT_TOLERATED)
        for node in nodes(file)
        if isinstance(node, ast.Attribute) and node.attr in NOT_TOLERATED
    ]
    assert found == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {file.parent for file in python_files("tests")}
    assert [name_of(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_every_room_is_built_into_the_wheel_and_nothing_else() -> None:
    present = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert present == set(ROOMS)


def test_no_other_distribution_owns_one_of_our_names() -> None:
    owners = packages_distributions()
    assert {room: owners[room] for room in ROOMS if set(owners.get(room, [])) - {"upheld"}} == {}


@pytest.mark.parametrize(("package", "attribute", "module", "shape"), FAMILIES)
def test_every_file_of_a_family_offers_what_its_family_offers(
    package: str, attribute: str, module: str, shape: str
) -> None:
    offers = discover(import_module(package), attribute, getattr(import_module(module), shape))
    files = {file.stem for file in python_files(package.replace(".", "/"))} - {"__init__"}
    assert set(offers) == files != set()


@pytest.mark.parametrize("package", [family[0] for family in FAMILIES])
def test_plug_ins_of_one_family_never_import_each_other(package: str) -> None:
    found = [
        f"{name_of(file)}:{node.lineno}"
        for file in python_files(package.replace(".", "/"))
        for node in nodes(file)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package))
        or (isinstance(node, ast.Import) and any(alias.name.startswith(package) for alias in node.names))
    ]
    assert found == []


def test_no_tracked_file_names_a_place_of_one_machine_or_an_index() -> None:
    found = []
    for file in tracked():
        text = file.read_text(errors="ignore")
        for number, line in enumerate(text.splitlines(), start=1):
            if MACHINE.search(line) or INDEX.search(line):
                found.append(f"{name_of(file)}:{number}: {line.strip()[:120]}")
    assert found == []


def speaker(file: Path) -> str:
    """The package whose catalogue translates what stands in this file."""
    folder = next(folder for folder in file.parents if (folder / "locale").exists() or folder.parent == ROOT)
    return ".".join(folder.relative_to(ROOT).parts)


def spoken_in_python(room: str) -> Iterator[tuple[str, str, str]]:
    """(package whose catalogue is asked, sentence, where) for every sentence written out in a call."""
    for file in python_files(room):
        for node in nodes(file):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = SPEAKERS.get(called)
            if place is None or len(node.args) <= place:
                continue
            asked, sentence = (constant(node.args[0]) if place else None), constant(node.args[place])
            if sentence is not None:
                yield asked or speaker(file), sentence, f"{name_of(file)}:{node.lineno}"


def constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def templates(room: str) -> list[Path]:
    return [file for file in sorted((ROOT / room).rglob("templates/**/*")) if file.is_file()]


def spoken_in_templates(room: str) -> Iterator[tuple[str, str, str]]:
    """The same for Jinja templates, which ask their own package's catalogue."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
    for file in templates(room):
        for node in environment.parse(file.read_text()).find_all(Call):
            if not isinstance(node.node, Name) or node.node.name not in SPEAKERS or not node.args:
                continue
            sentence = node.args[min(SPEAKERS[node.node.name], len(node.args) - 1)]
            if isinstance(sentence, Const) and isinstance(sentence.value, str):
                yield speaker(file), sentence.value, f"{name_of(file)}:{node.lineno}"


@cache
def chinese(package: str) -> Catalog:
    file = ROOT / package.replace(".", "/") / "locale" / "zh-CN.po"
    if not file.exists():
        return Catalog()
    with file.open("rb") as stream:
        return read_po(stream)


@pytest.mark.parametrize("file", sorted(ROOT.glob("*/**/locale/*.po")), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_sentence_stands_once_in_its_catalogue(file: Path) -> None:
    """Of two translations one is never read, and which one is for the library to say."""
    sentences = Counter(entry.msgid for entry in pofile(str(file)))
    assert [sentence for sentence, times in sentences.items() if times > 1] == []


def forms_in(file: Path) -> Iterator[str]:
    for node in nodes(file):
        if isinstance(node, ast.JoinedStr | ast.Constant):
            yield from forms_of(node)


def translated(package: str, sentence: str) -> bool:
    """In its own catalogue, or in the one all pages share."""
    found = [chinese(each).get(sentence) for each in (package, SHARED)]
    return any(message is not None and message.string for message in found)


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_a_room_speaks_has_a_chinese_one(room: str) -> None:
    silent = [
        f"{where}: {package}: {sentence!r}"
        for package, sentence, where in [*spoken_in_python(room), *spoken_in_templates(room)]
        if not translated(package, sentence)
    ]
    assert silent == []


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def catalogues() -> list[str]:
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("locale/zh-CN.po"))]
    return [".".join(file.parent.parent.relative_to(ROOT).parts) for file in files]


@pytest.mark.parametrize("package", catalogues())
def test_every_chinese_sentence_is_whole_and_fills_in_the_same_values(package: str) -> None:
    wrong = [
        f"{message.id!r} -> {message.string!r}"
        for message in chinese(package)
        if message.id
        and (message.fuzzy or not message.string or placeholders(str(message.id)) != placeholders(str(message.string)))
    ]
    assert wrong == []


@pytest.mark.parametrize("package", catalogues())
def test_severity_has_one_chinese_word(package: str) -> None:
    """Where it is not the name of a label, to be typed as it stands; a level is a case's, and a grade a finding's."""
    told = {str(one.id): str(one.string) for one in chinese(package) if "everit" in str(one.id)}
    assert {id: text for id, text in told.items() if "严重度" not in text and "severity" not in text} == {}


@pytest.mark.parametrize("package", catalogues())
def test_no_chinese_sentence_is_left_that_nobody_speaks(package: str) -> None:
    left = [str(message.id) for message in chinese(package) if message.id and message.id not in all_literals()]
    left = [sentence for sentence in left if sentence not in all_pages()]
    assert [sentence for sentence in left if not is_written(sentence)] == []


@cache
def all_literals() -> frozenset[str]:
    return frozenset(
        node.value
        for room in ROOMS
        for file in python_files(room)
        for node in nodes(file)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@cache
def all_pages() -> str:
    """Templates and what is shipped as YAML."""
    written = [file for room in ROOMS for file in [*templates(room), *sorted((ROOT / room).rglob("*.yaml"))]]
    return "\n".join(file.read_text() for file in written)


def is_written(sentence: str) -> bool:
    """All that stands around its values, by us or by click: to a form an example may be a value, too."""
    return all(piece.strip() in all_written() for piece in literals(sentence))


@cache
def all_written() -> str:
    folders = [*(ROOT / room for room in ROOMS), Path(click.__file__).parent]
    texts = {one for folder in folders for file in sorted(folder.rglob("*.py")) for one in forms_in(file)}
    kinds = {f"{{}} is not {wanted}" for wanted in WANTED.values()}
    return "\n".join([*texts, *kinds, *EXPECTED.values()])


SQL = frozenset({"select", "insert", "update", "delete"})


def test_sql_is_written_in_stores_only() -> None:
    """`store.py`, a file in `store/`, the outbox, retention's `pruning.py`, and the ground floor."""
    found = [
        f"{file}:{node.lineno}"
        for room in ROOMS
        for file in naming(room, "sqlalchemy")
        if room != "db" and file.stem not in ("store", "outbox", "pruning") and file.parent.name != "store"
        for node in nodes(file)
        if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"
        if SQL & {name.name for name in node.names}
    ]
    assert found == []
