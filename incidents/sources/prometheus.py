"""Prometheus itself, with upheld as its Alertmanager: `POST /api/v2/alerts`.

Rules of the sender: every alert that fires is told again each minute with an `endsAt` a few minutes ahead, so that it
ends by itself when nobody tells it any more; one that is over is told for 15 minutes with an `endsAt` in the past. What
is not answered 2xx is told with the next round. Of a pair that watches the same, both tell the same alert.
"""

from collections.abc import Sequence

from config.instant import MINUTE, Instant, Span
from incidents import payload
from incidents.member import Form, last_of_each, link, summary
from incidents.routing import Trusted
from incidents.source import AlertNews, Sent, Source, answers

ALERTS = "/api/v2/alerts"
_RESOLVE_TIMEOUT: Span = 5 * MINUTE
"""Alertmanager's own, for an alert that names no end."""


class Options(Trusted):
    replica_labels: tuple[str, ...] = ("replica", "prometheus_replica")
    """Labels in which the members of a pair differ; they are no part of what an alert is."""


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    alerts = payload.list_of(payload.json_of(sent.body), "the post")
    return last_of_each(_one(one, f"[{number}]", options, sent) for number, one in enumerate(alerts))


def _one(value: object, path: str, options: Options, sent: Sent) -> AlertNews:
    alert = payload.object_of(value, path)
    said = payload.texts_of(alert.get("labels"), f"{path}.labels")
    labels = {name: value for name, value in said.items() if value and name not in options.replica_labels}
    annotations = payload.texts_of(alert.get("annotations") or {}, f"{path}.annotations")
    starts_at, ends_at = _time(alert.get("startsAt"), f"{path}.startsAt"), _time(alert.get("endsAt"), f"{path}.endsAt")
    firing = ends_at is None or ends_at > sent.received_at
    return AlertNews(
        key=payload.digest(labels),
        firing=firing,
        labels=labels,
        severity_word=payload.word_in(labels),
        summary=summary(labels, annotations),
        link=link(alert, annotations, Form()),
        starts_at=payload.believed(starts_at, sent.received_at),
        stamp=str(starts_at or sent.received_at),
        ends_at=None if firing else payload.believed(ends_at, sent.received_at),
        lapses_at=(ends_at or sent.received_at + _RESOLVE_TIMEOUT) if firing else None,
    )


def _time(value: object, path: str) -> Instant | None:
    """None for what was left out, in whichever spelling of Go's year one."""
    if value is None:
        return None
    at = payload.stated(payload.text_of(value, path), path)
    return None if at is None or at <= 0 else at


SOURCE = Source(options=Options, read=read, answer=answers(accepted=200), paths=(ALERTS,))
