"""`upheld reconcile ACCESS_LOG BUNDLE`: what we say we asked, beside what the target's own log says was asked."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from config.instant import rfc3339
from probe.result import Outcome
from upheld.cli.incident import as_json as json_option
from upheld.cli.shared import fail
from upheld.cli.tongue import language, printable, said, tell
from upheld.proof.accesslog import LONGEST, lines_of
from upheld.proof.bundle import BundleUnreadable, read
from upheld.proof.reconcile import Compared, Reconciled
from upheld.proof.reconcile import reconcile as compared

AGREES, DIFFERS, UNREADABLE = 0, 1, 2
SHOWN = 20


@click.command()
@click.argument("access_log", type=click.Path(path_type=Path))
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--check", "checks", multiple=True, help="a check this log must hold; those it names are compared anyway")
@click.option("--all", "everything", is_flag=True, help="every line, not the first 20 of each list")
@language
@json_option
def reconcile(
    access_log: Path, bundle: Path, checks: tuple[str, ...], everything: bool, lang: str | None, as_json: bool
) -> None:
    """Compare an access log that has the field X-Upheld with a bundle. 0: they agree; 1: they do not; 2: unreadable."""
    try:
        found = read(bundle.read_bytes())
        result = compared(found, lines_of(_read(access_log)), checks)
    except BundleUnreadable as error:
        fail(f"{bundle}: not a bundle: {error}", UNREADABLE)
    except (OSError, EOFError) as error:
        fail(f"cannot be read: {error}", UNREADABLE)
    if result.window is None:
        fail(
            f"{access_log}: no line has a time like [01/Oct/2026:00:00:00 +0000] or 2026-10-01T00:00:00+00:00",
            UNREADABLE,
        )
    if as_json:
        click.echo(json.dumps(_json(result), ensure_ascii=False, indent=2))
    else:
        _say(result, sys.maxsize if everything else SHOWN)
    nothing = not any(sum(one.matched.values()) for one in result.checks)
    sys.exit(AGREES if result.agrees and not nothing else DIFFERS)


def _read(file: Path) -> Iterator[str]:
    """Plain or gzip; a line that has no end within reason comes in pieces."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as log:
        while line := log.readline(LONGEST + 1):
            yield line.decode(errors="replace")


def _say(result: Reconciled, most: int) -> None:
    for one in result.checks:
        bad = sum(count for name, count in one.matched.items() if name not in (Outcome.UP, Outcome.DEGRADED))
        words = (
            said(f"{sum(one.matched.values())} matched ({bad} of them not good)"),
            said(f"{len(one.only_ours)} only ours"),
            said(f"{len(one.only_theirs)} only theirs"),
            said(f"{len(one.refused)} down and not in the log"),
        )
        click.echo(printable(f"{one.check}: {', '.join(words)}"))
        _list(said("only ours"), [f"{rfc3339(tick.at)} {tick.result}" for tick in one.only_ours], most)
        _list(said("only theirs"), [line.text for line in one.only_theirs], most)
        _list(said("down, not in the log"), [rfc3339(tick.at) for tick in one.refused], most)
    if result.absent:
        tell(f"not in this log: {', '.join(result.absent)}")
    if result.unknown:
        tell(f"{result.unknown} requests are of checks the bundle does not tell of")
    if not result.checks:
        tell("nothing to compare: is X-Upheld in the log's format?", err=True)


def _list(title: str, lines: list[str], most: int) -> None:
    for line in lines[:most]:
        # A stranger wrote it: nothing in it may move the cursor.
        click.echo(printable(f"  {title}: {''.join(one if one.isprintable() else '?' for one in line[:500])}"))
    if len(lines) > most:
        click.echo(printable(f"  {title}: {said(f'and {len(lines) - most} more (--all)')}"))


def _json(result: Reconciled) -> dict[str, object]:
    return {
        "agrees": result.agrees,
        "checks": [_check(one) for one in result.checks],
        "absent": list(result.absent),
        "unknown": result.unknown,
    }


def _check(one: Compared) -> dict[str, object]:
    return {
        "check": one.check,
        "matched": one.matched,
        "only_ours": [{"tick": rfc3339(tick.at), "result": tick.result} for tick in one.only_ours],
        "only_theirs": [line.text for line in one.only_theirs],
        "down_not_in_log": [rfc3339(tick.at) for tick in one.refused],
    }
