"""`upheld case …`: what customers are owed, also by telephone."""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.language import choose
from config.model import Config
from console.reading import people_of
from console.timeline import case_rows
from console.voice import Voice
from incidents.attachment import LARGEST
from incidents.case import Case
from incidents.recalling import searched
from incidents.scope import Scope, Urgency
from incidents.stage import stage
from incidents.stop import WAITS
from incidents.store import attachment as files
from incidents.store import case as cases
from sla.commitment import commitment_name
from upheld.cli.happened import COLUMNS as HAPPENED
from upheld.cli.happened import happened
from upheld.cli.incident import as_json, by
from upheld.cli.local import acted, show_local
from upheld.cli.moment import instant, moment
from upheld.cli.reading import readable
from upheld.cli.shared import caseload_of, change, fail, in_force, read, show, with_config
from upheld.cli.tongue import language_of, tell
from upheld.clock import utc_now
from upheld.commands import CASE_EVENTS
from upheld.shift import shift_json
from upheld.shown import case_json, event_json, found_json

if TYPE_CHECKING:
    from incidents.caseload import Caseload

SHIFT = ("id", "responsible", "offered", "customer", "clock", "due_at", "next_action", "title")
FOUND = ("id", "customer", "component", "title", "cause", "helped")
COLUMNS = ("id", "state", "progress", "customer", "kind", "level", "component", "incident", "reported_at", "title")


@click.group()
def case() -> None:
    """What each customer is owed under his agreement."""


@case.command("open")
@click.argument("customer")
@click.argument("title")
@click.option("--kind", type=click.Choice([kind.value for kind in CaseKind]), default="fault", show_default=True)
@click.option("--level", type=int, help="in the agreement's numbering; else the kind's own")
@click.option(
    "--scope", type=click.Choice([one.value for one in Scope]), help="how many a fault concerns; with --urgency"
)
@click.option(
    "--urgency", type=click.Choice([one.value for one in Urgency]), help="how it hampers work; the level follows"
)
@click.option("--component", help="what does not work")
@click.option("--caller", help="who reported it")
@click.option("--reported-at", callback=moment, metavar="TIME", help="when it was reported, if earlier")
@by
@as_json
@with_config
def open_(
    config: Config,
    customer: str,
    title: str,
    kind: str,
    level: int | None,
    scope: str | None,
    urgency: str | None,
    component: str | None,
    caller: str | None,
    reported_at: datetime | None,
    by: str | None,
    as_json: bool,
) -> None:
    """What a customer reports by telephone or mail. It gets a number, a level and its clocks at once."""
    arguments = {
        "customer": customer,
        "title": title,
        "kind": kind,
        "level": level,
        "scope": scope,
        "urgency": urgency,
        "component": component,
        "caller": caller,
        "reported_at": instant(config, reported_at),
    }
    acted(config, "case.open", arguments, by, as_json)


@case.command("list")
@click.option("--all", "everything", is_flag=True, help="closed ones too")
@click.option("--follow-up", is_flag=True, help="only those whose low rating waits for cause and measure")
@click.option("--customer", help="only this customer's")
@as_json
@with_config
def list_(config: Config, everything: bool, follow_up: bool, customer: str | None, as_json: bool) -> None:
    """Open cases, newest first."""
    caseload, now = caseload_of(in_force(config)), utc_now()

    def rows(tx: Connection) -> list[dict[str, Any]]:
        found = cases.every(tx) if everything or follow_up else cases.open_cases(tx)
        found = [one for one in found if one.low_rating or not follow_up]
        seen = [one for one in found if customer in (None, one.customer)]
        return [{**case_json(one, caseload.clocks(one, now)), "progress": _word(caseload, one)} for one in seen]

    show_local(config, read(config, rows), as_json=as_json, columns=COLUMNS)


@case.command()
@click.argument("text")
@click.option("--customer", help="only this customer's")
@as_json
@with_config
def search(config: Config, text: str, customer: str | None, as_json: bool) -> None:
    """Cases with all these words in their title, cause, whys, or in what was done, the newest first."""
    now, known = utc_now(), in_force(config)
    found = [found_json(one) for one in read(config, lambda tx: searched(tx, known, text, customer, now))]
    if not found and not as_json:
        tell("no case says so")
        return
    show_local(config, found, as_json=as_json, columns=FOUND)


