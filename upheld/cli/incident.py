"""`upheld incident …`"""

from datetime import datetime
from functools import partial
from typing import Any

import click
from sqlalchemy import Connection

from config.model import Config
from console import words
from console.reading import people_of
from console.silence import held_by
from console.timeline import incident_rows
from console.voice import Voice
from incidents.explaining import explained
from incidents.performing import window_of
from incidents.recalling import before
from incidents.severity import MILDEST, WORST
from incidents.store import evidence
from incidents.store import incident as incidents
from notify.store import told as telling
from upheld.cli.answer import written
from upheld.cli.happened import COLUMNS as HAPPENED
from upheld.cli.happened import happened
from upheld.cli.local import acted, show_local
from upheld.cli.moment import instant, moment
from upheld.cli.reading import readable
from upheld.cli.shared import change, fail, in_force, login, read, show, with_config
from upheld.cli.tongue import language, language_of, printable, tell
from upheld.clock import utc_now
from upheld.performed import performance_json
from upheld.shown import (
    ALERTS,
    alerts_of,
    because_json,
    earlier_json,
    event_json,
    evidence_json,
    incident_json,
    told_json,
)

COLUMNS = ("id", "state", "severity", "component", "opened_at", "acknowledged_at", "resolved_at", "cases")
ALERT = ("number", "source", "key", "state", "starts_at", "count", "summary")
TOLD = ("decided_at", "purpose", "person", "channel", "state", "outcome")

as_json = click.option("--json", "as_json", is_flag=True, help="for programs")
by = click.option("--by", metavar="PERSON", help="who does it; your login name if not given")


@click.group()
def incident() -> None:
    """Technical faults and what is done about them."""


@incident.command("list")
@click.option("--all", "everything", is_flag=True, help="resolved ones too")
@as_json
@with_config
def list_(config: Config, everything: bool, as_json: bool) -> None:
    """Unresolved incidents, newest first, all of them."""

    def rows(tx: Connection) -> list[dict[str, Any]]:
        found = incidents.newest(tx) if everything else incidents.unresolved(tx)
        return [incident_json(tx, one) for one in found]

    found = read(config, rows)
    if not found and not as_json:
        tell("no incident" if everything else "no unresolved incident")
        return
    said = (
        found if as_json else [{**one, "state": "snoozed" if one["snoozed_until"] else one["state"]} for one in found]
    )
    show_local(config, said, as_json=as_json, columns=COLUMNS)


@incident.command("show")
@click.argument("id")
@language
@as_json
@with_config
def show_(config: Config, id: str, lang: str | None, as_json: bool) -> None:
    """One incident: every event, who was told what, what a check saw first, and whether it happened before."""

    def one(tx: Connection) -> dict[str, Any] | None:
        found = incidents.find(tx, id)
        if found is None:
            return None
        return {
            **incident_json(tx, found),
            "alerts": alerts_of(tx, found),
            "events": [event_json(event) for event in incidents.events(tx, id)],
            "told": [told_json(told) for told in telling.history(tx, incident=id)],
            "evidence": evidence_json(seen(tx)),
            "before": [earlier_json(one) for one in before(tx, found)],
        }

    seen = partial(evidence.find, incident_id=id)
    found = read(config, one)
    if found is None:
        fail(f"there is no incident {id!r}; `upheld incident list --all` lists them", 1)
    if as_json:
        show(found, as_json=True, columns=())
        return
    tongue, zone = lang or language_of(), config.site.timezone
    said = partial(readable, zone=zone, language=tongue)
    told, earlier, alerts = found.pop("told"), found.pop("before"), found.pop("alerts")
    first = read(config, seen) if found.pop("evidence") else None
    events, people = read(config, lambda tx: (incidents.events(tx, id), people_of(tx)))
    voice = Voice(language=tongue, config=in_force(config), now=utc_now(), people=people)
    more = {"reason": said({"title": found["reason"]})["title"], "held_by": held_by(found["held_by"], voice) or None}
    del found["events"]
    show({**said(found), **more, "times": zone}, as_json=False, columns=())
    click.echo("")
    if alerts:
        show([said(one) for one in alerts], as_json=False, columns=ALERT)
        if len(alerts) == ALERTS:
            tell(f"at most {ALERTS} alerts are shown")
        click.echo("")
    show([said(one) for one in happened(events, incident_rows(events, voice), voice)], as_json=False, columns=HAPPENED)
    click.echo("")
    show([said(_in_words(one, voice)) for one in told], as_json=False, columns=TOLD)
    if earlier:
        click.echo("")
        tell("this happened before")
        show([said(one) for one in earlier], as_json=False, columns=("id", "opened_at", "cause", "helped"))
    if first is not None:
        where = f"{said({'started_at': first.started_at})['started_at']} {first.location}"
        click.echo(f"\n{printable(written(first.check, where, first.answer, tongue))}")


def _in_words(told: dict[str, Any], voice: Voice) -> dict[str, Any]:
    why = voice.code(words.OUTCOMES, told["outcome"]) or None
    return {**told, "purpose": voice.code(words.PURPOSES, told["purpose"]), "outcome": why}


@incident.command()
@click.argument("id")
@click.option("--person", help="why this one was called, or was not")
@language
@as_json
@with_config
def why(config: Config, id: str, person: str | None, lang: str | None, as_json: bool) -> None:
    """Why somebody was called, or nobody: from the decisions as they were stored."""

    if person is not None and person not in config.people:
        fail(f"there is no person {person!r}; known: {', '.join(config.people) or 'none'}", 1)
    found = read(config, lambda tx: explained(tx, config, id, person))
    if found is None:
        fail(f"there is no incident {id!r}; `upheld incident list --all` lists them", 1)
    rows = [because_json(one, lang or language_of()) for one in found]
    show_local(config, rows, as_json=as_json, columns=("at", "because"))


