"""Alertmanager's webhook, version 4: one post, many alerts, and everything that is not one."""

import copy
import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.instant import HOUR, MINUTE, SECOND, rfc3339
from incidents.intake import Entrance
from incidents.member import SMALL
from incidents.source import AlertNews, Unreadable
from incidents.sources.alertmanager import SOURCE, Options
from incidents.sources.alertmanager import read as read_sent
from tests.incidents.samples import NOON, sent

OPTIONS = Options(token="secret", component_from=("service",))
ENTRANCE = Entrance(id="am", source=SOURCE, options=OPTIONS)
POST: dict[str, Any] = {
    "version": "4",
    "groupKey": '{}:{service="crm"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "upheld",
    "notification_reason": "first notification",
    "groupLabels": {"service": "crm"},
    "commonLabels": {"service": "crm", "severity": "critical"},
    "commonAnnotations": {},
    "externalURL": "http://am:9093",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "CrmDown", "service": "crm", "severity": "critical"},
            "annotations": {"summary": "crm does not answer"},
            "startsAt": rfc3339(NOON - 90 * SECOND)[:-1] + "456789Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus/graph?g0.expr=x",
            "fingerprint": "5ef1a2b3c4d5e6f7",
        }
    ],
}


def read(payload: object) -> list[AlertNews]:
    return list(read_sent(OPTIONS, sent(payload)))


def post(**changes: Any) -> dict[str, Any]:
    """The post with its one alert changed; a change to ... takes the key away."""
    made = copy.deepcopy(POST)
    for key, value in changes.items():
        if value is ...:
            del made["alerts"][0][key]
        else:
            made["alerts"][0][key] = value
    return made


def one(**changes: Any) -> AlertNews:
    (news,) = read(post(**changes))
    return news


def test_a_post_is_read_alert_by_alert() -> None:
    assert one() == AlertNews(
        key="5ef1a2b3c4d5e6f7",
        firing=True,
        labels={"alertname": "CrmDown", "service": "crm", "severity": "critical"},
        severity_word="critical",
        summary="crm does not answer",
        link="http://prometheus/graph?g0.expr=x",
        starts_at=NOON - 90 * SECOND,
        stamp=POST["alerts"][0]["startsAt"],
        ends_at=None,
    )


def test_the_group_s_own_status_says_nothing_of_a_member() -> None:
    assert not read({**post(status="resolved"), "status": "firing"})[0].firing
    assert read({**post(), "status": "resolved"})[0].firing


def test_of_two_entries_with_one_fingerprint_the_last_counts() -> None:
    first, last = post()["alerts"][0], post(status="resolved")["alerts"][0]

    news = read({**POST, "alerts": [first, last]})

    assert [alert.firing for alert in news] == [False]


def test_the_same_words_mean_what_they_mean_when_they_come() -> None:
    """What is said again is not read again, and its start lies further back each time."""
    later = NOON + 5 * MINUTE
    first, again = (read_sent(OPTIONS, replace(sent(POST), received_at=at))[0] for at in (NOON, later))
    assert (first.starts_at, again.starts_at) == (NOON - 90 * SECOND, later)
    assert replace(again, starts_at=first.starts_at) == first


def test_a_post_that_is_too_large_to_be_remembered_is_read_each_time() -> None:
    large = post(labels={"alertname": "x" * SMALL})
    assert read(large) == read(large) == [one(labels={"alertname": "x" * SMALL})]
    assert one(labels={"alertname": "x" * (SMALL - 1)}).labels == {"alertname": "x" * (SMALL - 1)}


def test_an_empty_group_is_no_news_and_no_fault() -> None:
    assert read({"version": "4", "alerts": []}) == []


def test_what_newer_versions_add_is_no_fault() -> None:
    assert len(read({**post(mood="grim"), "routeLabels": {"a": "b"}})) == 1


@pytest.mark.parametrize(
    ("stated", "believed"),
    [
        (NOON - 5 * MINUTE, NOON - 5 * MINUTE),
        (NOON - 5 * MINUTE - 1, NOON),
        (NOON - 240 * HOUR, NOON),
        (NOON + MINUTE, NOON),
        (NOON + 240 * HOUR, NOON),
    ],
)
def test_a_stated_start_counts_if_it_is_close_to_receipt_and_never_lies_in_the_future(
    stated: int, believed: int
) -> None:
    news = one(startsAt=rfc3339(stated))

    assert (news.starts_at, news.stamp) == (believed, rfc3339(stated))


def test_the_end_of_a_resolved_alert_is_treated_alike() -> None:
    assert one(status="resolved", endsAt=rfc3339(NOON - MINUTE)).ends_at == NOON - MINUTE
    assert one(status="resolved", endsAt=rfc3339(NOON - HOUR)).ends_at == NOON
    assert one(status="resolved", endsAt=...).ends_at == NOON
    assert one(status="resolved", endsAt="0001-01-01T00:00:00Z").ends_at == NOON


