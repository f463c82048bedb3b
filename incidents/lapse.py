"""What is over, or missing, because nobody spoke of it: alerts that were not repeated, calls that did not come.

While we were away ourselves nobody could speak to us: then everything that fell due gets its whole time again.
"""

from sqlalchemy import Connection

from config.instant import MINUTE, Instant, Span
from config.model import Config
from config.state import State
from incidents import news
from incidents.source import AlertNews
from incidents.store import alert, timer, transition
from incidents.store.alert import Alert
from incidents.store.timer import Kind, Timer
from incidents.store.transition import Transition

AWAY: Span = MINUTE
"""A timer that fires this late fires so because we were not there."""
ALIVE, MISSED = "alive", "missed"
_PATIENCE: Span = 5 * MINUTE


def expect(tx: Connection, source: str, due_at: Instant, now: Instant) -> None:
    """The next call of a sender that must call regularly."""
    timer.wind(tx, Kind.CALL, source, "next", due_at, now)


def expects(tx: Connection, source: str) -> bool:
    return bool(timer.waiting(tx, Kind.CALL, source))


def called(source: str, at: Instant) -> list[AlertNews]:
    """What a call says: a sign of life, and that nothing is missing."""
    return [
        _word(ALIVE, at, firing=True, word="none", summary=f"{source} calls"),
        _word(MISSED, at, firing=False, word=None, summary=f"{source} calls"),
    ]


def missed(source: str, due_at: Instant) -> AlertNews:
    return _word(MISSED, due_at, firing=True, word=None, summary=f"{source} has not called")


def _word(key: str, at: Instant, *, firing: bool, word: str | None, summary: str) -> AlertNews:
    return AlertNews(
        key=key,
        firing=firing,
        labels={},
        severity_word=word,
        summary=summary,
        link=None,
        starts_at=at,
        stamp=str(at) if firing else "call",
        ends_at=None if firing else at,
    )


def next_chance(tx: Connection, due: Timer, now: Instant) -> Instant | None:
    """When to look again instead of believing a silence that we cannot have heard; None when it can be believed."""
    if now - due.due_at <= AWAY:
        return None
    known = alert.open_alert(tx, due.subject, ALIVE) if due.kind is Kind.CALL else alert.find(tx, int(due.subject))
    return now + (_PATIENCE if known is None else max(_PATIENCE, due.due_at - known.last_received_at))


def lapse(tx: Connection, config: Config, due: Timer, now: Instant) -> Alert | None:
    """The alert that is over for want of a word; None when it was over before.

    `over`: the operator said that silence ends it. `lapsed`: the sender's own word ran out; he may be gone, so that
    of a component nobody else speaks of nothing is known from his last word on.
    """
    known = alert.find(tx, int(due.subject))
    if known is None or known.status != alert.FIRING:
        return None
    alert.end(tx, known, due.due_at, known.last_received_at)
    if due.step == news.OVER:
        news.mark(tx, config, known.component, known.source, due.due_at, None, now)
    else:
        _forget(tx, config, known, now)
    return known


def _forget(tx: Connection, config: Config, known: Alert, now: Instant) -> None:
    component, newest = config.components.get(known.component), transition.newest(tx, known.component)
    if component is None or component.checks or newest is None:
        return
    if alert.worst_firing(tx, known.component) is not State.UP:
        news.mark(tx, config, known.component, known.source, known.last_received_at, None, now)
        return
    at = max(known.last_received_at, newest.happened_at)
    lapsed = Transition(
        component=known.component, state=State.UNKNOWN, happened_at=at, by=f"source:{known.source}", reason="lapsed"
    )
    transition.append(tx, lapsed, now)
