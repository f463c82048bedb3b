"""What the demo's service manager writes about an incident: its report goes out in time, as it does every day."""

from sqlalchemy import Connection

from config.instant import Instant
from upheld.demo import story
from upheld.demo.setting import CUSTOMER
from upheld.reports.due import due
from upheld.reports.reporter import Reporter
from upheld.reports.writing import write
from upheld.rules import Rules

INCIDENT = "incident"


def write_up(tx: Connection, rules: Rules, incident: str, component: str, now: Instant) -> None:
    """Nothing where no agreement asks for it."""
    for one in due(tx, rules.config, now, CUSTOMER):
        if (one.kind, one.subject) == (INCIDENT, incident):
            write(tx, rules, INCIDENT, incident, CUSTOMER, story.WRITTEN[component], story.MANAGER, now)


def issue(tx: Connection, rules: Rules, now: Instant) -> None:
    """What is ready, as the calendar does every hour."""
    reporter = Reporter(rules)
    for one in due(tx, rules.config, now):
        reporter.step(tx, one, now)
