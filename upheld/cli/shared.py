"""What commands have in common: the configuration option, JSON or a table, one clear line for every refusal."""

import asyncio
import getpass
import json
import re
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

import click
from sqlalchemy import Connection

from config.load import load
from config.model import Config
from config.node import ConfigError
from db.engine import Use, open_database
from db.errors import StoreError
from upheld.cli.tongue import label, printable, refuse, said, state, tell, word
from upheld.installed import installed
from upheld.trouble import Trouble

P = ParamSpec("P")
T = TypeVar("T")

if TYPE_CHECKING:
    from incidents.caseload import Caseload

STORE_UNUSABLE = 3
_OURS = frozenset(
    (
        *("state", "status", "component_state", "put_to", "progress", "verdict", "verdict_before", "verdict_after"),
        *("deed", "grade", "aim", "kind"),
    )
)
"""Columns whose values are words of ours."""

_COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal would obey instead of show, also what turns the direction of writing."""


def with_config(command: Callable[..., T]) -> Callable[..., T]:
    """`-c FILE|DIR`, or UPHELD_CONFIG, or upheld.yaml here; given to the command as a loaded `config`."""

    @click.option(
        "-c",
        "--config",
        "path",
        type=click.Path(path_type=Path),
        envvar="UPHELD_CONFIG",
        default=Path("upheld.yaml"),
        show_default=True,
        help="the configuration, one file or a folder",
    )
    @wraps(command)
    def wrapped(*, path: Path, **kwargs: Any) -> T:
        click.get_current_context().obj = path
        return guarded(command)(config=load_or_exit(path), **kwargs)

    return wrapped


def guarded(command: Callable[P, T]) -> Callable[P, T]:
    """Every expected trouble is one line on stderr with what to do, and an exit code; never a traceback."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except StoreError as error:
            fail(str(error), STORE_UNUSABLE)
        except Trouble as error:
            fail(str(error), 1)

    return wrapped


def fail(text: str, code: int) -> NoReturn:
    refuse(said(text))
    sys.exit(code)


def load_or_exit(path: Path, read: Callable[[Path], Config] | None = None) -> Config:
    """`read`: another way to read it."""
    try:
        return load(path, kinds=installed().registries) if read is None else read(path)
    except ConfigError as error:
        for problem in error.problems:
            tell(str(problem), err=True)
        sys.exit(1)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def read(config: Config, work: Callable[[Connection], T]) -> T:
    """Beside a running server or without one; changes nothing."""

    async def reading() -> T:
        database = await open_database(config.store.url.reveal(), Use.READ)
        try:
            return await database.read(work)
        finally:
            await database.close()

    return run(reading())


def change(config: Config, command: str, arguments: Mapping[str, Any], by: str | None = None) -> Any:
    """Through the running server, or, when none runs, in this process. Raises CommandRefused."""
    from upheld.cli.change import change as carry_out  # heavy; commands that only read need none of it

    return carry_out(config, command, arguments, by)


def login() -> str:
    """Of the one who types."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def in_force(config: Config) -> Config:
    """With the agreements and customers that the store owns; as written where there is no store yet."""
    from upheld import contracts

    try:
        return read(config, lambda tx: contracts.in_force(tx, config))
    except StoreError:
        return config


def caseload_of(config: Config) -> "Caseload":
    """For reading cases with their clocks."""
    from upheld.rules import rules_of

    return rules_of(config, installed()).caseload


def show(value: Any, *, as_json: bool, columns: Sequence[str]) -> None:
    """A list as a table of these columns, one thing as lines; or all of it as JSON."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    if isinstance(value, list):
        from upheld.cli.table import show_table  # the server never shows one, and its library is not small

        show_table(columns, [[plain(_shown(column, row.get(column))) for column in columns] for row in value])
        return
    for key, item in value.items():
        click.echo(printable(f"{label(key)}: {plain(_shown(key, item))}"))


def _shown(column: str, value: Any) -> str:
    """What people typed stays as it is; a word of ours is said in the reader's language."""
    return state(_text(value)) if column in _OURS else _text(value)


def plain(text: str) -> str:
    """What somebody outside may have written, as one line that a terminal only shows."""
    return " ".join(_COMMANDING.sub("\N{REPLACEMENT CHARACTER}", text).split())


def _text(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return word("yes" if value else "no")
        case list() | tuple():
            return ", ".join(_text(item) for item in value) or "-"
        case dict():
            return ", ".join(f"{key}={_text(item)}" for key, item in value.items())
        case _:
            return str(value)
