"""What is new about a component, from its checks or from a sender, written down and judged. No decision is made here:
transitions and alerts are appended, and the component's condition is put together for `decide`.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from config.instant import DAY, MINUTE, Instant, Span
from config.model import Component, Config
from config.state import State, worst
from incidents import removal
from incidents.decide import Condition
from incidents.impact import changes_since, combine_of
from incidents.parent import failing_parent, suspected_parent
from incidents.severity import MILDEST, Rule, Severity, classify, state_of_word
from incidents.source import AlertNews
from incidents.store import alert, timer, transition
from incidents.store.alert import Alert, Ended, Firing
from incidents.store.timer import Timer
from incidents.store.transition import Transition
from incidents.strand import strand_of
from incidents.work import works_at
from probe.ending import Warned
from probe.panel.store import check_line, flapping
from probe.panel.vote import state_at
from probe.result import Reason
from probe.verdict import CheckChange
from sla.work import Work

MAINTENANCE = "maintenance"
SILENCE = DAY
"""A component that only senders speak of is unknown when none did for so long; a Watchdog alert keeps it known."""
OVER, LAPSED = "over", "lapsed"
"""Why silence ends an alert: the operator said so, or the sender's own word ran out."""
RESTLESS: Span = 10 * MINUTE
"""An alert that ended twice within it comes and goes; a recovery is believed when it does not any more."""
OVERTAKEN_WITHIN: Span = 5 * MINUTE
"""A firing that comes this soon after its own end was overtaken on its way; later, the sender means it."""


def take_check_news(tx: Connection, config: Config, news: Sequence[CheckChange], by: str, now: Instant) -> list[str]:
    """Append what it changes on the components' lines; the components concerned, in order."""
    by_component: dict[str, list[CheckChange]] = {}
    for one in news:
        component = one.check.partition("/")[0]
        by_component.setdefault(component, []).append(one)
    for component, changes in by_component.items():
        if component not in config.components:
            removal.ceased(tx, component, changes, by, now)
            continue
        since = min(one.happened_at for one in changes)
        _redraw(tx, config.components[component], changes, since, by, now)
    return [one for one in by_component if one in config.components]


def redraw(tx: Connection, config: Config, component: str, by: str, now: Instant) -> None:
    """After the configuration changed: from now on the line is made of the checks and the rule there are now."""
    known = config.components[component]
    if known.checks and transition.newest(tx, component) is not None:
        _redraw(tx, known, (), now, by, now)


def _redraw(
    tx: Connection, component: Component, news: Sequence[CheckChange], since: Instant, by: str, now: Instant
) -> None:
    """A back-dated change can change what was drawn after it: every instant that now differs is written again."""
    lines = {check.id: check_line(tx, check.id, since) for check in component.checks.values()}
    wanted = changes_since(lines, combine_of(component.down_when), since)
    before = transition.state_at(tx, component.id, since)
    drawn = [(since, before or State.UNKNOWN), *transition.changes_after(tx, component.id, since)]
    causes = {one.happened_at: one for one in news}
    known = before is not None
    again = {one.happened_at for one in news if one.reason is Reason.MISSED}
    for at in sorted({at for at, _ in wanted} | {at for at, _ in drawn} | again):
        state = state_at(wanted, at)
        if known and state is state_at(drawn, at) and at not in again:
            continue
        known = True
        cause = causes.get(at)
        transition.append(
            tx,
            Transition(
                component=component.id,
                state=state,
                happened_at=at,
                by=by,
                cause=cause.check if cause is not None else None,
                reason=cause.reason.value if cause is not None and cause.reason is not None else None,
                bound_at=cause.bound_at if cause is not None else None,
            ),
            now,
        )
        drawn = sorted([(one, was) for one, was in drawn if one != at] + [(at, state)])


