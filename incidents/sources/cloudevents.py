"""CloudEvents 1.0 over HTTP: structured, in batches, or binary with `ce-` headers.

Rules of the sender: 2xx is done; 429 and 5xx are repeated. It asks with OPTIONS first whether it may send.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

import orjson

from incidents import payload
from incidents.member import last_of_each
from incidents.routing import Trusted
from incidents.source import AlertNews, Sent, Source, answers

_REQUIRED = ("id", "source", "type")
_ENDS = ("resolved", "cleared", "closed", "recovered", "ok")
_BEGINS = ("firing", "triggered", "opened", "created")
_WORDS = ((20, "critical"), (16, "error"), (12, "warning"), (0, "info"))
"""Above this number of OpenTelemetry's, that word."""


class Options(Trusted):
    component_from: tuple[str, ...] = ("component", "service", "subject", "source")


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    found = (_one(event, path, sent) for path, event in _events(sent))
    return last_of_each(one for one in found if one is not None)


def _events(sent: Sent) -> list[tuple[str, Mapping[str, object]]]:
    headers = {name[3:]: unquote(value) for name, value in sent.headers.items() if name.startswith("ce-")}
    if "specversion" in headers:
        return [("the event", {**headers, "data": _data(sent)})]
    post = payload.json_of(sent.body)
    if isinstance(post, list):
        return [(f"[{number}]", payload.object_of(one, f"[{number}]")) for number, one in enumerate(post)]
    return [("the event", payload.object_of(post, "the event"))]


def _data(sent: Sent) -> object:
    """What is not JSON says nothing of an alert, and is no fault either."""
    try:
        return orjson.loads(sent.body)
    except orjson.JSONDecodeError:
        return None


def _one(event: Mapping[str, object], path: str, sent: Sent) -> AlertNews | None:
    """None for an event that says neither that something began nor that it ended."""
    payload.must_be("1.0", event.get("specversion"), f"{path}.specversion", "what is read")
    said = {name: payload.text_of(event.get(name), f"{path}.{name}") for name in _REQUIRED}
    written = event.get("data")
    data: Mapping[str, object] = written if isinstance(written, dict) else {}
    firing = _firing(payload.optional_text(data.get("status")) or said["type"].rpartition(".")[2])
    if firing is None:
        return None
    subject = payload.optional_text(event.get("subject"))
    at = payload.loosely(payload.optional_text(event.get("time")))
    key = (
        payload.optional_text(data.get("dedup_key")) or f"{said['source']}|{subject or said['type'].rpartition('.')[0]}"
    )
    labels = {
        **payload.flat(data.get("labels")),
        **payload.flat({"component": data.get("component"), "source": said["source"], "subject": subject}),
    }
    return AlertNews(
        key=payload.key_of(key),
        firing=firing,
        labels=labels,
        severity_word=_word(event, data, labels),
        summary=payload.summary_of(payload.optional_text(data.get("summary")), subject, said["type"]),
        link=payload.link_of(data.get("link")),
        starts_at=payload.believed(at, sent.received_at),
        stamp=str(at or sent.received_at),
        ends_at=None if firing else payload.believed(at, sent.received_at),
    )


def _firing(word: str) -> bool | None:
    if word.lower() in _ENDS:
        return False
    return True if word.lower() in _BEGINS else None


def _word(event: Mapping[str, object], data: Mapping[str, object], labels: Mapping[str, str]) -> str | None:
    number = payload.optional_text(event.get("severitynumber")) or ""
    if number.isascii() and number.isdigit() and len(number) < 4:
        return next(word for above, word in _WORDS if int(number) > above or above == 0)
    written = payload.optional_text(data.get("severity")) or payload.optional_text(event.get("severitytext"))
    return written or payload.word_in(labels)


def greeting(headers: Mapping[str, str]) -> Mapping[str, str]:
    origin = headers.get("webhook-request-origin")
    return {} if origin is None else {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"}


SOURCE = Source(options=Options, read=read, answer=answers(busy=429), keeps=("ce-",), greeting=greeting)
