"""Alertmanager's webhook, version 4, per alert (the group's own status says nothing of a single member).

Rules of the sender: 2xx is done, 5xx and network errors are repeated within the flush, 4xx and 429 are not; an alert
that is silenced or inhibited vanishes without ever being resolved, so absence means nothing.
"""

from collections.abc import Mapping
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, Field

from config.instant import MINUTE, Instant, parse_rfc3339
from incidents.source import AlertNews, Source, Unreadable

_NONE = "0001-01-01T00:00:00Z"
_BELIEVED: int = 5 * MINUTE
"""A stated start counts if it lies within this of receipt (sla-definition.md, webhook-only component)."""
_SUMMARY_LIMIT = 200
_KEY_LIMIT = 255


class Options(BaseModel):
    """`token`: what the sender puts behind `Authorization: Bearer`. `component_from`: labels tried in turn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str = Field(min_length=1, repr=False)
    component_from: tuple[str, ...] = Field(default=("component", "service", "job", "instance"), min_length=1)


def read(options: BaseModel, payload: object, received_at: Instant) -> list[AlertNews]:
    """Members of the post in order, the last of several with one fingerprint. Raises Unreadable."""
    post = _object(payload, "the post")
    if post.get("version") != "4":
        raise Unreadable(f"version: {_shown(post.get('version'))} is not '4', the format of Alertmanager's webhook")
    alerts = post.get("alerts")
    if not isinstance(alerts, list):
        raise Unreadable("alerts: must be a list")
    news = [_one(alert, f"alerts[{number}]", received_at) for number, alert in enumerate(alerts)]
    return list({one.key: one for one in news}.values())


def _one(value: object, path: str, received_at: Instant) -> AlertNews:
    alert = _object(value, path)
    status = alert.get("status")
    if status not in ("firing", "resolved"):
        raise Unreadable(f"{path}.status: {_shown(status)} is neither 'firing' nor 'resolved'")
    labels = _texts(alert.get("labels"), f"{path}.labels")
    annotations = _texts(alert.get("annotations", {}), f"{path}.annotations")
    stamp = _text(alert.get("startsAt"), f"{path}.startsAt")
    firing = status == "firing"
    return AlertNews(
        key=_key(_text(alert.get("fingerprint"), f"{path}.fingerprint")),
        firing=firing,
        labels=labels,
        severity_word=next((labels[name] for name in ("severity", "priority", "level") if name in labels), None),
        summary=_summary(labels, annotations),
        link=next((annotations[name] for name in ("runbook_url", "dashboard") if name in annotations), None)
        or _optional_text(alert.get("generatorURL")),
        starts_at=_believed(_instant(stamp, f"{path}.startsAt"), received_at),
        stamp=_clean(stamp)[:40],
        ends_at=None if firing else _believed(_end(alert, path), received_at),
    )


def _key(fingerprint: str) -> str:
    """As sent; its digest where it is longer than the store holds, so that two of them stay two."""
    key = _clean(fingerprint)
    return key if len(key) <= _KEY_LIMIT else sha256(key.encode()).hexdigest()


def _believed(stated: Instant | None, received_at: Instant) -> Instant:
    if stated is None or abs(received_at - stated) > _BELIEVED:
        return received_at
    return min(stated, received_at)


def _end(alert: Mapping[str, object], path: str) -> Instant | None:
    stated = alert.get("endsAt", _NONE)
    return _instant(_text(stated, f"{path}.endsAt"), f"{path}.endsAt")


def _instant(text: str, path: str) -> Instant | None:
    if text == _NONE:
        return None
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"{path}: {_shown(text)} is not an RFC 3339 time") from error


def _summary(labels: Mapping[str, str], annotations: Mapping[str, str]) -> str:
    text = annotations.get("summary") or annotations.get("description") or labels.get("alertname") or "alert"
    return text if len(text) <= _SUMMARY_LIMIT else text[: _SUMMARY_LIMIT - 1] + "…"


def _object(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Unreadable(f"{path}: must be an object")
    return value


def _texts(value: object, path: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, item in _object(value, path).items():
        if not isinstance(item, str):
            raise Unreadable(f"{path}.{_clean(key[:60])}: must be a text")
        texts[_clean(key)] = _clean(item)
    return texts


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise Unreadable(f"{path}: must be a text that is not empty")
    return value


def _shown(value: object) -> str:
    """What was sent instead, never more than a line of it; a nested value by its type alone."""
    return repr(value[:60]) if isinstance(value, str) else f"a {type(value).__name__}"


def _optional_text(value: object) -> str | None:
    return _clean(value) if isinstance(value, str) and value else None


def _clean(text: str) -> str:
    """NUL is accepted by SQLite and refused by PostgreSQL: the same alert must not be poison on one of them."""
    return text.replace("\x00", "\ufffd")


def token(options: BaseModel) -> str:
    assert isinstance(options, Options)
    return options.token


def component_labels(options: BaseModel) -> tuple[str, ...]:
    assert isinstance(options, Options)
    return options.component_from


SOURCE = Source(options=Options, read=read, token=token, component_labels=component_labels)
