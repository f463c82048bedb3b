"""One alert of a group, in the form that Alertmanager gave it and Grafana took over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from config.instant import Instant
from incidents import payload
from incidents.source import AlertNews, Sent

REMEMBERED, SMALL = 1024, 4 << 10
"""Posts, and bytes of one. A sender says what lasts again and again, in the same words: they are read once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Which version a post has to be, and where an alert says what is worth a click: annotations first, then fields of
    its own."""

    version: str = ""
    of: str = ""
    """What has this version."""
    annotations: tuple[str, ...] = ("runbook_url", "dashboard")
    links: tuple[str, ...] = ("generatorURL",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An alert as it was said, whenever that was. `starts_at`, `ends_at`: as its sender has it."""

    key: str
    firing: bool
    labels: Mapping[str, str]
    severity_word: str | None
    summary: str
    link: str | None
    starts_at: Instant | None
    stamp: str
    ends_at: Instant | None

    def heard(self, at: Instant) -> AlertNews:
        return AlertNews(
            key=self.key,
            firing=self.firing,
            labels=self.labels,
            severity_word=self.severity_word,
            summary=self.summary,
            link=self.link,
            starts_at=payload.believed(self.starts_at, at),
            stamp=self.stamp,
            ends_at=None if self.firing else payload.believed(self.ends_at, at),
        )


def members(sent: Sent, form: Form) -> list[AlertNews]:
    """In order; of several with one fingerprint the last. Raises Unreadable."""
    said = _again if len(sent.body) <= SMALL else _said
    return last_of_each(one.heard(sent.received_at) for one in said(sent.body, form))


def last_of_each(news: Iterable[AlertNews]) -> list[AlertNews]:
    """Two of one key in one post are the same alert, said twice."""
    return list({one.key: one for one in news}.values())


def _said(body: bytes, form: Form) -> list[Member]:
    post = payload.object_of(payload.json_of(body), "the post")
    payload.must_be(form.version, post.get("version"), "version", form.of)
    alerts = payload.list_of(post.get("alerts"), "alerts")
    return [_member(alert, f"alerts[{number}]", form) for number, alert in enumerate(alerts)]


_again = lru_cache(REMEMBERED)(_said)


def _member(value: object, path: str, form: Form) -> Member:
    alert = payload.object_of(value, path)
    firing = payload.one_of(alert.get("status"), f"{path}.status", ("firing", "resolved")) == "firing"
    labels = payload.texts_of(alert.get("labels"), f"{path}.labels")
    annotations = payload.texts_of(alert.get("annotations", {}), f"{path}.annotations")
    stamp = payload.text_of(alert.get("startsAt"), f"{path}.startsAt")
    return Member(
        key=payload.key_of(payload.text_of(alert.get("fingerprint"), f"{path}.fingerprint")),
        firing=firing,
        labels=labels,
        severity_word=payload.word_in(labels),
        summary=summary(labels, annotations),
        link=link(alert, annotations, form),
        starts_at=payload.stated(stamp, f"{path}.startsAt"),
        stamp=stamp[: payload.STAMP_LIMIT],
        ends_at=None if firing else _end(alert, path),
    )


def summary(labels: Mapping[str, str], annotations: Mapping[str, str]) -> str:
    return payload.summary_of(annotations.get("summary"), annotations.get("description"), labels.get("alertname"))


def link(alert: Mapping[str, object], annotations: Mapping[str, str], form: Form) -> str | None:
    return payload.link_of(*map(annotations.get, form.annotations), *map(alert.get, form.links))


def _end(alert: Mapping[str, object], path: str) -> Instant | None:
    return payload.stated(payload.text_of(alert.get("endsAt", payload.NONE), f"{path}.endsAt"), f"{path}.endsAt")
