"""`upheld agreement …`: contracts, their versions, and who signed them."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from config.model import Config
from sla import agreeing
from sla.annexed import annexed
from sla.clause import clauses
from sla.contract import Contract, Refused, Side
from sla.store import contract as agreements
from upheld.agreements import contract_json
from upheld.cli.annex import FORMATS, written
from upheld.cli.facts import told
from upheld.cli.incident import as_json, by
from upheld.cli.local import for_person, show_local, show_one
from upheld.cli.moment import instant, moment
from upheld.cli.shared import change, fail, read, show, with_config
from upheld.cli.tongue import language, language_of, tell
from upheld.clock import utc_now

COLUMNS = ("agreement", "version", "state", "target", "period", "components", "effective", "ends", "confirmed_by")
VERSIONS = ("version", "effective", "until", "target", "components", "by", "reason", "confirmed_by")


def sides(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """`customer:REF`, `provider:REF`."""
    found: list[tuple[str, str]] = []
    for value in values:
        side, _, reference = value.partition(":")
        if side not in list(Side) or not reference.strip():
            raise click.BadParameter(f"{value!r} is no signature; write customer:REF or provider:REF")
        found.append((side, reference.strip()))
    return tuple(found)


reason = click.option("--reason", required=True, help="why; it stands beside the version for good")
signed = click.option(
    "--confirmed",
    "signed",
    multiple=True,
    callback=sides,
    metavar="SIDE:REF",
    help="customer:… or provider:… signed it, and where that can be read; both are needed for a time that is sealed",
)


@click.group()
def agreement() -> None:
    """Contracts: the store owns them, in versions that are in force from a day on."""


@agreement.command("list")
@click.option("--customer", help="only this customer's")
@as_json
@with_config
def list_(config: Config, customer: str | None, as_json: bool) -> None:
    """Every agreement with the version that holds now."""
    now = utc_now()
    found = read(config, lambda tx: [contract_json(one, now) for one in agreements.contracts(tx, customer)])
    if not found and not as_json:
        tell("no agreement is stored; `upheld serve` stores those of the configuration")
        return
    show_local(config, found, as_json=as_json, columns=COLUMNS)


@agreement.command("show")
@click.argument("id")
@click.option("--version", "number", type=int, help="another than the newest")
@language
@as_json
@with_config
def show_(config: Config, id: str, number: int | None, lang: str | None, as_json: bool) -> None:
    """One agreement: its versions, who signed them, and the terms as sentences of a contract."""
    contract = read(config, lambda tx: _found(tx, id))
    found = contract_json(contract, utc_now())
    if as_json:
        show(found, as_json=True, columns=())
        return
    version = contract.newest if number is None else contract.version(number)
    if version is None:
        fail(f"{contract.id} has no version {number}", 1)
    versions, events = found.pop("versions"), found.pop("events")
    show_one(config, found)
    click.echo("")
    show([for_person(config, one) for one in versions], as_json=False, columns=VERSIONS)
    click.echo("")
    for clause in clauses(version.agreement, lang or language_of()):
        click.echo(f"{clause.text} ({clause.origin})")
    if events:
        click.echo("")
        rows = [told(for_person(config, event)) for event in events]
        show(rows, as_json=False, columns=("happened_at", "recorded_at", "event", "by", "facts"))


@agreement.command("annex")
@click.argument("id", metavar="CUSTOMER")
@click.option("--version", "number", type=int, help="another than the newest")
@click.option("--format", "form", type=click.Choice(FORMATS), default="html", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="a file")
@language
@with_config
def annex_(config: Config, id: str, number: int | None, form: str, output: Path | None, lang: str | None) -> None:
    """The annex to print: what a contract must state about counting. As html it stands in both languages."""
    contract = read(config, lambda tx: _found(tx, id))
    found = annexed(contract, number, config)
    if found is None:
        fail(f"{contract.id} has no version {number}", 1)
    if output is None and form == "pdf":
        fail("--format pdf: nothing for a terminal; write it to a file with -o", 2)
    body = written(found, form, lang or language_of())
    if output is None:
        click.echo(body.decode(), nl=False)
    else:
        output.write_bytes(body)


def _found(tx: Connection, id: str) -> Contract:
    try:
        return agreeing.found(tx, id)
    except Refused as refusal:
        fail(str(refusal), 1)


@agreement.command()
@click.argument("customer")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="of a customer that no file names yet")
@click.option("--email", help="of that customer's contact")
@reason
@signed
@by
@as_json
@with_config
def add(
    config: Config,
    customer: str,
    file: Path,
    name: str | None,
    email: str | None,
    reason: str,
    signed: tuple[tuple[str, str], ...],
    by: str | None,
    as_json: bool,
) -> None:
    """The first version of an agreement: FILE is what would stand under `agreements:`, as YAML or JSON."""
    arguments = {
        "customer": customer,
        "text": _text(file),
        "file": str(file),
        "name": name,
        "email": email,
        "reason": reason,
        "signed": signed,
    }
    _say(config, change(config, "agreement.add", arguments, by), as_json=as_json)


@agreement.command()
@click.argument("id")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--effective", metavar="DAY", help="from when it holds, like 2026-12-01")
@click.option("--target", help='the new target, like "99.9"')
@click.option("--component", "components", multiple=True, help="covers exactly these from then on; may be repeated")
@click.option("--ends", metavar="DAY", help="a new end")
@click.option("--contract", help="the number of the signed amendment")
@reason
@signed
@by
@as_json
@with_config
def revise(
    config: Config,
    id: str,
    file: Path | None,
    effective: str | None,
    target: str | None,
    components: tuple[str, ...],
    ends: str | None,
    contract: str | None,
    reason: str,
    signed: tuple[tuple[str, str], ...],
    by: str | None,
    as_json: bool,
) -> None:
    """The next version: what changes as options, or all of it as a file. What went before stays as it was."""
    arguments = {
        "id": id,
        "text": None if file is None else _text(file),
        "file": str(file),
        "effective": effective,
        "target": target,
        "components": list(components) or None,
        "ends": ends,
        "contract": contract,
        "reason": reason,
        "signed": signed,
    }
    _say(config, change(config, "agreement.revise", arguments, by), as_json=as_json)


side_of = click.option("--by", "side", metavar="SIDE", required=True, help="customer:ID or provider: whose word it is")
version_of = click.option("--version", "number", type=int, help="another than the newest")
given_at = click.option("--at", callback=moment, metavar="TIME", help="when it was given, if that was earlier")


@agreement.command()
@click.argument("id")
@click.argument("reference")
@side_of
@version_of
@given_at
@as_json
@with_config
def confirm(
    config: Config, id: str, reference: str, side: str, number: int | None, at: datetime | None, as_json: bool
) -> None:
    """One side signed a version; REFERENCE says where that can be read. Your login stands beside it."""
    arguments = {"reference": reference, **_word(config, id, side, number, at)}
    _say(config, change(config, "agreement.confirm", arguments), as_json=as_json)


@agreement.command()
@click.argument("id")
@click.argument("reason")
@side_of
@version_of
@given_at
@as_json
@with_config
def decline(
    config: Config, id: str, reason: str, side: str, number: int | None, at: datetime | None, as_json: bool
) -> None:
    """One side does not accept a version; every statement that counts by it says so, with REASON."""
    arguments = {"reason": reason, **_word(config, id, side, number, at)}
    _say(config, change(config, "agreement.decline", arguments), as_json=as_json)


def _word(config: Config, id: str, side: str, number: int | None, at: datetime | None) -> dict[str, Any]:
    kind, _, customer = side.partition(":")
    if kind not in list(Side) or (customer and not (id == customer or id.startswith(f"{customer}/"))):
        fail(f"--by {side}: write customer:{id.partition('/')[0]} or provider", 2)
    return {"id": id, "side": kind, "version": number, "happened_at": instant(config, at)}


@agreement.command()
@click.argument("id")
@click.option("--on", "ends", metavar="DAY", required=True, help="the first day it no longer holds, like 2027-01-01")
@reason
@signed
@by
@as_json
@with_config
def end(
    config: Config,
    id: str,
    ends: str,
    reason: str,
    signed: tuple[tuple[str, str], ...],
    by: str | None,
    as_json: bool,
) -> None:
    """The agreement ends."""
    arguments = {"id": id, "ends": ends, "reason": reason, "signed": signed}
    _say(config, change(config, "agreement.end", arguments, by), as_json=as_json)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{file}: this is not UTF-8 text; save the file as UTF-8", 2)


def _say(config: Config, found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show(found, as_json=True, columns=())
        return
    show_one(config, {key: value for key, value in found.items() if key not in ("versions", "events")})
    click.echo("")
    show([for_person(config, one) for one in found["versions"]], as_json=False, columns=VERSIONS)
