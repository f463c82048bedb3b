"""Which leaves one event makes: what is one customer's or one component's alone stands in a stream of its own. Pure.

    exclusion/X-1                  for everybody concerned: the plan, who approved it, work, a withdrawal
    exclusion/X-1/component/shop   that the plan before it holds for the shop
    exclusion/X-1/customer/acme    what Acme was told and said, and that it was he who spoke before it

A customer is given his streams whole and those of others not at all (docs/adr/0143): none has a gap.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sla.saying import CUSTOMER, leaf_of
from sla.word import Said, customer_of, spoken_by

COVERED, SPOKEN = ".covered", ".spoken"
"""Ends of the kinds of leaves that only say more of the one they were written with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A leaf to be. `private` is never empty: its salt keeps anybody from guessing a leaf by its hash."""

    kind: str
    stream: str
    body: Mapping[str, Any]
    private: Mapping[str, Any]


def tellings(topic: str, id: str, said: Said[Any], before: Iterable[str] = ()) -> list[Telling]:
    """In the order they are written. `before`: who signed the earlier events of the same thing."""
    body, private = leaf_of(said, before)
    shared, customer, speaker = f"{topic}/{id}", getattr(said.event, "customer", None), customer_of(said.by)
    if customer is not None:
        return [Telling(kind=topic, stream=_of_customer(shared, customer), body=body, private=private)]
    more = [
        Telling(kind=topic + COVERED, stream=_of_component(shared, name), body={}, private={"component": name})
        for name in body.pop("components", ())
    ]
    if speaker is not None:
        body, private = body | {"speaker": CUSTOMER}, private | {"by": CUSTOMER}
        his = _of_customer(shared, speaker)
        more.append(Telling(kind=topic + SPOKEN, stream=his, body={}, private={"by": said.by}))
    return [Telling(kind=topic, stream=shared, body=body, private=private), *more]


def streams_of(topic: str, id: str, customer: str, components: Iterable[str] = ()) -> list[str]:
    """What a customer is given of it; `components`: those it concerns that are his."""
    shared = f"{topic}/{id}"
    return [shared, _of_customer(shared, customer), *(_of_component(shared, name) for name in components)]


def more_of(said: Said[Any], kind: str, stream: str) -> Said[Any]:
    """The event with what such a leaf, written with its own, says more of it."""
    name = stream.rpartition("/")[2]
    if kind.endswith(SPOKEN):
        return replace(said, by=spoken_by(name))
    return replace(said, event=replace(said.event, components=(*said.event.components, name)))


def _of_component(shared: str, component: str) -> str:
    return f"{shared}/component/{component}"


def _of_customer(shared: str, customer: str) -> str:
    return f"{shared}/customer/{customer}"
