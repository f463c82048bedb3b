"""`upheld verify BUNDLE`: whether a signed statement holds, offline, with nothing but the file and what one kept."""

import json
import sys
from pathlib import Path

import click

from upheld.cli.incident import as_json as json_option
from upheld.cli.shared import fail
from upheld.cli.tongue import language, printable, said, tell, word
from upheld.proof.bundle import BundleUnreadable, read
from upheld.proof.verify import Report, public_key
from upheld.proof.verify import verify as verified

HOLDS, DOES_NOT, UNREADABLE, SIGNER_UNKNOWN = 0, 1, 2, 3
SHOWN = 20


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help="the public key you hold")
@click.option("--seen", type=click.Path(path_type=Path), help="a checkpoint you kept")
@language
@json_option
def verify(bundle: Path, key: Path | None, seen: Path | None, lang: str | None, as_json: bool) -> None:
    """Recompute every figure and check every proof. 0: holds; 1: does not; 2: unreadable; 3: holds, but you gave no key
    to compare the signer with."""
    try:
        found = read(_bytes(bundle))
    except BundleUnreadable as error:
        fail(f"{bundle}: not a bundle: {error}", UNREADABLE)
    try:
        held = None if key is None else public_key(_bytes(key))
    except ValueError as error:
        fail(f"{key}: not a public key: {error}; `upheld key` prints the provider's", UNREADABLE)
    report = verified(found, held, None if seen is None else _bytes(seen).decode("utf-8", "replace"))
    if as_json:
        click.echo(json.dumps(_json(report), ensure_ascii=False, indent=2))
    else:
        _say(found.seal.get("number"), report, key is not None)
    sys.exit(DOES_NOT if not report.holds else HOLDS if key is not None else SIGNER_UNKNOWN)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: cannot be read: {error.strerror}", UNREADABLE)


def _say(number: object, report: Report, compared: bool) -> None:
    for finding in report.findings[:SHOWN]:
        click.echo(printable(f"{word(finding.check)}: {said(finding.text)}"), err=True)
    if len(report.findings) > SHOWN:
        tell(f"and {len(report.findings) - SHOWN} more", err=True)
    if not report.holds:
        tell(f"{number} does not hold", err=True)
        return
    tell(f"{number} holds: every figure follows from {report.leaves} facts in a ledger of {report.size}")
    if compared:
        tell(f"signed by the key you hold, {report.key_id}")
    else:
        tell(f"signed by key {report.key_id}; compare it with the provider's key: --key FILE")


def _json(report: Report) -> dict[str, object]:
    return {
        "holds": report.holds,
        "key_id": report.key_id,
        "leaves": report.leaves,
        "ledger_size": report.size,
        "findings": [{"check": one.check.value, "text": one.text} for one in report.findings],
    }
