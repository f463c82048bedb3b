"""Tencent Cloud 可观测平台: the callback of an alarm.

Rules of the sender: it waits 5 s and pushes up to three times, also after a 2xx, unless the answer says
`{"sessionId": "…", "retCode": 0}`. Its times are Shanghai's. An event's alarm never ends by itself: set `ends_after`.
"""

from collections.abc import Mapping, Sequence

from incidents import payload
from incidents.routing import Trusted
from incidents.source import AlertNews, Answer, Outcome, Sent, Source, Unreadable, answers

_ZONE = "Asia/Shanghai"
_plain = answers()


class Options(Trusted):
    component_from: tuple[str, ...] = ("component", "objName", "unInstanceId", "policyName")


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    post = payload.object_of(payload.json_of(sent.body), "the post")
    status = payload.one_of(payload.optional_text(post.get("alarmStatus")), "alarmStatus", ("0", "1"))
    target = payload.object_of(post.get("alarmObjInfo"), "alarmObjInfo")
    policy = payload.object_of(post.get("alarmPolicyInfo"), "alarmPolicyInfo")
    number = payload.optional_text(policy.get("policyId"))
    if number is None:
        raise Unreadable("alarmPolicyInfo.policyId: is missing")
    dimensions, rule = payload.flat(target.get("dimensions")), payload.flat(policy.get("conditions"))
    what = rule.get("metricName") or rule.get("eventName") or ""
    whose = dimensions.get("objId") or dimensions.get("unInstanceId") or ""
    firing, at = status == "1", payload.loosely(payload.optional_text(post.get("firstOccurTime")), _ZONE)
    over_at = payload.loosely(payload.optional_text(post.get("recoverTime")), _ZONE)
    return [
        AlertNews(
            key=payload.key_of(f"{number}|{whose}|{what}"),
            firing=firing,
            labels={**dimensions, **payload.flat(target), **payload.flat({"policyName": policy.get("policyName")})},
            severity_word="warning",
            summary=payload.summary_of(_summary(payload.flat(policy), rule)),
            link=None,
            starts_at=payload.believed(at, sent.received_at),
            stamp=str(at or sent.received_at),
            ends_at=None if firing else payload.believed(over_at, sent.received_at),
        )
    ]


def _summary(policy: Mapping[str, str], rule: Mapping[str, str]) -> str:
    what = rule.get("metricShowName") or rule.get("eventShowName") or rule.get("metricName") or ""
    unit = rule.get("calcUnit") or rule.get("unit") or ""
    value = f"{rule['currentValue']}{unit}" if "currentValue" in rule else ""
    return " ".join(part for part in (policy.get("policyName"), what, value) if part)


def answer(outcome: Outcome, detail: str, sent: Sent) -> Answer:
    if outcome is not Outcome.ACCEPTED:
        return _plain(outcome, detail, sent)
    post = payload.object_of(payload.json_of(sent.body), "the post")
    return Answer(status=200, body={"sessionId": payload.optional_text(post.get("sessionId")) or "", "retCode": 0})


SOURCE = Source(options=Options, read=read, answer=answer)