@case.command("show")
@click.argument("id")
@as_json
@with_config
def show_(config: Config, id: str, as_json: bool) -> None:
    """One case: every fact, and its clocks now."""
    caseload, now = caseload_of(in_force(config)), utc_now()

    def one(tx: Connection) -> dict[str, Any] | None:
        found = cases.find(tx, id)
        if found is None:
            return None
        events = [event_json(event) for event in cases.events(tx, id)]
        known = {**case_json(found, caseload.clocks(found, now)), "progress": _word(caseload, found)}
        return {**known, "events": events}

    found = read(config, one)
    if found is None:
        fail(f"there is no case {id!r}; `upheld case list --all` lists them", 1)
    if as_json:
        show(found, as_json=True, columns=())
        return
    zone = config.site.timezone
    plain = partial(readable, zone=zone, language=language_of())
    clocks = found.pop("clocks")
    del found["events"]
    show({**plain(found), "times": zone}, as_json=False, columns=())
    click.echo("")
    named = [{**plain(one), "name": commitment_name(one["name"], language_of())} for one in clocks]
    show(named, as_json=False, columns=("name", "state", "started_at", "due_at", "done_at"))
    click.echo("")
    show([plain(one) for one in _happened(config, id)], as_json=False, columns=HAPPENED)


def _happened(config: Config, id: str) -> list[dict[str, Any]]:
    events, people = read(config, lambda tx: (cases.events(tx, id), people_of(tx)))
    voice = Voice(language=language_of(), config=in_force(config), now=utc_now(), people=people)
    return happened(events, case_rows(events, voice), voice)


def _word(caseload: "Caseload", one: Case) -> str:
    """How far it is in the shell's language and the agreement's own word; its state where that has none."""
    word = caseload.word(one)
    return stage(one) if word is None else choose(word, language_of())


def _event(config: Config, id: str, what: str, text: str, at: datetime | None, by: str | None) -> Any:
    arguments = {"id": id, "what": what, "text": text, "happened_at": instant(config, at)}
    return change(config, "case.event", arguments, by)


@case.command()
@click.argument("id")
@click.argument("what", type=click.Choice(sorted(CASE_EVENTS)))
@click.argument("text", default="")
@click.option("--at", callback=moment, metavar="TIME", help="when it happened, if that was earlier")
@by
@as_json
@with_config
def event(config: Config, id: str, what: str, text: str, at: datetime | None, by: str | None, as_json: bool) -> None:
    """A fact about the case; the customer sees it as it is written."""
    show_local(config, _event(config, id, what, text, at, by), as_json=as_json, columns=())


@case.command()
@click.argument("id")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by
@as_json
@with_config
def attach(config: Config, id: str, file: Path, by: str | None, as_json: bool) -> None:
    """A file is added to the case; the customer can fetch it at once. Its hash is part of the record."""
    if file.stat().st_size > LARGEST:
        fail(f"{file.name} has more than {LARGEST >> 20} MiB", 1)
    arguments = {"id": id, "name": file.name, "body": b64encode(file.read_bytes()).decode()}
    acted(config, "case.attach", arguments, by, as_json)


@case.command("file")
@click.argument("id")
@click.argument("sha256")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="where it is written")
@with_config
def file_(config: Config, id: str, sha256: str, output: Path) -> None:
    """A file of the case, by its hash; `upheld case show` names it."""
    body = read(config, lambda tx: files.body(tx, id, sha256))
    if not body:
        fail(f"{id} has no file with that hash", 1)
    output.write_bytes(body)


@case.command()
@click.argument("id")
@click.argument("text", default="")
@click.option("--at", callback=moment, metavar="TIME", help="when the customer confirmed, if that was earlier")
@by
@as_json
@with_config
def confirm(config: Config, id: str, text: str, at: datetime | None, by: str | None, as_json: bool) -> None:
    """The customer confirms the result."""
    show_local(config, _event(config, id, "confirmed", text, at, by), as_json=as_json, columns=())


