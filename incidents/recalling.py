"""The case library and what happened before, read from the store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from config.value import Text
from incidents.before import Earlier, Past, alike
from incidents.case import Case, CaseRecorded
from incidents.incident import RECOVERED, Incident, Resolved
from incidents.library import LISTED, READ, Entry, Found, came_to, entry, search
from incidents.store import case as cases
from incidents.store import incident as incidents
from sla.store import remedy, report

LOOKED_BACK = 50
"""Incidents of one component."""


def searched(tx: Connection, config: Config, text: str, customer: str | None, now: Instant) -> list[Found]:
    """The newest cases first, of one customer or of all."""
    owed = cases.every(tx) if customer is None else cases.of_customer(tx, customer)
    logs, words = cases.spoken(tx, READ), report.written(tx)
    return search(_entries(tx, config, owed, logs, words, now), text)[:LISTED]


def leafed(tx: Connection, config: Config, before: str | None, now: Instant) -> tuple[list[Found], bool]:
    """The newest cases, or those opened before that one, with what they came to; and whether there are older ones."""
    mark = None if before is None else cases.find(tx, before)
    found = cases.newest(tx, LISTED + 1, mark)
    shown = found[:LISTED]
    logs = cases.spoken(tx, READ, [one.id for one in shown])
    subjects = {subject for one in shown for subject in (one.id, one.incident) if subject is not None}
    entries = _entries(tx, config, shown, logs, report.written(tx, subjects), now)
    return [came_to(one) for one in entries], len(found) > LISTED


def _entries(
    tx: Connection,
    config: Config,
    owed: Iterable[Case],
    logs: Mapping[str, Sequence[CaseRecorded]],
    words: Mapping[str, Mapping[str, str]],
    now: Instant,
) -> Iterator[Entry]:
    actions = {one.id: one.then for one in remedy.obligations(tx, now)}
    return (
        entry(
            one,
            logs.get(one.id, ()),
            component=_name(config, one.component),
            actions=actions,
            words=_words(one, words),
        )
        for one in owed
    )


def before(tx: Connection, incident: Incident) -> tuple[Earlier, ...]:
    """At most three, the most alike first."""
    past = incidents.past_of(tx, incident.component, incident.opened_at, LOOKED_BACK)
    return tuple(_earlier(tx, one) for one in alike(incident, past))


def _earlier(tx: Connection, one: Past) -> Earlier:
    """In the words of whoever ended it, else in those of its cases."""
    owed = cases.of_incident(tx, one.id)
    words = report.written(tx, [one.id, *(case.id for case in owed)]) if owed else {}
    known = [entry(case, cases.events(tx, case.id), words=_words(case, words)) for case in owed]
    ended = incidents.last(tx, one.id, Resolved)
    by_hand = "" if ended is None or ended.because == RECOVERED else ended.because
    return Earlier(
        id=one.id,
        opened_at=one.opened_at,
        cause=_first(each.cause for each in known),
        helped=by_hand or _first(each.helped for each in known),
    )


def _words(case: Case, written: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Of its own report, and before those of its incident's."""
    return {**written.get(case.incident or "", {}), **written.get(case.id, {})}


def _name(config: Config, component: str | None) -> Text | None:
    known = config.components.get(component or "")
    return component if known is None else known.name


def _first(texts: Iterable[str]) -> str:
    return next((one for one in texts if one), "")