def take_alert_news(
    tx: Connection, config: Config, source: str, news: AlertNews, component: str, received_at: Instant, now: Instant
) -> tuple[str, ...]:
    """The components whose condition may have changed; none when the news is old or says nothing new."""
    state = state_of_word(news.severity_word or "")
    lasting = news.firing and news.lapses_at is None and news.over_at is None
    if lasting and alert.say_again(tx, source, news, component, state, received_at):
        return ()
    known = alert.open_alert(tx, source, news.key)
    _listen_on(tx, config, component, received_at, now)
    if not news.firing:
        return _take_end(tx, config, source, news, known, component, received_at, now)
    if known is not None and known.component == component:
        alert.repeat(tx, known, news, state, received_at)
        _let_lapse(tx, known.id, news, now)
        if known.state is state and known.severity_word == news.severity_word:
            _still(tx, config, component, source, received_at, news.summary, now)
            return ()
        mark(tx, config, component, source, received_at, news.summary, now)
        return (component,)
    ended = () if known is not None else alert.ended(tx, source, news.key)
    if _overtaken(ended, news, received_at):
        return ()
    moved = () if known is None else _take_end(tx, config, source, news, known, component, received_at, now)
    strand = strand_of(tx, component, ended, news, config.incidents.reopen_within or 0)
    _let_lapse(tx, alert.add(tx, source, news, component, state, received_at, strand), news, now)
    mark(tx, config, component, source, news.starts_at, news.summary, now)
    return (*moved, component)


def of_warning(one: Warned) -> AlertNews:
    """Said as an alert of our own: the mildest word, and for a title the reason, which has words in both languages."""
    return AlertNews(
        key=f"{one.check}:{one.warning.value}",
        firing=one.on,
        labels={},
        severity_word="info",
        summary=one.warning.value,
        link=None,
        starts_at=one.at,
        stamp=str(one.at),
        ends_at=None if one.on else one.at,
    )


def _listen_on(tx: Connection, config: Config, component: str, received_at: Instant, now: Instant) -> None:
    known = config.components.get(component)
    if known is not None and not known.checks:
        timer.wind(tx, timer.Kind.SILENCE, component, "news", received_at + SILENCE, now)


def heard_since(tx: Connection, silence: Timer) -> Instant | None:
    """When to look again, because somebody spoke of the component since the timer was set. What only says again what is
    known does not move it."""
    heard_at = alert.heard_at(tx, silence.subject)
    return heard_at + SILENCE if heard_at is not None and heard_at + SILENCE > silence.due_at else None


def fall_silent(tx: Connection, config: Config, component: str, at: Instant, now: Instant) -> None:
    """Nobody spoke of it for too long: what its senders said last is no evidence any more (sla-definition.md)."""
    known = config.components.get(component)
    newest = transition.newest(tx, component)
    if known is None or known.checks or newest is None or newest.state is State.UNKNOWN:
        return
    silent = Transition(
        component=component,
        state=State.UNKNOWN,
        happened_at=max(at, newest.happened_at),
        by="upheld",
        reason="lapsed",
        bound_at=at - SILENCE,
    )
    transition.append(tx, silent, now)


def _take_end(
    tx: Connection,
    config: Config,
    source: str,
    news: AlertNews,
    known: Alert | None,
    component: str,
    received_at: Instant,
    now: Instant,
) -> tuple[str, ...]:
    """An end we hear of first is kept, so that the beginning it overtook is known for old when it arrives."""
    if known is None:
        if not any(one.stamp == news.stamp for one in alert.ended(tx, source, news.key)):
            alert.add(tx, source, news, component, state_of_word(news.severity_word or ""), received_at)
        return ()
    ended_at = max(known.starts_at, news.ends_at or received_at)
    alert.end(tx, known, ended_at, received_at)
    mark(tx, config, known.component, source, ended_at, None, now)
    return (known.component,)


def _overtaken(ended: Sequence[Ended], news: AlertNews, received_at: Instant) -> bool:
    """Whether a firing arrives after its own end. A long one cannot be told by its believed start, but by its stamp."""
    return any(
        news.starts_at < one.ends_at or (one.stamp == news.stamp and received_at - one.received_at <= OVERTAKEN_WITHIN)
        for one in ended
    )


def _still(
    tx: Connection, config: Config, component: str, source: str, at: Instant, summary: str | None, now: Instant
) -> None:
    """Nothing new, unless silence had made it unknown meanwhile."""
    known = config.components.get(component)
    if known is not None and not known.checks and transition.latest_state(tx, component) in (None, State.UNKNOWN):
        mark(tx, config, component, source, at, summary, now)


def _let_lapse(tx: Connection, alert_id: int, news: AlertNews, now: Instant) -> None:
    for step, at in ((OVER, news.over_at), (LAPSED, news.lapses_at)):
        if at is not None:
            timer.wind(tx, timer.Kind.LAPSE, str(alert_id), step, at, now)


