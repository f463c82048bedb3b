"""Nothing that is sent to us can bring down what others rely on, or make us answer that it was our mistake."""

import json
from typing import Any

import pytest

from tests.scenarios import town
from tests.servers.process import Serve, Upheld, Warm
from tests.servers.sender import alert, alert_post

LIMIT = 1 << 20
GOOD = alert_post([alert("good", starts_at="2026-11-22T10:00:00Z", component="shop")])


def with_alert(**changes: Any) -> bytes:
    return json.dumps({**GOOD, "alerts": [{**GOOD["alerts"][0], **changes}]}).encode()


def put_in(place: bytes, raw: bytes) -> bytes:
    """The good post with these bytes in the place of a word of it."""
    return json.dumps(GOOD).encode().replace(place, raw)


UNREADABLE = {
    "nothing at all": b"",
    "no JSON": b"{",
    "not an object": b"[1, 2]",
    "another version": json.dumps({**GOOD, "version": "3"}).encode(),
    "alerts missing": b'{"version": "4"}',
    "alert without a fingerprint": with_alert(fingerprint=""),
    "status unheard of": with_alert(status="maybe"),
    "labels that are numbers": with_alert(labels={"component": 7}),
    "a time that is none": with_alert(startsAt="yesterday"),
    "a nesting of 100000": b'{"version": "4", "alerts": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of 5000 digits": b'{"version": ' + b"9" * 5000 + b', "alerts": []}',
    "a lone surrogate": put_in(b"test good", b"\\ud800"),
    "bytes that are no UTF-8": put_in(b"test good", b"\xff\xfe"),
    "a time beyond all calendars": with_alert(startsAt="99999-01-01T00:00:00Z"),
}
STRANGE = {
    "NUL in a text": with_alert(annotations={"summary": "a\x00b"}, fingerprint="nul\x00"),
    "a long name": with_alert(labels={"alertname": "x" * 100_000, "component": "shop"}, fingerprint="f" * 100_000),
    "a number of 5000 digits where nobody looks": put_in(b'"truncatedAlerts": 0', b'"truncatedAlerts": ' + b"9" * 5000),
    "the last instant": with_alert(startsAt="9999-12-31T23:59:59Z", fingerprint="end"),
    "the first instant": with_alert(startsAt="0001-01-01T00:00:01+14:00", fingerprint="begin"),
    "no alert": json.dumps({**GOOD, "alerts": []}).encode(),
}

ADDRESSES = (
    "/nowhere",
    "/incidents/INC-0",
    "/history/2026-13",
    "/history/999999-01",
    "/%00",
    "/en/%ff",
    "/room/nobody/x",
    "/probe?target=%00",
    "/ping/%00",
    "/api/v2/none.json",
    "/badge/shop",
    "/?lang=%ed%a0%80",
    "/login?next=//x",
)


def post(upheld: Upheld, body: bytes) -> int:
    return upheld.post("/hooks/am", body, token=town.TOKEN).status


@pytest.mark.server
def test_whatever_is_posted_is_answered_for_what_it_is_and_the_next_good_post_is_taken(
    serve: Serve, database_url: str
) -> None:
    upheld = serve(
        {
            "store": {"url": database_url},
            "sources": town.alertmanager(),
            "components": {"shop": {"name": "Shop", "tier": "core"}},
        }
    )
    assert {name: post(upheld, body) for name, body in UNREADABLE.items()} == dict.fromkeys(UNREADABLE, 400)
    strange = {name: post(upheld, body) for name, body in STRANGE.items()}
    assert {name: status for name, status in strange.items() if status not in (202, 400)} == {}
    assert post(upheld, b" " * (LIMIT + 1)) == 413
    assert upheld.post("/hooks/am", GOOD).status == 401
    assert upheld.post("/hooks/am", GOOD, token="another").status == 401
    assert upheld.post("/hooks/other", GOOD, token=town.TOKEN).status == 404

    assert post(upheld, json.dumps(GOOD).encode()) == 202
    town.wait(lambda: town.component_status(upheld, "Shop") == "major_outage", "the good post was understood")
    town.wait(lambda: town.metric(upheld, "upheld_inbox_waiting") == 0, "all is dealt with")
    counted = 'upheld_alert_webhooks_rejected_total{reason="unreadable",source="am"}'
    assert town.metric(upheld, counted) == len(UNREADABLE) + list(strange.values()).count(400)
    assert town.metric(upheld, 'upheld_alert_webhooks_rejected_total{reason="unauthorized",source="am"}') == 2
    assert "Traceback" not in upheld.output


@pytest.mark.parametrize("path", ADDRESSES)
def test_no_address_is_our_mistake(asked: Upheld, path: str) -> None:
    assert asked.get(path).status < 500
    assert asked.post(path, b"\x00\xff=%").status < 500


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One server for all of them."""
    with Warm(tmp_path_factory.mktemp("asked"), {"components": {"shop": {"name": "Shop"}}}) as upheld:
        yield upheld
        assert "Traceback" not in upheld.output
