"""One alert of a group, in the form that Alertmanager gave it and Grafana took over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.instant import Instant
from incidents import payload
from incidents.source import AlertNews


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Where a sender's alert says what is worth a click: annotations first, then fields of its own."""

    annotations: tuple[str, ...] = ("runbook_url", "dashboard")
    links: tuple[str, ...] = ("generatorURL",)


def members(post: Mapping[str, object], received_at: Instant, form: Form) -> list[AlertNews]:
    """In order; of several with one fingerprint the last. Raises Unreadable."""
    alerts = payload.list_of(post.get("alerts"), "alerts")
    news = [_member(alert, f"alerts[{number}]", received_at, form) for number, alert in enumerate(alerts)]
    return last_of_each(news)


def last_of_each(news: Iterable[AlertNews]) -> list[AlertNews]:
    """Two of one key in one post are the same alert, said twice."""
    return list({one.key: one for one in news}.values())


def _member(value: object, path: str, received_at: Instant, form: Form) -> AlertNews:
    alert = payload.object_of(value, path)
    firing = payload.one_of(alert.get("status"), f"{path}.status", ("firing", "resolved")) == "firing"
    labels = payload.texts_of(alert.get("labels"), f"{path}.labels")
    annotations = payload.texts_of(alert.get("annotations", {}), f"{path}.annotations")
    stamp = payload.text_of(alert.get("startsAt"), f"{path}.startsAt")
    return AlertNews(
        key=payload.key_of(payload.text_of(alert.get("fingerprint"), f"{path}.fingerprint")),
        firing=firing,
        labels=labels,
        severity_word=payload.word_in(labels),
        summary=summary(labels, annotations),
        link=link(alert, annotations, form),
        starts_at=payload.believed(payload.stated(stamp, f"{path}.startsAt"), received_at),
        stamp=stamp[: payload.STAMP_LIMIT],
        ends_at=None if firing else payload.believed(_end(alert, path), received_at),
    )


def summary(labels: Mapping[str, str], annotations: Mapping[str, str]) -> str:
    return payload.summary_of(annotations.get("summary"), annotations.get("description"), labels.get("alertname"))


def link(alert: Mapping[str, object], annotations: Mapping[str, str], form: Form) -> str | None:
    return payload.link_of(*map(annotations.get, form.annotations), *map(alert.get, form.links))


def _end(alert: Mapping[str, object], path: str) -> Instant | None:
    return payload.stated(payload.text_of(alert.get("endsAt", payload.NONE), f"{path}.endsAt"), f"{path}.endsAt")
