"""`upheld statement` and `upheld seal`: what is issued to a customer for a period, and what still holds it up."""

import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from config.language import ENGLISH, LANGUAGES
from config.model import Config
from sla.format import Unwritable
from sla.parties import NoStatement
from sla.record import Word
from upheld.cli.counting import WRONG
from upheld.cli.incident import as_json as json_option
from upheld.cli.incident import by as by_option
from upheld.cli.local import acted
from upheld.cli.shared import caseload_of, fail, in_force, read, show, with_config
from upheld.cli.tongue import language_of
from upheld.clock import utc_now
from upheld.files import BUNDLE, bundle_file, kinds
from upheld.installed import installed
from upheld.statements import issued, last_sealed, rendered

COLUMNS = ("number", "customer", "period", "revision", "status", "verdict", "blocked_by", "next", "delivered_at")
ANSWERS = {"accept": Word.ACCEPTED, "contest": Word.CONTESTED}


@click.command()
@click.argument("customer", required=False)
@click.argument("period", required=False)
@click.argument("word", required=False)
@click.option("--all", "everyone", metavar="PERIOD", help="every customer's, into files here")
@click.option("--list", "listing", is_flag=True, help="which there are, and what each waits for")
@click.option("--answer", "answering", is_flag=True, help="CUSTOMER PERIOD accept|contest, the customer's word")
@click.option("--countersign", "countersigning", is_flag=True, help="the customer signs the sealed record's hash")
@click.option("--dispute", metavar="LINE", help="the customer disputes this component, exclusion or case; see --reason")
@click.option("--reason", default="", help="what is wrong with the disputed line")
@click.option("--revision", type=int, help="that sealed revision instead of the newest")
@click.option("--draft", is_flag=True, help="counted anew, also where a sealed one exists")
@click.option("--format", "form", default="html", show_default=True, help="see `upheld formats`")
@click.option("--lang", type=click.Choice(LANGUAGES), help="the agreement's own if not given")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="a file, or with --all a folder")
@by_option
@json_option
@with_config
def statement(
    config: Config,
    customer: str | None,
    period: str | None,
    word: str | None,
    everyone: str | None,
    listing: bool,
    answering: bool,
    countersigning: bool,
    dispute: str | None,
    reason: str,
    revision: int | None,
    draft: bool,
    form: str,
    lang: str | None,
    output: Path | None,
    by: str | None,
    as_json: bool,
) -> None:
    """CUSTOMER PERIOD: availability and cases of 2026-10, 2026-Q3 or 2026; the sealed one where there is one."""
    if listing:
        told_in = ENGLISH if as_json else language_of()
        show(_listed(config, customer, told_in), as_json=as_json, columns=COLUMNS)
        return
    if answering or countersigning or dispute is not None:
        if customer is None or period is None:
            fail("say whose statement and which period, like: upheld statement --answer acme 2026-10 accept", WRONG)
        arguments: dict[str, Any] = {"customer": customer, "period": period, "speaks": by}
        if answering:
            if word not in ANSWERS:
                fail("write the customer's word: accept or contest", WRONG)
            command, arguments = "statement.answer", {**arguments, "word": ANSWERS[word].value}
        elif countersigning:
            command = "statement.countersign"
        else:
            command, arguments = "statement.dispute", {**arguments, "line": dispute, "reason": reason}
        acted(config, command, arguments, None, as_json)
        return
    if word is not None:
        fail(f"{word!r} is one word too many; write upheld statement CUSTOMER PERIOD", WRONG)
    forms = kinds()
    if form not in forms:
        fail(f"--format {form}: not in this version; write {', '.join(forms)}", WRONG)
    if everyone is not None:
        folder = output or Path()
        folder.mkdir(parents=True, exist_ok=True)
        for name in in_force(config).customers:
            target = folder / f"{name}-{everyone}.{forms[form].extension}"
            target.write_bytes(_rendered(config, name, everyone, form, lang, revision, draft=draft))
            click.echo(str(target))
        return
    if customer is None or period is None:
        fail("say whose statement and which period, like: upheld statement acme 2026-10", WRONG)
    if output is None and forms[form].binary and sys.stdout.isatty():
        fail(f"--format {form}: nothing for a terminal; write it to a file with -o, or redirect it", WRONG)
    body = _rendered(config, customer, period, form, lang, revision, draft=draft)
    if output is None:
        sys.stdout.buffer.write(body)
    else:
        output.write_bytes(body)


@click.command()
@click.argument("customer")
@click.argument("period")
@by_option
@json_option
@with_config
def seal(config: Config, customer: str, period: str, by: str | None, as_json: bool) -> None:
    """Do now what the calendar would: seal and mail; of a sealed period the next revision, if late facts changed it."""
    acted(config, "statement.seal", {"customer": customer, "period": period}, by, as_json)


def _rendered(
    config: Config, customer: str, period: str, form: str, language: str | None, revision: int | None, *, draft: bool
) -> bytes:
    config, now = in_force(config), utc_now()
    if form == BUNDLE:
        try:
            return read(config, lambda tx: bundle_file(tx, config, last_sealed(tx, customer, period, revision)))
        except NoStatement as error:
            fail(str(error), WRONG)
    caseload = caseload_of(config)
    try:
        made = read(
            config,
            lambda tx: issued(tx, config, caseload, customer, period, now, revision=revision, draft=draft),
        )
    except NoStatement as error:
        fail(str(error), WRONG)
    try:
        return rendered(made, config, installed().formats[form], language)
    except Unwritable as error:
        fail(f"--format {form}: {error}", WRONG)


def _listed(config: Config, customer: str | None, language: str) -> list[dict[str, Any]]:
    """Those something happened to, and the months that may be due."""
    from upheld.listing import statements
    from upheld.rules import rules_of

    config, now = in_force(config), utc_now()
    rules = rules_of(config, installed())
    if customer is not None and customer not in config.customers:
        fail(f"there is no customer '{customer}'; known: {', '.join(config.customers) or 'none'}", WRONG)

    def rows(tx: Connection) -> list[dict[str, Any]]:
        return [
            one
            for name in config.customers
            if customer in (None, name)
            for one in statements(tx, rules, name, now, language)
        ]

    return read(config, rows)
