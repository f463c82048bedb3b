"""Who may send: tokens in the three ways senders have, and signatures over the body."""

import hmac
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import orjson
import pytest
from pydantic import ValidationError

from config.instant import MINUTE, SECOND
from db.engine import Database
from incidents.source import Sent, by_token
from incidents.sources.grafana import SOURCE, Options, signed
from tests.incidents.samples import NOON, sent
from tests.incidents.sources.calls import SOURCES, cases, sns_certificate, trusted
from tests.incidents.sources.doors import door, entrance, every_entrance
from tests.incidents.told import bodies, set_aside

BODY = cases("grafana")[0].sent.body
BASIC = "Basic " + b64encode(b"anybody:secret").decode()


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        (sent(b"", headers={"authorization": "Bearer secret"}), True),
        (sent(b"", headers={"authorization": BASIC}), True),
        (sent(b"", query={"token": "secret"}), True),
        (sent(b"", headers={"authorization": "Basic " + b64encode(b"secret").decode()}), False),
        (sent(b"", headers={"authorization": "Basic ????"}), False),
        (sent(b"", headers={"authorization": "Basic \ufffd"}), False),
        (sent(b"", headers={"authorization": "Bearer wrong"}, query={"token": "secret"}), False),
        (sent(b"", query={"token": "wrong"}), False),
        (sent(b""), False),
    ],
)
def test_a_token_stands_behind_bearer_or_is_a_password_or_part_of_the_address(call: Sent, allowed: bool) -> None:
    assert by_token(Options(token="secret"), call) is allowed


@pytest.mark.parametrize("kind", list(SOURCES))
async def test_without_its_proof_no_source_takes_or_keeps_anything(database: Database, kind: str) -> None:
    case = cases(kind)[0]
    stranger = replace(case.sent, body=case.sent.body.replace(b"0123456789abcdef", b"ffffffffffffffff"))
    async with door(database, every_entrance()) as opened:
        assert (await opened.post(kind, stranger))[0] == 401
        assert (await opened.post(kind, trusted(case.entrance, case.sent)))[0] in (200, 202)

    assert await database.read(set_aside) == []
    assert len(await database.read(bodies)) == 1


def test_no_source_can_be_configured_without_a_proof() -> None:
    for source in SOURCES.values():
        with pytest.raises(ValidationError):
            source.options.model_validate({})


def test_no_source_prints_its_secret() -> None:
    for kind in SOURCES:
        options = cases(kind)[0].entrance.options
        for name in ("token", "secret"):
            if name in type(options).model_fields:
                assert f"{name}=" not in repr(options)


def signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, sha256).hexdigest()


async def test_grafana_s_signature_is_over_the_body_as_it_came() -> None:
    options = Options(secret="shared")
    call = sent(BODY, headers={"x-grafana-alerting-signature": signature("shared", BODY)})

    assert await signed(options, call, sns_certificate)
    assert not await signed(options, replace(call, body=BODY + b" "), sns_certificate)
    assert not await signed(Options(secret="other"), call, sns_certificate)
    assert not await signed(options, sent(BODY), sns_certificate)


async def test_grafana_s_signature_with_a_time_is_good_for_five_minutes() -> None:
    options = Options(secret="shared", timestamp_header="X-Grafana-Time")

    def call(at: int) -> Sent:
        stamp = str(at // SECOND)
        over = signature("shared", stamp.encode() + b":" + BODY)
        return sent(BODY, headers={"x-grafana-time": stamp, "x-grafana-alerting-signature": over})

    assert await signed(options, call(NOON - 5 * MINUTE), sns_certificate)
    assert not await signed(options, call(NOON - 5 * MINUTE - SECOND), sns_certificate)
    assert not await signed(options, replace(call(NOON), headers={}), sns_certificate)


def test_grafana_may_have_a_token_and_a_secret_and_then_both_are_wanted() -> None:
    assert SOURCE.authorized(Options(secret="shared"), sent(BODY))
    assert not SOURCE.authorized(Options(secret="shared", token="t"), sent(BODY))


async def test_a_fixed_address_finds_the_source_whose_key_stands_in_the_call(database: Database) -> None:
    here = entrance("pagerduty", "here", token="a" * 32)
    there = entrance("pagerduty", "there", token="b" * 32)
    event = {"event_action": "resolve", "dedup_key": "x"}
    async with door(database, {"here": here, "there": there}) as opened:
        status, said = await opened.post("", sent({**event, "routing_key": "b" * 32}), "/v2/enqueue")
        assert (status, said["dedup_key"]) == (202, "x")
        assert (await opened.post("", sent({**event, "routing_key": "c" * 32}), "/v2/enqueue"))[0] == 401
        status, said = await opened.post("", sent(event), "/v2/enqueue")
        assert (status, said["errors"]) == (400, ["'routing_key' is missing or blank"])
        assert (await opened.post("", sent([]), "/api/v2/alerts"))[0] == 404
        assert (await opened.post("here", sent(event), "/hooks/here/v2/other"))[0] == 404

    (body,) = await database.read(bodies)
    assert orjson.loads(body)["routing_key"] == "b" * 32


async def test_a_cloud_event_s_sender_may_ask_first(database: Database) -> None:
    async with door(database, every_entrance()) as opened:
        asked = {"WebHook-Request-Origin": "eventemitter.example.com"}
        async with opened.client.options("/hooks/cloudevents", headers=asked) as answer:
            assert answer.status == 200
            assert answer.headers["WebHook-Allowed-Origin"] == "eventemitter.example.com"
        async with opened.client.options("/hooks/alertmanager", headers=asked) as answer:
            assert answer.status == 405
