"""Planned work that was known of before it began: nobody is surprised by what he was told will happen."""

from collections.abc import Sequence

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from sla.exclusions import Exclusions
from sla.work import Work, works_in

WORK = "work:"
"""How the name of planned work begins where it is said what holds an incident's calls."""


def works_at(tx: Connection, config: Config, components: Sequence[str], now: Instant) -> tuple[Work, ...]:
    """Under way now on any of these."""
    works = works_in(Exclusions(config).known(tx, components, now), (now, now + 1))
    return tuple(one for one in works if one.foreseen and {*components} & {*one.components})