def test_while_it_fires_an_alert_s_end_means_nothing() -> None:
    assert one(endsAt="whatever it is").ends_at is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_time_from_the_ends_of_the_calendar_is_receipt(text: str) -> None:
    assert one(startsAt=text).starts_at == NOON


def test_a_time_may_have_any_zone_and_any_fraction() -> None:
    local = rfc3339(NOON - SECOND + 8 * HOUR)[:-5]

    assert one(startsAt=f"{local}.5+08:00").starts_at == NOON - SECOND + 500
    assert one(startsAt=f"{local}+08:00").starts_at == NOON - SECOND


def test_how_bad_it_is_stands_in_severity_then_priority_then_level() -> None:
    assert one(labels={"level": "c", "priority": "b", "severity": "a"}).severity_word == "a"
    assert one(labels={"level": "c", "priority": "b"}).severity_word == "b"
    assert one(labels={"level": "c"}).severity_word == "c"
    assert one(labels={}).severity_word is None


def test_the_summary_is_the_first_that_says_something_and_is_cut_with_an_ellipsis() -> None:
    labels = {"alertname": "CrmDown"}

    assert one(annotations={"description": "long", "summary": ""}).summary == "long"
    assert one(annotations={}, labels=labels).summary == "CrmDown"
    assert one(annotations=..., labels={}).summary == "alert"
    assert one(annotations={"summary": "字" * 201}).summary == "字" * 199 + "…"
    assert one(annotations={"summary": "字" * 200}).summary == "字" * 200


def test_the_link_is_the_runbook_then_the_dashboard_then_the_rule() -> None:
    both = {"runbook_url": "http://runbook", "dashboard": "http://dashboard"}

    assert one(annotations=both).link == "http://runbook"
    assert one(annotations={"dashboard": "http://dashboard"}).link == "http://dashboard"
    assert one(generatorURL="").link is None
    assert one(generatorURL=7).link is None


WRONG: list[tuple[object, str]] = [
    (None, "the post"),
    ([], "the post"),
    ("", "the post"),
    (7, "the post"),
    ({}, "version"),
    ({**POST, "version": 4}, "version"),
    ({**POST, "version": "3"}, "version"),
    ({**POST, "alerts": None}, "alerts"),
    ({**POST, "alerts": {}}, "alerts"),
    ({"version": "4"}, "alerts"),
    ({**POST, "alerts": ["x"]}, "alerts[0]"),
    ({**POST, "alerts": [POST["alerts"][0], None]}, "alerts[1]"),
    (post(status=...), "alerts[0].status"),
    (post(status="Firing"), "alerts[0].status"),
    (post(status=["firing"]), "alerts[0].status"),
    (post(labels=...), "alerts[0].labels"),
    (post(labels=None), "alerts[0].labels"),
    (post(labels=[]), "alerts[0].labels"),
    (post(labels={"service": 7}), "alerts[0].labels.service"),
    (post(labels={"service": None}), "alerts[0].labels.service"),
    (post(annotations=[]), "alerts[0].annotations"),
    (post(annotations={"summary": {}}), "alerts[0].annotations.summary"),
    (post(startsAt=...), "alerts[0].startsAt"),
    (post(startsAt=""), "alerts[0].startsAt"),
    (post(startsAt=1_788_523_200), "alerts[0].startsAt"),
    (post(startsAt="yesterday"), "alerts[0].startsAt"),
    (post(startsAt="2026-09-04T12:00:00"), "alerts[0].startsAt"),
    (post(startsAt="2026-13-04T12:00:00Z"), "alerts[0].startsAt"),
    (post(status="resolved", endsAt="soon"), "alerts[0].endsAt"),
    (post(status="resolved", endsAt=None), "alerts[0].endsAt"),
    (post(fingerprint=...), "alerts[0].fingerprint"),
    (post(fingerprint=""), "alerts[0].fingerprint"),
    (post(fingerprint=5), "alerts[0].fingerprint"),
]


