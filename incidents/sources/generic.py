"""Any JSON: the configuration says where in it an alert has its parts. Without a word it is the form of our own:
`{dedup_key, status, severity, component, summary, starts_at, link, labels}`.

A place is names with points, and numbers in brackets: `alerts[0].labels.host`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from incidents import payload
from incidents.member import last_of_each
from incidents.routing import Trusted
from incidents.source import AlertNews, Sent, Source, Unreadable

_PLACE = re.compile(r"[^.\[\]]+(?:\[[0-9]{1,4}\])*(?:\.[^.\[\]]+(?:\[[0-9]{1,4}\])*)*")
_STEP = re.compile(r"[^.\[\]]+")


def _place(value: str) -> str:
    if not _PLACE.fullmatch(value):
        raise ValueError(f"'{value}' is no place; write names with points and numbers in brackets: alerts[0].host")
    return value


Place = Annotated[str, Field(max_length=200), AfterValidator(_place)]


class Options(Trusted):
    each: Place | None = None
    """The list of alerts; without it the post is one."""
    key: Place = "dedup_key"
    status: Place = "status"
    resolved: tuple[str, ...] = ("resolved", "ok", "closed", "cleared", "up")
    """What stands at `status` when it is over, whatever the case of its letters; all else fires."""
    severity: Place = "severity"
    summary: Place = "summary"
    starts_at: Place = "starts_at"
    link: Place = "link"
    labels: Mapping[str, Place] = Field(default_factory=dict)
    """Labels by their names; beside them every text in the alert itself and in its `labels` is one."""


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    post = payload.json_of(sent.body)
    if options.each is None:
        return [_one(post, "the post", options, sent)]
    alerts = payload.list_of(_at(post, options.each), options.each)
    return last_of_each(_one(one, f"{options.each}[{n}]", options, sent) for n, one in enumerate(alerts))


def _one(value: object, path: str, options: Options, sent: Sent) -> AlertNews:
    alert = payload.object_of(value, path)
    labels = {
        **payload.flat(alert),
        **payload.flat(alert.get("labels")),
        **payload.flat({name: _at(alert, place) for name, place in options.labels.items()}),
    }
    key = payload.optional_text(_at(alert, options.key))
    said = payload.optional_text(_at(alert, options.status))
    if said is None:
        raise Unreadable(f"{path}: nothing stands at {options.status}, where the source's `status` looks for it")
    summary = payload.summary_of(payload.optional_text(_at(alert, options.summary)), key)
    firing = said.strip().lower() not in {word.lower() for word in options.resolved}
    stated = payload.optional_text(_at(alert, options.starts_at))
    starts_at = payload.loosely(stated) or payload.epoch(stated)
    return AlertNews(
        key=payload.key_of(key) if key is not None else payload.digest({"summary": summary, **_named(labels, options)}),
        firing=firing,
        labels=labels,
        severity_word=payload.optional_text(_at(alert, options.severity)) or payload.word_in(labels),
        summary=summary,
        link=payload.link_of(_at(alert, options.link)),
        starts_at=payload.believed(starts_at, sent.received_at),
        stamp=str(starts_at or sent.received_at),
        ends_at=None if firing else sent.received_at,
    )


def _named(labels: Mapping[str, str], options: Options) -> Mapping[str, str]:
    return {name: labels[name] for name in options.component_from if name in labels}


def _at(value: object, place: str) -> object:
    """What stands there; None where there is no such place."""
    for step in _STEP.findall(place):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


SOURCE = Source(options=Options, read=read)
