"""`upheld account | deadline | statement | key`: the counting core, and what follows from the stored facts."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from config.language import LANGUAGES
from config.model import Config
from sla.cases import account_cases
from sla.deadline_cases import deadline_cases
from sla.format import Unwritable
from sla.parties import NoStatement
from sla.reader import Unreadable
from upheld import signing
from upheld.cli.shared import caseload_of, fail, in_force, read, with_config
from upheld.clock import utc_now
from upheld.installed import installed
from upheld.statements import rendered, statement_of

WRONG = 2


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
def account(file: str) -> None:
    """Count one case or a list of them, exactly (docs/counting.md)."""
    _answer(file, account_cases)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
def deadline(file: str) -> None:
    """When a time limit on a business calendar runs out."""
    _answer(file, deadline_cases)


def _answer(file: str, solve: Callable[[str], str]) -> None:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        answer = solve(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        fail(f"{file}: not UTF-8 ({error})", WRONG)
    except Unreadable as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(WRONG)
    click.echo(answer, nl=False)


@click.command()
@click.argument("customer", required=False)
@click.argument("period", required=False)
@click.option("--all", "everyone", metavar="PERIOD", help="every customer's, into files here")
@click.option("--format", "form", default="html", show_default=True, help="see `upheld formats`")
@click.option("--lang", type=click.Choice(LANGUAGES), help="the agreement's own if not given")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="a file, or with --all a folder")
@with_config
def statement(
    config: Config,
    customer: str | None,
    period: str | None,
    everyone: str | None,
    form: str,
    lang: str | None,
    output: Path | None,
) -> None:
    """CUSTOMER PERIOD: availability and cases of 2026-10, 2026-Q3 or 2026. The running month is provisional."""
    forms = installed().formats
    if form not in forms:
        fail(f"--format {form}: not in this version; write {', '.join(forms)}", WRONG)
    if everyone is not None:
        folder = output or Path()
        folder.mkdir(parents=True, exist_ok=True)
        for name in in_force(config).customers:
            target = folder / f"{name}-{everyone}.{forms[form].extension}"
            target.write_bytes(_rendered(config, name, everyone, form, lang))
            click.echo(str(target))
        return
    if customer is None or period is None:
        fail("say whose statement and which period, like: upheld statement acme 2026-10", WRONG)
    if output is None and forms[form].binary and sys.stdout.isatty():
        fail(f"--format {form}: nothing for a terminal; write it to a file with -o, or redirect it", WRONG)
    body = _rendered(config, customer, period, form, lang)
    if output is None:
        sys.stdout.buffer.write(body)
    else:
        output.write_bytes(body)


def _rendered(config: Config, customer: str, period: str, form: str, language: str | None) -> bytes:
    config, now = in_force(config), utc_now()
    caseload = caseload_of(config)
    try:
        statement = read(config, lambda tx: statement_of(tx, config, caseload, customer, period, now))
    except NoStatement as error:
        fail(str(error), WRONG)
    try:
        return rendered(statement, config, installed().formats[form], language)
    except Unwritable as error:
        fail(f"--format {form}: {error}", WRONG)


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="a file; else standard output")
@with_config
def key(config: Config, output: Path | None) -> None:
    """The public key that our signatures are checked with."""
    pem = signing.public_pem(signing.ensure(config.signing.key_file))
    if output is None:
        sys.stdout.buffer.write(pem)
    else:
        output.write_bytes(pem)