@pytest.mark.parametrize(("payload", "path"), WRONG, ids=[f"{n}-{path}" for n, (_, path) in enumerate(WRONG)])
def test_what_is_not_the_format_is_refused_with_the_path_of_the_first_wrong_field(payload: object, path: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(payload)

    assert str(refused.value).split(": ")[0] == path


def test_nul_is_replaced_everywhere_because_one_of_the_databases_refuses_it() -> None:
    news = one(
        fingerprint="a\0b",
        labels={"ser\0vice": "sh\0op", "severity": "cri\0tical"},
        annotations={"summary": "no\0", "runbook_url": "http://\0"},
        generatorURL="x\0",
    )

    assert "\0" not in repr(news).replace("\\x00", "\0")
    assert news.labels == {"ser\ufffdvice": "sh\ufffdop", "severity": "cri\ufffdtical"}


def test_a_refusal_never_carries_what_no_database_takes() -> None:
    """The reason goes into the quarantine, on both databases."""
    for wrong in (post(labels={"\0": 7}), post(status="\0"), post(startsAt="\0"), {**POST, "version": "\0"}):
        with pytest.raises(Unreadable) as refused:
            read(wrong)
        assert "\0" not in str(refused.value)


def test_a_refusal_is_short_however_much_was_sent() -> None:
    for wrong in (post(status="x" * 10**6), {**POST, "version": ["x"] * 10**5}, post(labels={"x" * 10**6: 7})):
        with pytest.raises(Unreadable) as refused:
            read(wrong)
        assert len(str(refused.value)) < 300


def test_what_is_very_long_fits_into_the_store() -> None:
    assert len(one(fingerprint="f" * 5000).key) <= 255
    assert len(one(startsAt="2026-09-04T12:00:00." + "0" * 5000 + "Z").stamp) == 40


def test_two_long_fingerprints_stay_two_alerts() -> None:
    alerts = [post(fingerprint="f" * 300 + end)["alerts"][0] for end in "ab"]

    assert len(read({**POST, "alerts": alerts})) == 2


NESTED = "[" * 1000 + "]" * 1000
BODIES = {
    "empty": b"",
    "nothing but space": b" \n",
    "cut off": json.dumps(POST).encode()[:-20],
    "a hundred thousand brackets": b"[" * 100_000,
    "a hundred thousand objects": b'{"a":' * 100_000,
    "a number of 5000 digits": b'{"version":' + b"9" * 5000 + b"}",
    "more than any number": b'{"version":1e999}',
    "NaN": b'{"version":NaN}',
    "infinite": b'{"version":-Infinity}',
    "a lone surrogate": b'{"version":"4","alerts":[{"status":"\\ud800"}]}',
    "broken UTF-8": b'{"version":"\xff\xfe"}',
    "UTF-16": json.dumps(POST).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(POST).encode(),
    "NUL in a key": json.dumps(post(labels={"\0": 7})).encode(),
    "NUL in a status": json.dumps(post(status="\0")).encode(),
    "deep in version": f'{{"version":{NESTED}}}'.encode(),
    "deep in status": f'{{"version":"4","alerts":[{{"status":{NESTED}}}]}}'.encode(),
    "deep in labels": json.dumps(POST).replace('"critical"', NESTED).encode(),
    "the wrong key last": json.dumps(POST).encode()[:-1] + b',"version":"5"}',
    "a form": b"payload=%7B%7D",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_a_body_that_is_not_a_post_is_unreadable_and_nothing_else(body: bytes) -> None:
    with pytest.raises(Unreadable):
        ENTRANCE.read(sent(body))


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    body = b'{"version":"5",' + json.dumps(POST).encode()[1:]

    assert len(ENTRANCE.read(sent(body))) == 1


def test_thousand_labels_and_a_label_of_half_a_megabyte_are_read() -> None:
    labels = {**{f"l{n}": "v" for n in range(1000)}, "big": "字" * 150_000}

    assert len(one(labels=labels).labels) == 1001


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"]


@given(anything)
@pytest.mark.slow
def test_no_json_at_all_makes_the_reader_stumble(payload: object) -> None:
    try:
        read(payload)
    except Unreadable as refused:
        assert str(refused)


@given(st.dictionaries(st.sampled_from(FIELDS), anything, max_size=3), st.sampled_from(["firing", "resolved"]))
def test_no_wrong_field_makes_the_reader_stumble(changes: dict[str, object], status: str) -> None:
    try:
        news = read(post(**{"status": status, **changes}))
    except Unreadable as refused:
        assert str(refused).startswith(("alerts[0]", "not JSON"))
    else:
        assert all(alert.starts_at <= NOON and 0 < len(alert.key) <= 255 for alert in news)


@given(st.binary(max_size=60))
def test_no_bytes_make_the_entrance_stumble(body: bytes) -> None:
    with pytest.raises(Unreadable):
        ENTRANCE.read(sent(body))


def test_the_post_of_these_tests_is_json_as_it_stands() -> None:
    assert ENTRANCE.read(sent(orjson.dumps(POST))) == [one()]


def test_a_source_needs_a_token_and_names_its_labels() -> None:
    assert Options(token="x").component_from == ("component", "service", "job", "instance")
    for wrong in ({}, {"token": ""}, {"token": "x", "component_from": ()}, {"token": "x", "colour": "red"}):
        with pytest.raises(ValidationError):
            Options.model_validate(wrong)


def test_options_do_not_print_their_token() -> None:
    assert "secret" not in repr(OPTIONS)