@incident.command()
@click.option("--from", "start", callback=moment, metavar="TIME", help="thirty days before the end if not given")
@click.option("--to", "end", callback=moment, metavar="TIME", help="now if not given")
@click.option("--customer", help="only his cases, and the incidents that opened one")
@as_json
@with_config
def figures(config: Config, start: datetime | None, end: datetime | None, customer: str | None, as_json: bool) -> None:
    """How fast incidents were noticed, taken and ended, by severity, and how well cases were solved."""
    now = utc_now()
    window = window_of(instant(config, start), instant(config, end), now)
    if window[0] >= window[1]:
        fail("there is no time between these; write a beginning that lies before the end", 1)
    known = in_force(config).customers
    if customer not in (None, *known):
        fail(f"there is no customer {customer!r}; known: {', '.join(known) or 'none'}", 1)
    found = read(config, lambda tx: performance_json(tx, window, customer, now))
    if as_json:
        show(found, as_json=True, columns=())
        return
    times, shares = found.pop("times"), found.pop("shares")
    show(found, as_json=False, columns=())
    click.echo("")
    show(times, as_json=False, columns=("severity", "time_to", "median_s", "p90_s", "n", "waiting", "without"))
    click.echo("")
    show(shares, as_json=False, columns=("share", "value", "hits", "n"))


@incident.command()
@click.argument("id")
@click.option("--over", is_flag=True, help="take it over from whoever has it")
@by
@as_json
@with_config
def ack(config: Config, id: str, over: bool, by: str | None, as_json: bool) -> None:
    """Take it: escalation stops."""
    done, person = change(config, "incident.ack", {"id": id, "over": over}, by), by or login()
    show_local(config, done, as_json=as_json, columns=())
    having = str(done["acknowledged_by"]).removeprefix("person:")
    if having != person:
        tell(f"{having} has it already; `--over` takes it over", err=True)
    elif config.people and person not in config.people:
        tell(f"nobody of `people:` is {person!r}: he is not asked later whether he still has it", err=True)


@incident.command()
@click.argument("id")
@click.option("--reason", default="", help="what was done; every customer concerned reads it")
@by
@as_json
@with_config
def resolve(config: Config, id: str, reason: str, by: str | None, as_json: bool) -> None:
    """End it by hand. While the component still fails it stays muted until it has recovered."""
    acted(config, "incident.resolve", {"id": id, "reason": reason}, by, as_json)


@incident.command()
@click.argument("id")
@by
@as_json
@with_config
def escalate(config: Config, id: str, by: str | None, as_json: bool) -> None:
    """Tell it from the first step, by the policy as it is configured now; somebody who had it has it no more."""
    acted(config, "incident.escalate", {"id": id}, by, as_json)


@incident.command()
@click.argument("id")
@click.option("--until", callback=moment, metavar="TIME", required=True, help="a day ahead at most")
@click.option("--reason", required=True, help="why nobody needs to be called until then")
@by
@as_json
@with_config
def snooze(config: Config, id: str, until: datetime, reason: str, by: str | None, as_json: bool) -> None:
    """Put it off: nobody is called until then; it is not taken, and the clocks go on."""
    said = {"id": id, "until": instant(config, until), "reason": reason}
    acted(config, "incident.snooze", said, by, as_json)


@incident.command()
@click.argument("id")
@click.argument("number", type=click.IntRange(WORST, MILDEST))
@click.option("--reason", required=True, help="what makes it better or worse than it looks")
@by
@as_json
@with_config
def severity(config: Config, id: str, number: int, reason: str, by: str | None, as_json: bool) -> None:
    """Say how bad it is: raised it pages again, lowered it stays so until something worse happens."""
    said = {"id": id, "severity": number, "reason": reason}
    acted(config, "incident.severity", said, by, as_json)


@incident.command()
@click.argument("id")
@click.argument("into")
@click.option("--reason", required=True, help="what makes the two one fault")
@by
@as_json
@with_config
def merge(config: Config, id: str, into: str, reason: str, by: str | None, as_json: bool) -> None:
    """Make ID part of INTO: that one is told, taken and ended for both; cases follow."""
    acted(config, "incident.merge", {"id": id, "into": into, "reason": reason}, by, as_json)


@incident.command()
@click.argument("id")
@click.option("--alert", "alerts", type=int, multiple=True, metavar="NUMBER", help="of an alert, as `show` has it")
@click.option("--match", multiple=True, metavar="MATCHER", help="all alerts whose labels fit, such as room=a1")
@click.option("--reason", required=True, help="what makes them two faults")
@by
@as_json
@with_config
def split(
    config: Config,
    id: str,
    alerts: tuple[int, ...],
    match: tuple[str, ...],
    reason: str,
    by: str | None,
    as_json: bool,
) -> None:
    """Make alerts of ID an incident of their own, which is told as one; without --alert and --match: make ID, which
    was merged, one of its own again."""
    said = {"id": id, "alerts": [*alerts], "match": [*match], "reason": reason}
    acted(config, "incident.split", said, by, as_json)


@incident.command()
@click.argument("id")
@click.argument("text")
@by
@as_json
@with_config
def note(config: Config, id: str, text: str, by: str | None, as_json: bool) -> None:
    """Write something on its timeline, for the staff alone."""
    acted(config, "incident.note", {"id": id, "text": text}, by, as_json)
