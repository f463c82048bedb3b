"""Sentry, by an internal integration: `Sentry-Hook-Signature` is the hex HMAC-SHA256 of the body.

Rules of the sender: an answer within a second; nothing is repeated. An alert on an issue has no end of its own: the
issue's being resolved ends it, as both have the issue's number.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType

from pydantic import Field

from config.instant import Instant
from incidents import payload
from incidents.routing import Routing
from incidents.source import AlertNews, Fetch, News, Remark, Sent, Source, Taken, Unreadable, anybody

_WORDS = {"fatal": "critical", "error": "error", "warning": "warning", "info": "info", "debug": "info"}
_RESOURCE, _SIGNATURE = "sentry-hook-resource", "sentry-hook-signature"


class Options(Routing):
    component_from: tuple[str, ...] = ("component", "service", "project")
    secret: str = Field(min_length=1, repr=False)
    """The integration's client secret."""


def read(options: Options, sent: Sent) -> Sequence[News]:
    post = payload.object_of(payload.json_of(sent.body), "the post")
    resource = sent.headers.get(_RESOURCE, "")
    reader = _READERS.get(resource)
    if reader is None:
        return []  # installations, errors, comments: nothing fires for them
    data = payload.object_of(post.get("data"), "data")
    return reader(payload.optional_text(post.get("action")) or "", data, sent)


def _metric(action: str, data: Mapping[str, object], sent: Sent) -> Sequence[News]:
    found = payload.object_of(data.get("metric_alert"), "data.metric_alert")
    number = _number(found.get("id"), "data.metric_alert.id")
    payload.one_of(action, "action", ("critical", "warning", "resolved", "open"))
    projects = found.get("projects")
    project = projects[0] if isinstance(projects, list) and projects else None
    written = (data.get("description_title"), found.get("title"), data.get("description_text"))
    return [
        _alert(
            f"metric:{number}",
            payload.flat({"project": project}),
            word=action if action in ("critical", "warning") else None,
            summary=payload.summary_of(*map(payload.optional_text, written)),
            link=payload.link_of(data.get("web_url")),
            at=_time(found.get("date_closed" if action == "resolved" else "date_started")),
            sent=sent,
            firing=action != "resolved",
        )
    ]


def _event(action: str, data: Mapping[str, object], sent: Sent) -> Sequence[News]:
    event = payload.object_of(data.get("event"), "data.event")
    labels = {
        **_tags(event.get("tags")),
        **payload.flat({"project": event.get("project"), "environment": event.get("environment")}),
    }
    return [
        _alert(
            f"issue:{_number(event.get('issue_id'), 'data.event.issue_id')}",
            labels,
            word=_WORDS.get(payload.optional_text(event.get("level")) or ""),
            summary=payload.summary_of(payload.optional_text(event.get("title"))),
            link=payload.link_of(event.get("web_url"), event.get("issue_url")),
            at=_time(event.get("datetime")),
            sent=sent,
            firing=True,
        )
    ]


def _issue(action: str, data: Mapping[str, object], sent: Sent) -> Sequence[News]:
    issue = payload.object_of(data.get("issue"), "data.issue")
    key = payload.key_of(f"issue:{_number(issue.get('id'), 'data.issue.id')}")
    match action:
        case "assigned":
            return [Taken(key=key)]
        case "archived" | "ignored":
            return [Remark(key=key, text="archived at the sender")]
        case "created" | "unresolved" | "resolved":
            project = issue.get("project")
            name = project.get("slug") if isinstance(project, dict) else project
            return [
                _alert(
                    key,
                    payload.flat({"project": name}),
                    word=_WORDS.get(payload.optional_text(issue.get("level")) or ""),
                    summary=payload.summary_of(payload.optional_text(issue.get("title"))),
                    link=payload.link_of(issue.get("web_url"), issue.get("permalink")),
                    at=_time(issue.get("firstSeen")) if action == "created" else None,
                    sent=sent,
                    firing=action != "resolved",
                )
            ]
        case _:
            return []


def _alert(
    key: str,
    labels: Mapping[str, str],
    *,
    word: str | None,
    summary: str,
    link: str | None,
    at: Instant | None,
    sent: Sent,
    firing: bool,
) -> AlertNews:
    return AlertNews(
        key=payload.key_of(key),
        firing=firing,
        labels=labels,
        severity_word=word,
        summary=summary,
        link=link,
        starts_at=payload.believed(at, sent.received_at),
        stamp=str(at or sent.received_at),
        ends_at=None if firing else payload.believed(at, sent.received_at),
    )


def _number(value: object, path: str) -> str:
    number = payload.optional_text(value)
    if number is None:
        raise Unreadable(f"{path}: is missing")
    return number


def _time(value: object) -> Instant | None:
    return payload.loosely(payload.optional_text(value))


def _tags(value: object) -> dict[str, str]:
    """Pairs in a list."""
    pairs = [one for one in value if isinstance(one, list) and len(one) == 2] if isinstance(value, list) else []
    return payload.flat({str(name): text for name, text in pairs})


_READERS: Mapping[str, Callable[[str, Mapping[str, object], Sent], Sequence[News]]] = MappingProxyType(
    {"metric_alert": _metric, "event_alert": _event, "issue": _issue}
)


async def signed(options: Options, sent: Sent, fetch: Fetch) -> bool:
    wanted = hmac.new(options.secret.encode(), sent.body, sha256).hexdigest()
    return hmac.compare_digest(sent.headers.get(_SIGNATURE, "").encode(), wanted.encode())


SOURCE = Source(options=Options, read=read, authorized=anybody, signed=signed, keeps=(_RESOURCE,))
