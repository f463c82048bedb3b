"""`upheld report`: reports from stored facts, which of them are owed, and the audit pack."""

import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from config.instant import Instant
from config.language import ENGLISH, LANGUAGES
from config.model import Config
from sla.format import Unwritable
from sla.letter import step_text
from sla.report import WORDS, Paper
from sla.reporting import Owed, next_step
from upheld.cli import tongue
from upheld.cli.counting import WRONG
from upheld.cli.incident import as_json as json_option
from upheld.cli.incident import by as by_option
from upheld.cli.local import show_local
from upheld.cli.shared import caseload_of, change, fail, in_force, read, with_config
from upheld.clock import utc_now
from upheld.installed import installed
from upheld.reports.forms import FORMS
from upheld.reports.making import NoReport, paper
from upheld.shown import at

AUDIT_PACK, DUE = "audit-pack", "due"
COLUMNS = ("kind", "customer", "subject", "due_at", "state", "overdue", "next")


def _words(command: Any) -> Any:
    for word in reversed(WORDS):
        command = click.option(f"--{word}", default="", help=f"what no stored fact says of the {word}")(command)
    return command


@click.command()
@click.argument("kind")
@click.argument("subject", required=False)
@click.argument("period", required=False)
@click.option("--customer", help="an incident's report to this customer: only his cases")
@click.option("--issue", "issuing", is_flag=True, help="make it a stored fact that this report was issued")
@click.option("--all", "everything", is_flag=True, help="with due: those too that were delivered")
@_words
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="html", show_default=True)
@click.option("--lang", type=click.Choice(LANGUAGES), help="the agreement's own if not given")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="a file")
@by_option
@json_option
@with_config
def report(
    config: Config,
    kind: str,
    subject: str | None,
    period: str | None,
    customer: str | None,
    issuing: bool,
    everything: bool,
    form: str,
    lang: str | None,
    output: Path | None,
    by: str | None,
    as_json: bool,
    **words: str,
) -> None:
    """KIND SUBJECT [PERIOD]: incident INC-1, completion CASE-1, forms CASE-1, inspection acme 2026-10,
    quarterly acme 2026-Q3, audit-pack acme 2026-10 -o FILE.zip, due [CUSTOMER]."""
    if kind == DUE:
        told_in = lang or (ENGLISH if as_json else tongue.language_of())
        due = _due(config, subject, told_in, everything=everything)
        show_local(config, due, as_json=as_json, columns=COLUMNS)
        return
    if subject is None:
        fail(f"say what about, like: upheld report {kind} {_EXAMPLES.get(kind, 'INC-1')}", WRONG)
    if kind == AUDIT_PACK:
        _pack(config, subject, period, output, by)
        return
    about, whose = (subject, customer) if period is None else (period, subject)
    if period is None and kind in installed().reports and installed().reports[kind].subject in ("month", "quarter"):
        fail(f"say of when, like: upheld report {kind} {_EXAMPLES.get(kind, 'acme 2026-10')}", WRONG)
    said = {word: text for word, text in words.items() if text}
    if issuing or said:
        arguments = {"kind": kind, "subject": about, "customer": whose, "words": said}
        done = change(config, "report.issue" if issuing else "report.write", arguments, by)
        if output is None:
            show_local(config, done, as_json=as_json, columns=())
            return
    body = _rendered(config, kind, about, whose, form, lang)
    if output is not None:
        output.write_bytes(body)
    elif FORMS[form].binary and sys.stdout.isatty():
        fail(f"--format {form}: nothing for a terminal; write it to a file with -o, or redirect it", WRONG)
    else:
        sys.stdout.buffer.write(body)


_EXAMPLES = {
    "incident": "INC-1",
    "completion": "CASE-1",
    "forms": "CASE-1",
    "inspection": "acme 2026-10",
    "quarterly": "acme 2026-Q3",
    AUDIT_PACK: "acme 2026-10 -o FILE.zip",
}


def _rendered(config: Config, kind: str, subject: str, customer: str | None, form: str, language: str | None) -> bytes:
    config, now = in_force(config), utc_now()
    caseload = caseload_of(config)

    def made(tx: Connection) -> Paper:
        return paper(tx, config, caseload, kind, subject, now, customer=customer)

    try:
        found = read(config, made)
    except NoReport as error:
        fail(str(error), WRONG)
    try:
        return FORMS[form].render(found, language or language_of(config, found.frame.customer))
    except Unwritable as error:
        fail(f"--format {form}: {error}", WRONG)


def language_of(config: Config, customer: str | None) -> str:
    """The agreement's, else the site's first."""
    known = None if customer is None else config.customers.get(customer)
    agreed = next((one.language for one in reversed(known.agreements) if one.language), None) if known else None
    return agreed or next(iter(config.site.languages), ENGLISH)


def _due(config: Config, customer: str | None, language: str, *, everything: bool) -> list[dict[str, Any]]:
    from upheld.reports.reporter import Reporter
    from upheld.rules import rules_of

    config, now = in_force(config), utc_now()
    if customer is not None and customer not in config.customers:
        fail(f"there is no customer '{customer}'; known: {', '.join(config.customers) or 'none'}", WRONG)
    reporter = Reporter(rules_of(config, installed()))
    found = read(config, lambda tx: reporter.owed(tx, now, customer, delivered_since=0 if everything else None))
    return [_row(one, now, language) for one in found]


def _row(one: Owed, now: Instant, language: str) -> dict[str, Any]:
    of, step = one.report, next_step(one)
    return {
        "kind": of.kind,
        "customer": of.customer,
        "subject": of.subject,
        "due_at": at(of.due_at),
        "state": one.state.value,
        "overdue": one.over(now),
        "issued_at": at(one.standing.issued_at),
        "delivered_at": at(one.standing.delivered_at),
        "missing": list(one.missing),
        "next": "" if step is None else step_text(step, language),
    }


def _pack(config: Config, customer: str, period: str | None, output: Path | None, by: str | None) -> None:
    """The export is a stored fact before the file is there."""
    from upheld.reports.pack import pack

    if period is None or output is None:
        fail(f"say of when and where to, like: upheld report {AUDIT_PACK} {_EXAMPLES[AUDIT_PACK]}", WRONG)
    config, now = in_force(config), utc_now()
    caseload = caseload_of(config)
    try:
        made = read(config, lambda tx: pack(tx, config, caseload, customer, period, now))
    except NoReport as error:
        fail(str(error), WRONG)
    arguments = {
        "customer": customer,
        "period": period,
        "what": AUDIT_PACK,
        "sha256": made.sha256,
        "files": list(made.files),
    }
    change(config, "export.log", arguments, by)
    output.write_bytes(made.body)
    tongue.tell(f"{output}: {len(made.files)} files, sha256 {made.sha256}")
