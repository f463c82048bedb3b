"""Zabbix, by the media type of docs/intake.md, which posts the event's macros as JSON.

The event's id stays the problem's own when it recovers. A macro that was not filled in arrives as it is written,
`{EVENT.ID}`, and says nothing. Rules of the sender: attempts and pause are set in Zabbix; 2xx is done.
"""

from collections.abc import Mapping, Sequence

import orjson

from config.value import Zone
from incidents import payload
from incidents.routing import Trusted
from incidents.source import AlertNews, News, Remark, Sent, Source, Taken, Unreadable

_WORDS = {"5": "critical", "4": "error", "3": "warning", "2": "warning", "1": "info", "0": "info"}
_TRIGGER = "0"


class Options(Trusted):
    component_from: tuple[str, ...] = ("component", "service", "host")
    timezone: Zone = "UTC"
    """On whose clocks its times are."""


def read(options: Options, sent: Sent) -> Sequence[News]:
    post = payload.object_of(payload.json_of(sent.body), "the post")
    said = {name: text for name, text in payload.flat(post).items() if not text.startswith("{")}
    if "eventid" not in said:
        raise Unreadable("eventid: is missing, or its macro was not filled in")
    value = payload.one_of(said.get("value"), "value", ("0", "1"))
    key = payload.key_of(f"zbx:{said['eventid']}")
    if value == "0":
        return [_alert(key, said, post, options, sent)] if said.get("source", _TRIGGER) == _TRIGGER else []
    if said.get("update") != "1":
        return [_alert(key, said, post, options, sent)]
    if said.get("ack") == "Yes":
        return [Taken(key=key)]
    return [Remark(key=key, text=payload.summary_of(said.get("message"), said.get("name")))]


def _alert(key: str, said: Mapping[str, str], post: Mapping[str, object], options: Options, sent: Sent) -> AlertNews:
    at = payload.loosely(f"{said.get('date', '')} {said.get('time', '')}", options.timezone)
    firing = said["value"] == "1"
    return AlertNews(
        key=key,
        firing=firing,
        labels={**_tags(post.get("tags")), **{name: said[name] for name in ("host", "ip") if name in said}},
        severity_word=_WORDS.get(said.get("nseverity", "")),
        summary=payload.summary_of(said.get("name")),
        link=_link(said),
        starts_at=payload.believed(at, sent.received_at),
        stamp=str(at or sent.received_at),
        ends_at=None if firing else sent.received_at,
    )


def _tags(value: object) -> dict[str, str]:
    """`{EVENT.TAGSJSON}`, a text of JSON; one that was not filled in is none."""
    try:
        tags = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        return {}
    named = [one for one in tags if isinstance(one, dict)] if isinstance(tags, list) else []
    return payload.flat({str(one.get("tag")): one.get("value") for one in named})


def _link(said: Mapping[str, str]) -> str | None:
    if "url" not in said or "triggerid" not in said:
        return None
    return payload.link_of(f"{said['url']}/tr_events.php?triggerid={said['triggerid']}&eventid={said['eventid']}")


SOURCE = Source(options=Options, read=read)
