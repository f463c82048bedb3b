"""What senders say, by its kind: written down here, judged by `Incidents`."""

from collections.abc import Sequence
from itertools import chain
from typing import assert_never

import structlog
from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from incidents import decide, lapse, news
from incidents.incident import Event, Incident
from incidents.routing import UNROUTED, Routing, component_of, named_in
from incidents.source import AlertNews, Called, Change, News, Remark, Taken
from incidents.store import alert, change, incident
from incidents.store.timer import Timer
from incidents.strand import incident_of

log = structlog.get_logger(__name__)


def concerned(tx: Connection, config: Config, source: str, one: News, routing: Routing) -> str:
    """The component it is about; `unrouted` for what names none we know."""
    match one:
        case Taken() | Remark():
            known = alert.open_alert(tx, source, one.key)
            return UNROUTED if known is None else known.component
        case Called():
            return routing.component or UNROUTED
        case Change():
            return component_of(one.labels, routing, config.components)
        case AlertNews(firing=True):
            component = component_of(one.labels, routing, config.components)
            if component == UNROUTED:
                log.warning("alert names no component", source=source, tried=list(routing.component_from))
            return component
        case AlertNews():
            return _ended_on(tx, config, source, one, routing)
        case other:
            assert_never(other)


def _ended_on(tx: Connection, config: Config, source: str, one: AlertNews, routing: Routing) -> str:
    """An end often says no more than which alert it is."""
    named = named_in(one.labels, routing, config.components)
    known = None if named is not None else alert.open_alert(tx, source, one.key)
    return named or (routing.component or UNROUTED if known is None else known.component)


def take(
    tx: Connection, config: Config, source: str, one: News, component: str, at: Instant, now: Instant
) -> tuple[str, ...]:
    """Written down; the components whose condition may have changed. `at` is when it arrived."""
    match one:
        case AlertNews():
            return news.take_alert_news(tx, config, source, one, component, at, now)
        case Called(due_at=due_at):
            lapse.expect(tx, source, due_at, now)
            words = lapse.called(source, at)
            return tuple(chain(*(news.take_alert_news(tx, config, source, word, component, at, now) for word in words)))
        case Change():
            change.add(tx, source, one, None if component == UNROUTED else component, at)
            return ()
        case Taken() | Remark():
            return ()
        case other:
            assert_never(other)


def follows(tx: Connection, source: str, one: News) -> tuple[Incident, Sequence[Event]] | None:
    """What the sender's people did to its alert is done to the incident. Of one that is over it says nothing."""
    if not isinstance(one, Taken | Remark):
        return None
    known = alert.open_alert(tx, source, one.key)
    found = None if known is None else incident_of(tx, known)
    if found is None or not found.unresolved:
        return None
    found = incident.whole_of(tx, found)
    done = decide.note(one.text) if isinstance(one, Remark) else decide.acknowledge(found, f"source:{source}")
    return found, done


def missed(tx: Connection, config: Config, due: Timer, now: Instant) -> tuple[str, ...] | None:
    """A call that did not come; None when its source is not configured any more."""
    known = config.sources.get(due.subject)
    if known is None:
        return None
    component = str(known.options.get("component") or UNROUTED)
    word = lapse.missed(due.subject, due.due_at)
    return news.take_alert_news(tx, config, due.subject, word, component, due.due_at, now)
