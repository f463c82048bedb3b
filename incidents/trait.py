"""Of what an incident consists, as labels: what matchers of silences and of rules are held against."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from config.reference import PROBE
from incidents.incident import Incident
from incidents.news import measured
from incidents.store import alert
from incidents.store.incident import parts_of


def traits(tx: Connection, config: Config, incident: Incident, now: Instant) -> Iterator[Mapping[str, str]]:
    """The labels of each alert that fires on it or on a part of it, and one for its checks where they fail; for each
    customer concerned.

    `component`, `severity` (of the incident), `source` and `customer` are ours, whatever a sender calls so.
    """
    severity = str(incident.severity)
    for one in (incident, *parts_of(tx, incident)):
        customers = sorted({each.customer for each in config.covering(one.component, now)}) or [""]
        for source, labels in _failing(tx, config, one):
            for customer in customers:
                ours = {"component": one.component, "severity": severity, "source": source}
                yield {**labels, **ours, "customer": customer}


def known_of(tx: Connection, incident: Incident) -> Iterator[Mapping[str, str]]:
    """What all of its labels say, known without its alerts: which component, of it and of its parts, and how bad."""
    severity = str(incident.severity)
    for component in (incident.component, *(one.component for one in parts_of(tx, incident))):
        yield {"component": component, "severity": severity}


def _failing(tx: Connection, config: Config, one: Incident) -> Iterator[tuple[str, Mapping[str, str]]]:
    newest = measured(tx, config, one.component, one.strand)
    if newest is not None and newest.state.failing:
        yield PROBE, {}
    yield from alert.failing_on(tx, one.component, one.strand)
