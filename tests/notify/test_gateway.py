"""Short messages and calls through gateways as their operators describe them."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from pydantic import ValidationError

from notify import gateway
from notify.channel import DeliveryError, Heard, Reason, What
from notify.channels import sms, voice
from notify.gateway import Gateway, short_key
from tests.notify.robots import serving
from tests.notify.samples import letter, message

PHONE = "+86 138 0013 8000"
RECEIPTS = {
    "token": "a token for the tests",
    "id": "json.callId or form.id",
    "delivered": "form.state == 'DELIVRD'",
    "answered": "json.status == 'ANSWERED'",
    "failed": "json.status in ('BUSY', 'NO_ANSWER') or form.state == 'UNDELIV'",
    "key": "json.digits",
}


async def test_a_gateway_gets_what_its_template_says_and_names_the_message() -> None:
    asked: list[tuple[str, str, Any]] = []

    async def gate(request: web.Request) -> web.Response:
        form = parse_qs((await request.read()).decode())
        asked.append((request.method, request.headers["X-Api"], form))
        return web.json_response({"code": "OK", "bizId": 900619746936498440})

    async with serving(gate) as url:
        options = Gateway.model_validate(
            {
                "url": url,
                "headers": {"Content-Type": "application/x-www-form-urlencoded", "X-Api": "k {{ language }}"},
                "body": "phone={{ phone }}&text={{ text|urlencode }}&severity={{ facts.severity }}",
                "success": "status == 200 and json.code == 'OK'",
                "reference": "json.bizId",
            }
        )
        told = letter(address=PHONE, message=message(subject="网上商城 & 无法访问", language="zh-CN"))
        receipt = await sms.CHANNEL.send(options, told)

    [(method, header, form)] = asked
    assert (method, header) == ("POST", "k zh-CN")
    assert form["phone"] == ["13800138000"]
    assert form["text"] == ["网上商城 & 无法访问\n\nIt has not answered since 12:00."]
    assert form["severity"] == ["1"]
    assert receipt.reference == "900619746936498440"


async def test_a_call_speaks_what_can_be_spoken_and_says_which_key_acknowledges() -> None:
    bodies: list[Any] = []

    async def gate(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.Response()

    async with serving(gate) as url:
        body = '{"to": {{ phone|tojson }}, "say": {{ spoken|tojson }}, "out": "{{ key }}"}'
        options = Gateway.model_validate({"url": url, "body": body})
        told = letter(address=PHONE, message=message(subject="■ 严重故障：网上商城", language="zh-CN"))
        receipt = await voice.CHANNEL.send(options, told)

    key = short_key(told.key)
    assert bodies == [{"to": "13800138000", "say": "严重故障：网上商城. 按 1 键受理。", "out": key}]
    assert receipt.reference == key, "without a reference it is known by our own key"


@pytest.mark.parametrize(
    ("status", "said", "reason", "permanent"),
    [
        (200, {"code": "isv.BUSINESS_LIMIT_CONTROL"}, Reason.UNAVAILABLE, False),
        (200, {"code": "isv.MOBILE_NUMBER_ILLEGAL"}, Reason.REJECTED, True),
        (200, {}, Reason.REJECTED, True),
        (429, {}, Reason.THROTTLED, False),
        (503, {}, Reason.UNAVAILABLE, False),
    ],
)
async def test_success_and_later_are_what_the_operator_says(
    status: int, said: dict[str, str], reason: Reason, permanent: bool
) -> None:
    async def gate(request: web.Request) -> web.Response:
        return web.json_response(said, status=status)

    async with serving(gate) as url:
        options = Gateway.model_validate(
            {
                "url": url,
                "success": "json.code == 'OK'",
                "later": "status in (429, 503) or 'LIMIT' in json.code",
            }
        )
        with pytest.raises(DeliveryError) as caught:
            await sms.CHANNEL.send(options, letter(address=PHONE))

    assert (caught.value.reason, caught.value.permanent) == (reason, permanent)


async def test_what_is_no_number_is_not_asked_for() -> None:
    options = Gateway.model_validate({"url": "http://127.0.0.1:1/"})
    with pytest.raises(DeliveryError) as caught:
        await sms.CHANNEL.send(options, letter(address="li@example.com"))

    assert (caught.value.reason, caught.value.permanent) == (Reason.BAD_ADDRESS, True)


@pytest.mark.parametrize(
    ("body", "heard"),
    [
        (b'{"callId": "c-1", "status": "ANSWERED"}', ("c-1", Heard(what=What.ANSWERED, detail=""))),
        (b'{"callId": "c-1", "status": "ANSWERED", "digits": 1}', ("c-1", Heard(what=What.KEY, detail="1"))),
        (b'{"callId": "c-1", "status": "BUSY"}', ("c-1", Heard(what=What.FAILED, detail=""))),
        (b"id=s-1&state=DELIVRD", ("s-1", Heard(what=What.DELIVERED, detail=""))),
        (b"id=s-1&state=UNDELIV", ("s-1", Heard(what=What.FAILED, detail=""))),
        (b'{"callId": "c-1", "status": "RINGING"}', None),
        (b'{"status": "ANSWERED"}', None),
        (b"\xff\x00", None),
        (b"[1]", None),
    ],
)
def test_a_receipt_is_read_as_the_operator_describes_it(body: bytes, heard: object) -> None:
    options = Gateway.model_validate({"url": "http://127.0.0.1:1/", "receipts": RECEIPTS})

    assert gateway.read(options, body, {}) == heard


@pytest.mark.parametrize(
    "given",
    [
        {"body": "{{ phone"},
        {"success": "status =="},
        {"url": "ftp://h/"},
        {"receipts": {**RECEIPTS, "token": "short"}},
        {"receipts": {**RECEIPTS, "key": "1 +"}},
    ],
)
def test_what_is_no_template_or_expression_is_refused_when_read(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Gateway.model_validate({"url": "http://127.0.0.1:1/", **given})


async def test_a_template_reaches_nothing_but_what_it_is_given() -> None:
    async def gate(request: web.Request) -> web.Response:
        return web.Response(text=json.dumps({"id": 1}))

    async with serving(gate) as url:
        body = "{{ facts.__class__.__mro__[1].__subclasses__() }}"
        with pytest.raises(DeliveryError) as caught:
            await sms.CHANNEL.send(Gateway.model_validate({"url": url, "body": body}), letter(address=PHONE))
        yes = await sms.CHANNEL.send(Gateway.model_validate({"url": url}), letter(address=PHONE))

    assert (caught.value.reason, caught.value.permanent) == (Reason.DEFECT, True)
    assert yes.reference == "1"
