"""PagerDuty's Events API v2, which nearly every monitor can speak, at `/v2/enqueue` and `/v2/change/enqueue`.

Rules of the sender: 202 is done; 429 and 5xx are repeated with a growing pause, other refusals are not. The routing key
in the body is the token. A trigger without a key is given one, which the answer says.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from incidents import payload
from incidents.routing import Trusted
from incidents.source import (
    AlertNews,
    Answer,
    Change,
    Fetch,
    News,
    Outcome,
    Sent,
    Source,
    Taken,
    Unreadable,
    anybody,
    same,
)

EVENTS, CHANGES = "/v2/enqueue", "/v2/change/enqueue"
_ACTIONS = ("trigger", "acknowledge", "resolve")
_SEVERITIES = ("critical", "error", "warning", "info")


class Options(Trusted):
    component_from: tuple[str, ...] = ("component", "source", "service", "group")


def read(options: Options, sent: Sent) -> Sequence[News]:
    event = _event(sent)
    if sent.path == CHANGES:
        return [_change(event, sent)]
    action = event.get("event_action")
    if action not in _ACTIONS:
        raise Unreadable(f"'event_action' is {payload.shown(action)} and none of {', '.join(_ACTIONS)}")
    key = _key(event, sent)
    match action:
        case "acknowledge":
            return [Taken(key=key)]
        case "resolve":
            return [_alert(key, {}, event, sent, firing=False)]
        case _:
            return [_alert(key, _payload(event), event, sent, firing=True)]


def _event(sent: Sent) -> Mapping[str, object]:
    return payload.object_of(payload.json_of(sent.body), "the event")


def _payload(event: Mapping[str, object]) -> Mapping[str, object]:
    said = event.get("payload")
    if not isinstance(said, dict):
        raise Unreadable("'payload' is missing or blank")
    for name in ("summary", "source", "severity"):
        if not isinstance(said.get(name), str) or not said[name].strip():
            raise Unreadable(f"'payload.{name}' is missing or blank")
    if said["severity"] not in _SEVERITIES:
        raise Unreadable(
            f"'payload.severity' is {payload.shown(said['severity'])} and none of {', '.join(_SEVERITIES)}"
        )
    return said


def _key(event: Mapping[str, object], sent: Sent) -> str:
    given = event.get("dedup_key")
    if isinstance(given, str) and given.strip():
        return payload.key_of(given)
    if event.get("event_action") != "trigger":
        raise Unreadable("'dedup_key' is missing or blank")
    return sha256(sent.body + str(sent.received_at).encode()).hexdigest()[:32]


def _alert(key: str, said: Mapping[str, object], event: Mapping[str, object], sent: Sent, *, firing: bool) -> AlertNews:
    at = payload.loosely(payload.optional_text(said.get("timestamp")))
    named = {name: said.get(name) for name in ("component", "source", "group", "class")}
    return AlertNews(
        key=key,
        firing=firing,
        labels={**payload.flat(said.get("custom_details")), **payload.flat(named)},
        severity_word=payload.optional_text(said.get("severity")),
        summary=payload.summary_of(payload.optional_text(said.get("summary"))),
        link=_link(event),
        starts_at=payload.believed(at, sent.received_at),
        stamp=str(at or sent.received_at),
        ends_at=None if firing else sent.received_at,
    )


def _link(event: Mapping[str, object]) -> str | None:
    links = event.get("links")
    listed = [one.get("href") for one in links if isinstance(one, dict)] if isinstance(links, list) else []
    return payload.link_of(event.get("client_url"), *listed)


def _change(event: Mapping[str, object], sent: Sent) -> Change:
    said = event.get("payload")
    if not isinstance(said, dict) or payload.optional_text(said.get("summary")) is None:
        raise Unreadable("'payload.summary' is missing or blank")
    at = payload.loosely(payload.optional_text(said.get("timestamp")))
    return Change(
        happened_at=sent.received_at if at is None else min(at, sent.received_at),
        summary=payload.summary_of(payload.optional_text(said.get("summary"))),
        labels={**payload.flat(said.get("custom_details")), **payload.flat({"source": said.get("source")})},
        link=_link(event),
    )


async def signed(options: Options, sent: Sent, fetch: Fetch) -> bool:
    key = _event(sent).get("routing_key")
    if not isinstance(key, str) or not key:
        raise Unreadable("'routing_key' is missing or blank")
    return same(payload.clean(key), options.token)


def answer(outcome: Outcome, detail: str, sent: Sent) -> Answer:
    match outcome:
        case Outcome.ACCEPTED if sent.path == CHANGES:
            return Answer(status=202, body={"status": "success", "message": "Change event processed"})
        case Outcome.ACCEPTED:
            key = _key(_event(sent), sent)
            return Answer(status=202, body={"status": "success", "message": "Event processed", "dedup_key": key})
        case Outcome.UNREADABLE:
            return Answer(status=400, body=_refusal("invalid event", detail))
        case Outcome.UNAUTHORIZED:
            return Answer(status=401, body=_refusal("invalid key", "'routing_key' is not one of ours"))
        case Outcome.UNAVAILABLE:
            return Answer(status=429, body={"status": "throttle exceeded", "message": detail, "errors": [detail]})


def _refusal(status: str, detail: str) -> Mapping[str, object]:
    return {"status": status, "message": "Event object is invalid", "errors": [detail]}


SOURCE = Source(options=Options, read=read, authorized=anybody, signed=signed, answer=answer, paths=(EVENTS, CHANGES))
