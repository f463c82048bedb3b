"""Datadog's webhook with the body of docs/intake.md, which names its variables.

A variable without a value arrives as it is written, `$HOSTNAME`, or empty. Rules of the sender: five more tries on 5xx
alone, an answer within 15 s.
"""

from collections.abc import Sequence

from incidents import payload
from incidents.routing import Trusted
from incidents.source import AlertNews, Sent, Source, Unreadable

_FIRING = ("triggered", "re-triggered", "warn", "re-warn", "renotify", "no data", "re-no data")
_OVER, _NOTHING = "recovered", "muted"
_WORDS = {"error": "error", "warning": "warning", "info": "info", "success": "info"}
_NAMED = ("host", "scope")
_PRIORITIES = {"P1": "critical", "P2": "error", "P3": "warning", "P4": "low", "P5": "info"}


class Options(Trusted):
    component_from: tuple[str, ...] = ("component", "service", "host", "scope")


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    post = payload.flat(payload.object_of(payload.json_of(sent.body), "the post"))
    said = {name: text for name, text in post.items() if not text.startswith("$")}
    transition = payload.one_of(said.get("transition", "").lower(), "transition", (*_FIRING, _OVER, _NOTHING))
    if transition == _NOTHING:
        return []
    key = said.get("cycle") or "|".join(said[name] for name in ("alert_id", "scope") if name in said)
    if not key:
        raise Unreadable("cycle: is missing, and alert_id too")
    at, firing = payload.epoch(said.get("date")), transition != _OVER
    labels = _tags(said.get("tags", "")) | {name: said[name] for name in _NAMED if name in said}
    kind = "warning" if transition in ("warn", "re-warn") else said.get("type", "")
    return [
        AlertNews(
            key=payload.key_of(key),
            firing=firing,
            labels=labels,
            severity_word=_PRIORITIES.get(said.get("priority", "")) or _WORDS.get(kind),
            summary=payload.summary_of(said.get("title"), said.get("text")),
            link=payload.link_of(said.get("link")),
            starts_at=payload.believed(at, sent.received_at),
            stamp=str(at or sent.received_at),
            ends_at=None if firing else payload.believed(at, sent.received_at),
        )
    ]


def _tags(text: str) -> dict[str, str]:
    pairs = [one.strip().split(":", 1) for one in text.split(",") if ":" in one]
    return {pair[0]: pair[1] for pair in pairs if all(pair)}


SOURCE = Source(options=Options, read=read)