def mark(
    tx: Connection, config: Config, component: str, source: str, at: Instant, summary: str | None, now: Instant
) -> None:
    """A component that nobody probes has the state its senders give it; a probed one is measured by its probes."""
    known = config.components.get(component)
    if known is None or known.checks:
        return
    state = alert.worst_firing(tx, component)
    newest = transition.newest(tx, component)
    if newest is not None and newest.state is state:
        return
    at = max(at, newest.happened_at) if newest is not None else at
    transition.append(
        tx, Transition(component=component, state=state, happened_at=at, by=f"source:{source}", cause=summary), now
    )


def measured(tx: Connection, config: Config, component: str, strand: str | None) -> Transition | None:
    """The newest change of the line that checks draw; None where none do, and of what was split off."""
    known = config.components.get(component)
    return transition.newest(tx, component) if known is not None and known.checks and strand is None else None


def condition(tx: Connection, config: Config, component_id: str, now: Instant, strand: str | None = None) -> Condition:
    """The worst of the component's measured line and its open alerts, now; of what was split into an incident
    (`strand`) those alerts alone."""
    alerts = [one for one in alert.firing_on(tx, component_id, strand) if one.state.failing]
    component = config.components.get(component_id)
    newest = measured(tx, config, component_id, strand)
    failing = [one.state for one in alerts]
    if newest is not None and newest.state.failing:
        failing.append(newest.state)
    if not failing:
        told = component is not None and not component.checks
        unheard = told and transition.latest_state(tx, component_id)
        quiet = newest.state if newest is not None else State.UNKNOWN if unheard is State.UNKNOWN else State.UP
        mildest = Severity(value=MILDEST, because="nothing fails")
        restless = alert.comes_and_goes(tx, component_id, strand, now - RESTLESS)
        return Condition(
            component=component_id,
            state=quiet,
            since=now,
            severity=mildest,
            cause="",
            title="",
            held_until=None if restless is None else restless + RESTLESS,
            flapping=restless is not None or (strand is None and component is not None and _flaps(tx, component)),
        )
    severities = [_severity(config, component, component_id, one) for one in alerts]
    since = [one.since for one in alerts]
    cause, title = "", ""
    if newest is not None and newest.state.failing:
        severities.append(severity_of(config, component_id, newest.state))
        since.append(transition.failing_since(tx, component_id))
        cause, title = newest.cause or newest.by, newest.reason or newest.state.value
    first = None if title else alert.first_firing(tx, component_id, strand)
    if first is not None:
        cause, title = f"{first.source}:{first.key}", first.summary
    held_by, held_until = failing_parent(tx, config, component), None
    if held_by is None:
        held_by, held_until = suspected_parent(tx, config, component, min(since), now)
    works = works_at(tx, config, [component_id], now)
    shut = bool(works) and not any(one.open for one in works)
    return Condition(
        component=component_id,
        state=worst(failing),
        since=min(since),
        severity=min(severities, key=lambda one: one.value),
        cause=cause,
        title=title,
        held_by=MAINTENANCE if shut else held_by,
        held_until=max(one.end for one in works) if shut else _sooner(held_until, works),
        newest_at=max((one.newest_at for one in alerts), default=None),
    )


def _flaps(tx: Connection, component: Component) -> bool:
    return bool(component.checks) and flapping(tx, [check.id for check in component.checks.values()])


def _sooner(held_until: Instant | None, works: Sequence[Work]) -> Instant | None:
    """What opened in the course of the work is looked at again at its end."""
    ends = [one.end for one in works]
    return min([*ends, *([] if held_until is None else [held_until])], default=None)


def _severity(config: Config, component: Component | None, component_id: str, one: Firing) -> Severity:
    facts = {
        "tier": component.tier.value if component is not None else "important",
        "state": one.state.value,
        "component": component_id,
        "source": one.source,
        "word": one.severity_word or "",
    }
    return classify(facts, _rules(config))


def severity_of(config: Config, component: str, state: State) -> Severity:
    """Of what its checks say."""
    facts = {"tier": config.components[component].tier.value, "state": state.value, "component": component}
    return classify({**facts, "source": "probe"}, _rules(config))


def _rules(config: Config) -> list[Rule]:
    return [
        Rule(
            when={key: str(value) for key, value in rule.when.model_dump(exclude_none=True).items()},
            severity=rule.severity,
        )
        for rule in config.severity.rules
    ]