@case.command()
@click.argument("id")
@click.argument("awaited")
@click.option("--for", "waits_for", type=click.Choice([one.value for one in WAITS]), default="customer")
@click.option("--evidence", help="where it can be seen, where it is not the customer: a number of theirs, a file")
@by
@as_json
@with_config
def stop(
    config: Config, id: str, awaited: str, waits_for: str, evidence: str | None, by: str | None, as_json: bool
) -> None:
    """The resolve clock stands still: the customer is told at once what is awaited, and may contest it."""
    arguments = {"id": id, "awaited": awaited, "waits_for": waits_for, "evidence": evidence}
    acted(config, "case.stop", arguments, by, as_json)


@case.command("go-on")
@click.argument("id")
@by
@as_json
@with_config
def go_on(config: Config, id: str, by: str | None, as_json: bool) -> None:
    """What was awaited is there: the resolve clock runs again."""
    acted(config, "case.go-on", {"id": id}, by, as_json)


@case.command()
@click.argument("id")
@click.option("--person", help="who has it from now on; else you")
@by
@as_json
@with_config
def take(config: Config, id: str, person: str | None, by: str | None, as_json: bool) -> None:
    """It is valid and in scope, and one person is responsible. That accepts it, and the customer is told."""
    acted(config, "case.take", {"id": id, "person": person}, by, as_json)


@case.command("hand-over")
@click.argument("id")
@click.option("--to", required=True, help="who is to take it; until then it stays where it is")
@click.option("--next", "next_", required=True, help="what is to be done next")
@by
@as_json
@with_config
def hand_over(config: Config, id: str, to: str, next_: str, by: str | None, as_json: bool) -> None:
    """To another person, who is told and takes it with `upheld case take`."""
    arguments = {"id": id, "to": to, "next": next_}
    acted(config, "case.hand-over", arguments, by, as_json)


@case.command()
@click.option("--person", help="only what this person has or is to take")
@as_json
@with_config
def shift(config: Config, person: str | None, as_json: bool) -> None:
    """For a change of shift: every open case, who has it, and what is to be done next."""
    caseload, now = caseload_of(in_force(config)), utc_now()
    rows = read(config, lambda tx: shift_json(tx, caseload, now, person))
    named = [{**one, "clock": commitment_name(one["clock"], language_of())} if one["clock"] else one for one in rows]
    show_local(config, rows if as_json else named, as_json=as_json, columns=SHIFT)


@case.command()
@click.argument("id")
@click.argument("level", type=int)
@click.option("--reason", required=True, help="why; the customer reads it")
@by
@as_json
@with_config
def level(config: Config, id: str, level: int, reason: str, by: str | None, as_json: bool) -> None:
    """Another level, in the agreement's numbering. Until the customer confirms it the stricter one stands."""
    arguments = {"id": id, "level": level, "reason": reason}
    acted(config, "case.level", arguments, by, as_json)


def _score(name: str) -> Callable[[Any], Any]:
    return click.option(f"--{name}", type=click.IntRange(1, 5), help="1 (lowest) to 5, where the agreement asks for it")


@case.command()
@click.argument("id")
@_score("overall")
@_score("speed")
@_score("skill")
@_score("manner")
@click.option("--comment", default="", help="in the customer's words")
@by
@as_json
@with_config
def rate(config: Config, id: str, comment: str, by: str | None, as_json: bool, **scores: int | None) -> None:
    """The customer's rating of a solved case; the statement says that you entered it."""
    given = {name: score for name, score in scores.items() if score is not None}
    acted(config, "case.rate", {"id": id, "scores": given, "comment": comment}, by, as_json)


@case.command("follow-up")
@click.argument("id")
@click.option("--cause", required=True, help="why it was rated low")
@click.option("--measure", required=True, help="what is done about it")
@by
@as_json
@with_config
def follow_up(config: Config, id: str, cause: str, measure: str, by: str | None, as_json: bool) -> None:
    """What was behind a low rating; the customer reads it, and it stands on the statement."""
    arguments = {"id": id, "cause": cause, "measure": measure}
    acted(config, "case.follow-up", arguments, by, as_json)
