"""`upheld init | check-config | config schema | plan`."""

import json
from pathlib import Path

import click

from config.first import first_config
from config.model import Config
from config.plan import expanded
from config.plan import plan as compare
from db.errors import StoreError
from upheld import contracts, control
from upheld.cli.shared import fail, guarded, load_or_exit, read, run, with_config
from upheld.cli.tongue import tell
from upheld.control import NoServer
from upheld.installed import installed
from upheld.unheard import unheard


@click.command()
@click.argument("urls", nargs=-1, required=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("upheld.yaml"), show_default=True, help="the file"
)
def init(urls: tuple[str, ...], output: Path) -> None:
    """Write a first configuration for these addresses."""
    if output.exists():
        fail(f"{output} exists; move it away, or write elsewhere with -o", 1)
    try:
        text = first_config(urls)
    except ValueError as error:
        fail(str(error), 2)
    output.write_text(text, encoding="utf-8")
    tell(f"{output} written; now: upheld serve -c {output}")


@click.command("check-config")
@click.argument("path", type=click.Path(path_type=Path))
def check_config(path: Path) -> None:
    """Every problem of a configuration, each with its place and what to write instead."""
    config = load_or_exit(path)
    for notice in config.not_in_use:
        tell(f"{notice.where}: {notice.key}: accepted, not in use")
    for sentence in unheard(config):
        tell(f"{path}: {sentence}")
    checks = len(list(config.checks()))
    tell(f"{path}: good; {len(config.components)} components, {checks} checks, {len(config.customers)} customers")


@click.group()
def config() -> None:
    """About the configuration."""


@config.command()
@click.option(
    "--of",
    "what",
    type=click.Choice(["configuration", "profile", "terms"]),
    default="configuration",
    show_default=True,
    help="of which kind of file",
)
def schema(what: str) -> None:
    """JSON Schema of the configuration, of a profile or of a term sheet, for editors."""
    from config.schema import schema as schema_of
    from config.schema import sheet_schema

    found = {
        "configuration": lambda: schema_of(installed().registries),
        "profile": lambda: sheet_schema("profiles"),
        "terms": lambda: sheet_schema("terms"),
    }[what]()
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


@click.command("plan")
@click.option("--expanded", "written_out", is_flag=True, help="the configuration with every short form written out")
@with_config
def plan(config: Config, written_out: bool) -> None:
    """What this configuration would change against the running one, and whose history is kept."""
    if written_out:
        click.echo(expanded(config), nl=False)
        return
    for line in _against_running(config):
        tell(line)


@guarded
def _against_running(config: Config) -> list[str]:
    file = config.store.sqlite_file
    path = Path(click.get_current_context().obj).absolute()
    if file is not None and control.socket_of(file).exists():
        try:
            return list(run(control.ask(control.socket_of(file), "plan", "", {"path": str(path)})))
        except NoServer:
            pass
    whole, owned = _stored(config)
    return ["no server runs on this store: all of it would be new", *compare(None, whole).lines(), *owned]


def _stored(config: Config) -> tuple[Config, list[str]]:
    """With what the store owns, and what that is; nothing where there is no store yet."""
    try:
        return read(config, lambda tx: (contracts.in_force(tx, config), contracts.owners(tx, config)))
    except StoreError:
        return config, []
