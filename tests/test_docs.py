"""The documentation is true: its commands run, its examples load, and nothing that exists is missing from it."""

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
import orjson
import pytest
import yaml
from click.testing import CliRunner
from pydantic import BaseModel

from config.discover import discover
from config.instant import DAY
from config.load import load
from config.model import Check, Config
from incidents.source import AlertNews, Sent, Source, Unreadable
from notify.channel import Channel, Letter
from notify.message import Message
from probe.kind import ProbeKind, Question
from probe.result import Outcome, Reason
from sla.anchor import Anchor, AnchorError, Head
from sla.format import Format
from sla.parties import parties_of
from sla.period import parse_period
from sla.record import Facts
from sla.statement import compose
from tests.probe.listener import listening
from tests.sources import ROOMS, ROOT, naming, nodes
from upheld.cli.main import COMMANDS, LATER, main
from upheld.installed import installed

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CONFIGURATION = ROOT / "docs" / "configuration.md"
OPERATING = ROOT / "docs" / "operating.md"
COUNTING = ROOT / "docs" / "counting.md"
EXTENDING = ROOT / "docs" / "extending.md"
RECORDS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
FENCED = re.compile(r"^```(\S[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECRET = "a-secret-of-the-tests"
SERVED = "served"
"""After a block's language: needs a server or the network, so its commands are read and not run."""
MISTAKEN = "mistaken"
"""After a block's file: a configuration that is refused."""
NOW = 1_790_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: its language, the words after it, its text with the line end."""

    language: str
    words: tuple[str, ...]
    text: str

    @property
    def file(self) -> str | None:
        """The name under which a reader would save it."""
        return next((word for word in self.words if "." in word), None)


def blocks(document: Path) -> Iterator[Block]:
    for info, text in FENCED.findall(document.read_text()):
        language, *words = info.split()
        yield Block(language=language, words=tuple(words), text=text)


def prose(document: Path) -> str:
    return FENCED.sub("", document.read_text())


def section(document: Path, heading: str) -> str:
    """From `## heading` to the next one."""
    return next(part for part in document.read_text().split("\n## ") if part.startswith(heading))


def rows(text: str) -> list[list[str]]:
    """Of all tables, without their heads; cells as written."""
    lines = re.findall(r"^\| (.*) \|$", text, re.MULTILINE)
    return [line.split(" | ") for line in lines]


def coded(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One line of a block and, of a console, what follows it."""

    words: tuple[str, ...]
    exit_code: int
    output: str | None


def commands(block: Block) -> Iterator[Command]:
    if block.language == "sh":
        for line in block.text.splitlines():
            yield _command(line, None)
    elif block.language == "console":
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            yield _command(line, output)


def _command(line: str, output: str | None) -> Command:
    line, _, remark = line.partition("  # exit ")
    return Command(words=tuple(shlex.split(line)), exit_code=int(remark or 0), output=output)


def matches(found: str, written: str) -> bool:
    """`…` on a line of its own stands for anything."""
    return re.fullmatch(re.escape(written).replace(re.escape("…\n"), "(?s:.*)"), found) is not None


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with every variable the documents speak of."""
    for document in DOCUMENTS:
        for name in re.findall(r"\$\{env:(\w+)\}", document.read_text()):
            monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("UPHELD_PASSWORD", "four words make a password")
    monkeypatch.delenv("UPHELD_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def short_form() -> str:
    return next(block.text for block in blocks(CONFIGURATION) if block.file == "upheld.yaml")


WITH_COMMANDS = [one for one in DOCUMENTS if any(block.language in ("sh", "console") for block in blocks(one))]


@pytest.mark.parametrize("document", WITH_COMMANDS, ids=lambda one: str(one.relative_to(ROOT)))
def test_every_command_of_a_document_does_what_it_says(document: Path, desk: Path) -> None:
    found = list(blocks(document))
    own = any(block.file == "upheld.yaml" for block in found) or any("upheld init" in block.text for block in found)
    if not own:
        (desk / "upheld.yaml").write_text(short_form())
    for block in found:
        if block.file is not None and block.language != "python":
            (desk / block.file).parent.mkdir(exist_ok=True)
            (desk / block.file).write_text(block.text)
        for command in commands(block):
            if SERVED in block.words:
                _understood(command.words)
            else:
                _carried_out(command)


def _understood(words: Sequence[str]) -> None:
    """The command and its options exist."""
    if words[0] == "make":
        assert set(words[1:]) <= targets()
        return
    assert words[0] == "upheld"
    command, (name, *rest) = named(words[1:])
    command.make_context(name, rest)


def named(words: Sequence[str]) -> tuple[click.Command, Sequence[str]]:
    """The innermost command, and its words from its own name on."""
    command: click.Command = main
    while isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), words[0])
        assert inner is not None, words
        command = inner
        if isinstance(command, click.Group):
            words = words[1:]
    return command, words


def _carried_out(command: Command) -> None:
    if command.words[0] == "python3":
        subprocess.run([sys.executable, *command.words[1:]], check=True, timeout=60)
        return
    assert command.words[0] == "upheld"
    result = CliRunner().invoke(main, command.words[1:])
    assert result.exit_code == command.exit_code, (command, result.output, result.exception)
    assert command.output is None or matches(result.output, command.output), result.output


@pytest.mark.parametrize("block", [one for one in blocks(CONFIGURATION) if one.language == "yaml"])
def test_every_configuration_shown_loads_unless_it_is_said_to_be_mistaken(block: Block, desk: Path) -> None:
    (desk / "shown.yaml").write_text(block.text)
    result = CliRunner().invoke(main, ["check-config", "shown.yaml"])
    assert result.exit_code == (1 if MISTAKEN in block.words else 0), result.output


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.relative_to(ROOT)))
def test_yaml_of_other_programs_is_yaml(document: Path) -> None:
    found = [yaml.safe_load(block.text) for block in blocks(document) if block.language == "yaml"]
    assert all(isinstance(one, dict) for one in found)


def test_every_section_of_the_configuration_has_its_line() -> None:
    sections = {name for name, field in Config.model_fields.items() if not field.exclude}
    written = {coded(row[0])[0] for row in rows(section(CONFIGURATION, "Long form")) if coded(row[0])}
    assert written == sections | {"mail", "on_call"}


def test_every_key_of_a_check_has_its_line() -> None:
    ours = set(Check.model_fields) - {"id", "component", "name", "options"}
    written = {coded(row[0])[0] for row in rows(section(CONFIGURATION, "Components and checks")) if coded(row[0])}
    assert written == ours


def test_every_option_of_a_kind_is_named() -> None:
    lines = dict(
        re.findall(r"^- `(\w+)`: (.*(?:\n  .*)*)$", section(CONFIGURATION, "Components and checks"), re.MULTILINE)
    )
    assert set(lines) == set(installed().kinds)
    missing = [
        f"{kind}.{option}"
        for kind, offered in installed().kinds.items()
        for option in offered.options.model_fields
        if f"`{option}`" not in lines[kind] and option not in ("period", "grace", "token")
    ]
    assert missing == []


def test_every_channel_source_anchor_and_format_has_its_line() -> None:
    words = {coded(row[0])[0] for row in rows(section(CONFIGURATION, "Channels, sources")) if coded(row[0])}
    assert words == set(installed().channels) | set(installed().sources)
    anchors = {coded(row[0])[0] for row in rows(section(CONFIGURATION, "Checkpoints, anchors")) if coded(row[0])}
    assert anchors == set(installed().anchors)
    forms = {coded(row[0])[0] for row in rows(section(COUNTING, "Statements")) if coded(row[0])}
    assert forms == set(installed().formats)


def test_every_command_has_its_line_and_what_comes_later_is_said_to() -> None:
    lines = {coded(row[0])[0]: row[1] for row in rows(section(OPERATING, "Commands")) if coded(row[0])}
    assert set(lines) == {f"upheld {name}" for name in COMMANDS}
    for name in COMMANDS:
        group = main.get_command(click.Context(main), name)
        if isinstance(group, click.Group):
            assert set(group.list_commands(click.Context(group))) == set(coded(lines[f"upheld {name}"]))
    later = coded(section(OPERATING, "Not in this version"))
    assert {f"upheld {name}" for name in LATER} <= set(later)


def test_every_metric_has_its_line_and_every_line_its_metric() -> None:
    pattern = re.compile(r"(?:upheld|probe)_[a-z_]+")
    exported = {
        node.value
        for room in ROOMS
        for file in naming(room, "upheld_", "probe_")
        for node in nodes(file)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and pattern.fullmatch(node.value)
    } - {"probe_location"}
    written = {coded(row[0])[0] for row in rows(section(OPERATING, "Metrics")) if coded(row[0])}
    assert {re.sub(r"_total$|(?<=build)_info$", "", name) for name in written} == exported


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    asked = [*project["project"]["dependencies"], *(one for extra in extras for one in extra)]
    asked += project["dependency-groups"]["dev"]
    names = sorted(re.split(r"[\[><=]", one)[0].lower() for one in asked)
    written = [coded(row[0])[0] for row in rows((ROOT / "docs" / "dependencies.md").read_text()) if coded(row[0])]
    assert sorted(one.lower() for one in written) == names


def test_every_decision_is_listed_in_order_under_its_own_title() -> None:
    listed = rows((ROOT / "docs" / "adr" / "README.md").read_text())[1:]
    titles = [record.read_text().splitlines()[0].removeprefix(f"# {record.stem[:4]} ") for record in RECORDS]
    links = [f"[{record.stem[:4]}]({record.name})" for record in RECORDS]
    assert listed == [[link, title] for link, title in zip(links, titles, strict=True)]
    numbers = [record.stem[:4] for record in RECORDS]
    assert all(number.isdecimal() for number in numbers)
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("record", RECORDS, ids=lambda one: one.stem)
def test_a_decision_says_status_context_decision_and_consequences(record: Path) -> None:
    text = record.read_text()
    assert re.search(r"^Status: (proposed|accepted|superseded by \d{4})$", text, re.MULTILINE)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.relative_to(ROOT)))
def test_every_place_a_document_names_exists(document: Path) -> None:
    text = prose(document)
    links = [one.partition("#")[0] for one in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in one]
    assert [one for one in links if not (document.parent / one).exists()] == []
    home = re.compile(rf"(?:{'|'.join(ROOMS)}|tests|docs|bench|requirements|\.ci)/[\w./-]*")
    places = [one for one in coded(text) if home.fullmatch(one)]
    assert [one for one in places if not (ROOT / one).exists()] == []


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_target_of_the_makefile_is_written_down_and_no_other() -> None:
    text = (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    assert set(re.findall(r"`make ([a-z-]+)`", text)) == targets()


def test_both_readmes_have_the_same_two_commands_and_the_same_structure() -> None:
    english, chinese = (_structure(ROOT / name) for name in ("README.md", "README.zh-CN.md"))
    assert english == chinese
    assert [row[0] for row in rows(section(ROOT / "README.md", "Two commands"))][1:] == ["`make run`", "`make test`"]


def _structure(document: Path) -> list[object]:
    text = prose(document)
    headings = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    links = [one for one in re.findall(r"\]\(([^)\s]+)\)", text) if not one.startswith("README")]
    cells = [[one for one in row if re.fullmatch(r"`[^`]+`|\d", one)] for row in rows(text)]
    return [headings, links, cells, list(blocks(document))]


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Every example lies in its family's package; package -> the example's name."""
    installed()  # once for all tests, so that no other one meets the examples
    found: dict[str, str] = {}
    for block in blocks(EXTENDING):
        if block.language == "python" and block.file is not None:
            package, name = block.file.removesuffix(".py").rsplit("/", 1)
            file = tmp_path / block.file
            file.parent.mkdir(parents=True)
            file.write_text(block.text)
            family = import_module(package.replace("/", "."))
            monkeypatch.setattr(family, "__path__", [*family.__path__, str(file.parent)])
            found[family.__name__] = name
    yield found
    for package, name in found.items():
        sys.modules.pop(f"{package}.{name}", None)


async def test_the_example_of_a_kind_asks_a_server_that_speaks_first(example: dict[str, str]) -> None:
    async def greet(reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"220 at your service\r\n")
        await writer.drain()

    kind = discover(import_module("probe.kinds"), "KIND", ProbeKind)[example["probe.kinds"]]
    assert kind.open is not None
    async with listening(greet) as port, kind.open() as ask:
        target = f"127.0.0.1:{port}"
        for begins, outcome, reason in (("220", Outcome.UP, None), ("SSH-", Outcome.DOWN, Reason.BODY)):
            question = Question(check="", target=target, options=kind.options(begins=begins), timeout=5000)
            answer = await ask(question)
            assert (answer.outcome, answer.reason) == (outcome, reason)
    assert kind.fault("nowhere", None) is not None


async def test_the_example_of_a_channel_writes_a_line(example: dict[str, str], tmp_path: Path) -> None:
    offered: dict[str, Channel[BaseModel]] = discover(import_module("notify.channels"), "CHANNEL", Channel)
    channel = offered[example["notify.channels"]]
    message = Message(subject="shop is down", text="", language="en")
    letter = Letter(key="INC-1/1.1", address="", message=message, written_at=NOW, now=NOW)
    await channel.send(channel.options.model_validate({"path": tmp_path / "told"}), letter)
    assert (tmp_path / "told").read_text() == '{"key": "INC-1/1.1", "subject": "shop is down"}\n'


def test_the_example_of_a_source_reads_a_post_and_refuses_another(example: dict[str, str]) -> None:
    source = discover(import_module("incidents.sources"), "SOURCE", Source)[example["incidents.sources"]]
    options = source.options.model_validate({"token": SECRET})
    post = {"id": "disk-7", "component": "shop", "firing": True, "text": "disk full"}
    [news] = source.read(options, Sent(body=orjson.dumps(post), received_at=NOW))
    assert isinstance(news, AlertNews)
    assert (news.key, news.firing, news.labels["component"], news.summary) == ("disk-7", True, "shop", "disk full")
    with pytest.raises(Unreadable, match="firing: must be true or false"):
        source.read(options, Sent(body=orjson.dumps({**post, "firing": "yes"}), received_at=NOW))


def test_the_example_of_a_format_writes_a_statement_down(example: dict[str, str], desk: Path) -> None:
    form = discover(import_module("sla.formats"), "FORMAT", Format)[example["sla.formats"]]
    (desk / "upheld.yaml").write_text(short_form())
    config = load(desk / "upheld.yaml", kinds=installed().registries)
    nothing = Facts(transitions={}, exclusions=(), cases=())
    statement = compose(parties_of(config, "acme"), parse_period("2026-03"), nothing, NOW + DAY, marked_as_demo=False)
    assert form.render(statement, "en").decode().splitlines()[0] == "acme 2026-03"


async def test_the_example_of_an_anchor_keeps_the_first_head_and_refuses_another(
    example: dict[str, str], tmp_path: Path
) -> None:
    offered: dict[str, Anchor[BaseModel]] = discover(import_module("sla.anchors"), "ANCHOR", Anchor)
    anchor = offered[example["sla.anchors"]]
    options = anchor.options.model_validate({"path": "."})

    async def prove(first: int) -> list[bytes]:
        return []

    for _ in range(2):
        receipt = await anchor.submit(options, Head(note="one", size=5, last=0, prove=prove, folder=tmp_path))
        assert Path(receipt.body.decode()).read_text() == "one"
    with pytest.raises(AnchorError, match="another head"):
        await anchor.submit(options, Head(note="two", size=5, last=0, prove=prove, folder=tmp_path))
