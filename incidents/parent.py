"""What a component depends on, and whether that fails: its own incident waits meanwhile, its downtime never does."""

from sqlalchemy import Connection

from config.instant import Instant, Span
from config.model import Component, Config
from incidents.store import incident
from probe.panel.store import suspected


def failing_parent(tx: Connection, config: Config, component: Component | None) -> str | None:
    """A component it depends on that has an unresolved incident."""
    for parent in () if component is None else component.after:
        if incident.fails(tx, parent):
            return parent
        above = failing_parent(tx, config, config.components.get(parent))
        if above is not None:
            return above
    return None


def suspected_parent(
    tx: Connection, config: Config, component: Component | None, since: Instant, now: Instant
) -> tuple[str | None, Instant | None]:
    """One whose check fails and is not confirmed yet, and until when its confirmation is waited for.

    `since`: when the component itself began to fail. The wait is as long as both need to be confirmed, and no longer,
    whatever the parent does.
    """
    for name in () if component is None else component.after:
        parent = config.components.get(name)
        if component is None or parent is None:
            continue
        until = since + _confirming(component) + _confirming(parent)
        if now < until and suspected(tx, [check.id for check in parent.checks.values()]):
            return name, until
    return None, None


def _confirming(component: Component) -> Span:
    """How long its slowest check needs to be sure."""
    return max((check.fall * (check.recheck + check.timeout) for check in component.checks.values()), default=0)
