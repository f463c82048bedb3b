"""Aliyun CloudMonitor 云监控: the callback of a threshold rule, as a form or as JSON.

Rules of the sender: it waits 5 s and tries three times. Nothing is signed, so that the token stands in the address.
"""

import re
from collections.abc import Mapping, Sequence

from config.instant import SECOND
from incidents import payload
from incidents.routing import Trusted
from incidents.source import AlertNews, Sent, Source, Unreadable, answers

_FIRING, _OVER, _UNKNOWN = ("ALERT", "ALARM"), "OK", "INSUFFICIENT_DATA"
_WORDS = {"CRITICAL": "critical", "WARN": "warning", "INFO": "info"}
_PAIR = re.compile(r"[\"']?([\w.-]{1,60})[\"']?\s*[=:]\s*[\"']?([^,}\"']{1,200})")


class Options(Trusted):
    component_from: tuple[str, ...] = ("component", "instanceName", "instanceId", "alertName")


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    said = _fields(sent)
    state = payload.one_of(said.get("alertState", "").upper(), "alertState", (*_FIRING, _OVER, _UNKNOWN))
    if state == _UNKNOWN:
        return []
    dimensions = dict(_PAIR.findall(said.get("dimensions", "")))
    rule = said.get("ruleId") or said.get("alertName")
    if not rule:
        raise Unreadable("ruleId: is missing, and alertName too")
    at = payload.epoch(said.get("timestamp"))
    firing = state != _OVER
    return [
        AlertNews(
            key=payload.key_of("|".join([rule, *(f"{name}={dimensions[name]}" for name in sorted(dimensions))])),
            firing=firing,
            labels={**dimensions, **{name: said[name] for name in _NAMED if said.get(name)}},
            severity_word=_WORDS.get(said.get("triggerLevel" if firing else "preTriggerLevel", "").upper()),
            summary=payload.summary_of(_summary(said)),
            link=None,
            starts_at=payload.believed(None if at is None else at - _lasted(said), sent.received_at),
            stamp=str(at or sent.received_at),
            ends_at=None if firing else payload.believed(at, sent.received_at),
        )
    ]


_NAMED = ("alertName", "instanceName", "metricName", "namespace", "metricProject", "regionName")


def _fields(sent: Sent) -> Mapping[str, str]:
    if sent.body.lstrip()[:1] not in (b"{", b"["):
        return payload.form_of(sent.body)
    post = payload.object_of(payload.json_of(sent.body), "the post")
    dimensions = post.get("dimensions")
    if not isinstance(dimensions, list | dict):
        return payload.flat(post)
    listed = dimensions if isinstance(dimensions, list) else [dimensions]
    pairs = [pair for one in listed for pair in payload.flat(one).items()]
    return {**payload.flat(post), "dimensions": ",".join(f"{name}={value}" for name, value in pairs)}


def _summary(said: Mapping[str, str]) -> str | None:
    name, value = said.get("alertName"), said.get("curValue")
    metric = said.get("metricName")
    return f"{name}: {metric} {value}" if name and metric and value else name


def _lasted(said: Mapping[str, str]) -> int:
    """How long it has lasted before we are told: `60s`."""
    number = said.get("lastTime", "").removesuffix("s").strip()
    return int(number) * SECOND if number.isascii() and number.isdigit() and len(number) < 6 else 0


SOURCE = Source(options=Options, read=read, answer=answers(accepted=200))
