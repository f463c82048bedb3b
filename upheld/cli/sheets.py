"""`upheld profiles`: the profiles and term sheets an agreement may name, listed and read aloud."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from config.agreement import Sheet
from config.language import CHINESE, ENGLISH, choose
from config.load import folder_of
from config.look import sentence
from config.node import Node
from config.profile import PINNED, Family, UnknownSheet
from config.reader import Report
from config.sheet import Profile
from config.shelf import Shelf, model_of, shelf_of
from sla.clause import ROOM
from sla.method import TITLE, method
from sla.promise import chapters
from upheld.cli import tongue
from upheld.cli.incident import as_json
from upheld.cli.shared import fail, plain, show

FAMILIES: tuple[Family, ...] = tuple(PINNED)


@click.command()
@click.argument("name", required=False)
@tongue.language
@click.option(
    "-c",
    "--config",
    "path",
    type=click.Path(path_type=Path),
    envvar="UPHELD_CONFIG",
    default=Path("upheld.yaml"),
    help="the configuration, beside which own sheets lie in profiles/ and terms/",
)
@as_json
def profiles(name: str | None, lang: str | None, path: Path, as_json: bool) -> None:
    """Profiles and term sheets; with a NAME (sla-standard or sla-standard@1) the whole of one."""
    language = lang or (ENGLISH if as_json else tongue.language_of())
    report = Report()
    shelf = shelf_of(folder_of(path), report)
    if report.problems:
        for problem in report.problems:
            tongue.tell(str(problem), err=True)
        fail("an own sheet has a mistake; nothing is shown", 1)
    if name is None:
        show([_row(shelf, family, ref, language) for family, ref in _all(shelf)], as_json=as_json, columns=_COLUMNS)
        return
    family, ref = _find(shelf, name)
    sheet, node = shelf.sheet(family, ref)
    if as_json:
        show({**_row(shelf, family, ref, language), "content": node.content()}, as_json=True, columns=())
        return
    for line in _lines(family, sheet, node, language):
        click.echo(line)


_COLUMNS = ("ref", "family", "title", "sha256")


def _all(shelf: Shelf) -> list[tuple[Family, str]]:
    return [(family, ref) for family in FAMILIES for ref in shelf.refs(family)]


def _row(shelf: Shelf, family: Family, ref: str, language: str) -> dict[str, Any]:
    sheet, _ = shelf.sheet(family, ref)
    return {
        "ref": ref,
        "family": family,
        "title": choose(sheet.title, language),
        "sha256": sheet.sha256,
        "shipped": ref in PINNED[family],
    }


def _find(shelf: Shelf, name: str) -> tuple[Family, str]:
    """By `name@version`, or the newest version of a name."""
    known = _all(shelf)
    fitting = [pair for pair in known if name in (pair[1], pair[1].partition("@")[0])]
    if not fitting:
        fail(f"no sheet is named '{name}'; known: {', '.join(ref for _, ref in known)}", 2)
    return max(fitting, key=lambda pair: int(pair[1].rpartition("@")[2]))


def _lines(family: Family, sheet: Sheet, node: Node, language: str) -> Iterator[str]:
    read = model_of(family, node, Report())
    if read is None:
        raise UnknownSheet(sheet.ref)
    yield f"{choose(sheet.title, language)} ({sheet.ref})"
    yield f"SHA-256 {sheet.sha256}"
    if isinstance(read, Profile):
        for chapter in chapters(read, language):
            yield ""
            yield plain(chapter.title)
            yield from (f"  {plain(line)}" for line in chapter.lines)
        return
    yield ""
    title = sentence(ROOM, language, TITLE)
    yield f"《{title}》" if language == CHINESE else title
    for number, paragraph in enumerate(method(read.availability, language), start=1):
        yield f"{number}. {paragraph}"
