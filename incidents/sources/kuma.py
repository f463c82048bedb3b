"""Uptime Kuma's webhook, as JSON or as a form's field `data`. It never repeats what was not heard: set `ends_after`.

A test and a certificate's coming end come without heartbeat and monitor: nothing fires for them.
"""

from collections.abc import Mapping, Sequence

import orjson

from incidents import payload
from incidents.routing import Trusted
from incidents.source import AlertNews, Sent, Source, Unreadable

_DOWN, _UP, _PENDING, _MAINTENANCE = 0, 1, 2, 3


class Options(Trusted):
    component_from: tuple[str, ...] = ("component", "service", "monitor")


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    post = payload.object_of(_body(sent), "the post")
    beat, monitor = post.get("heartbeat"), post.get("monitor")
    if beat is None and monitor is None and isinstance(post.get("msg"), str):
        return []
    beat, monitor = payload.object_of(beat, "heartbeat"), payload.object_of(monitor, "monitor")
    status = beat.get("status")
    if status not in (_DOWN, _UP, _PENDING, _MAINTENANCE) or isinstance(status, bool | float):
        raise Unreadable(f"heartbeat.status: {payload.shown(status)} is none of 0, 1, 2, 3")
    if status in (_PENDING, _MAINTENANCE):
        return []
    number = payload.optional_text(monitor.get("id"))
    if number is None:
        raise Unreadable("monitor.id: is missing")
    return [_alert(number, beat, monitor, sent, firing=status == _DOWN)]


def _body(sent: Sent) -> object:
    if sent.body.lstrip()[:1] == b"{":
        return payload.json_of(sent.body)
    try:
        return orjson.loads(payload.form_of(sent.body).get("data", ""))
    except orjson.JSONDecodeError as error:
        raise Unreadable("data: must be JSON") from error


def _alert(
    number: str, beat: Mapping[str, object], monitor: Mapping[str, object], sent: Sent, *, firing: bool
) -> AlertNews:
    at = payload.loosely(payload.optional_text(beat.get("time")))
    labels = {
        **_tags(monitor.get("tags")),
        **payload.flat({"monitor": monitor.get("name"), "type": monitor.get("type")}),
    }
    return AlertNews(
        key=payload.key_of(number),
        firing=firing,
        labels=labels,
        severity_word=payload.word_in(labels) or "error",
        summary=payload.summary_of(payload.optional_text(beat.get("msg")), labels.get("monitor")),
        link=payload.link_of(monitor.get("url")),
        starts_at=payload.believed(at, sent.received_at),
        stamp=str(at or sent.received_at),
        ends_at=None if firing else payload.believed(at, sent.received_at),
    )


def _tags(value: object) -> dict[str, str]:
    named = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return payload.flat({str(one.get("name")): one.get("value") for one in named})


SOURCE = Source(options=Options, read=read)
