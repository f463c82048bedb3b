"""Which component an alert is about: its source says in which labels to look, and how the sender calls ours."""

from collections.abc import Collection, Mapping
from typing import Any

import yaml
from pydantic import Field

from config.value import Duration, Value

UNROUTED = "unrouted"
"""Stands for a component when an alert names none we know: somebody is told all the same."""


class Routing(Value):
    """What every source can be told."""

    component_from: tuple[str, ...] = Field(default=("component", "service", "job", "instance"), min_length=1)
    """Labels tried in turn for the name of a component."""
    known_as: Mapping[str, str] = Field(default_factory=dict)
    """The sender's names of our components: `{web-shop: shop}`."""
    component: str | None = None
    """What its alerts are about when they name nothing we know."""
    ends_after: Duration | None = Field(default=None, gt=0)
    """An alert that is not repeated for so long is over; for senders that do not always say so."""


class Trusted(Routing):
    """A sender with a token, behind `Authorization: Bearer`, as the password of a basic login, or as `?token=`."""

    token: str = Field(min_length=1, repr=False)


def named_in(labels: Mapping[str, str], routing: Routing, known: Collection[str]) -> str | None:
    """What the first label that names one we know says."""
    said = (labels[name] for name in routing.component_from if name in labels)
    named = (routing.known_as.get(name, name) for name in said)
    return next((name for name in named if name in known), None)


def component_of(labels: Mapping[str, str], routing: Routing, known: Collection[str]) -> str:
    """What the labels name, else the source's own, else the one that stands for all others."""
    return named_in(labels, routing, known) or routing.component or UNROUTED


def advice(source: str, labels: Mapping[str, str], routing: Routing, known: Collection[str]) -> dict[str, Any] | None:
    """What to write into the configuration, so that an alert like this is about a component; None: by now it is."""
    if component_of(labels, routing, known) != UNROUTED:
        return None
    for name, value in labels.items():
        if value in known:
            return {"sources": {source: {"component_from": [*routing.component_from, name]}}}
    said = next((labels[name] for name in routing.component_from if labels.get(name)), None)
    if said is None:
        return {"sources": {source: {"component": next(iter(known), "shop")}}}
    return {"sources": {source: {"known_as": {**routing.known_as, said: next(iter(known), "shop")}}}}


def line(source: str, labels: Mapping[str, str], routing: Routing, known: Collection[str]) -> str | None:
    """`advice` as one line of YAML."""
    wanted = advice(source, labels, routing, known)
    if wanted is None:
        return None
    flow = yaml.safe_dump(wanted["sources"], default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return f"sources: {flow.strip()}"
