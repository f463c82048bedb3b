"""`upheld account | deadline | key`: the counting core, and the key that signs what follows from it."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from config.model import Config
from sla.cases import account_cases
from sla.deadline_cases import deadline_cases
from sla.reader import Unreadable
from upheld import signing
from upheld.cli.shared import fail, with_config
from upheld.cli.tongue import tell

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
            tell(problem, err=True)
        sys.exit(WRONG)
    click.echo(answer, nl=False)


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
