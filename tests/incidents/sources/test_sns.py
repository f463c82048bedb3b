"""Amazon SNS: trusted by a signature whose certificate is fetched from its own hosts and from nowhere else."""

from typing import Any

import orjson
import pytest

from db.engine import Database
from incidents.source import Refuted, Unreachable
from incidents.sources.sns import Options, signed
from tests.incidents.samples import sent
from tests.incidents.sources.calls import cases, signed_by_sns, sns_key, trusted
from tests.incidents.sources.doors import door
from tests.incidents.told import bodies

NOTIFICATION, _, CONFIRMATION = (orjson.loads(case.sent.body) for case in cases("sns"))
OPTIONS = Options(topics=(NOTIFICATION["TopicArn"],))
HOST = "https://sns.cn-north-1.amazonaws.com.cn"


class Web:
    """Remembers who was asked."""

    def __init__(self, certificate: bytes | None = None) -> None:
        self.asked: list[str] = []
        self._certificate = certificate if certificate is not None else sns_key()[1]

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        return self._certificate


async def trusts(web: Web, envelope: dict[str, Any], *, resigned: bool = True) -> bool:
    body = orjson.dumps(envelope)
    return await signed(OPTIONS, sent(signed_by_sns(body) if resigned else body), web)


@pytest.mark.parametrize("version", ["1", "2"])
async def test_a_true_signature_is_trusted_and_nothing_else_is_asked(version: str) -> None:
    web = Web()

    assert await trusts(web, {**NOTIFICATION, "SignatureVersion": version})
    assert web.asked == [NOTIFICATION["SigningCertURL"]]


@pytest.mark.parametrize(
    "change",
    [
        {"Message": "{}"},
        {"MessageId": "other"},
        {"Subject": "other"},
        {"Timestamp": "2026-09-04T11:59:00.000Z"},
        {"SignatureVersion": "1"},
        {"SignatureVersion": "3"},
        {"Signature": "????"},
        {"Signature": "c2lnbmVk"},
    ],
)
async def test_what_was_changed_afterwards_is_not(change: dict[str, Any]) -> None:
    true = orjson.loads(signed_by_sns(orjson.dumps(NOTIFICATION)))

    assert not await trusts(Web(), {**true, **change}, resigned=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.cn-north-1.amazonaws.com.cn/x.pem",
        "https://sns.cn-north-1.amazonaws.com.cn.evil.example/x.pem",
        "https://evil.example/x.pem",
        "https://evil.example/sns.cn-north-1.amazonaws.com/x.pem",
        "https://sns.evil.example@sns.us-east-1.amazonaws.com/x.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/x.pem",
        "https://sns.us-east-1.amazonaws.com:8443/x.pem",
        "https://sns.us-east-1.amazonaws.com/x.pem?y",
        "https://sns.us-east-1.amazonaws.com/a/../x.pem",
        "https://sns.us-east-1.amazonaws.com/x.pem\n",
        "https://sns.us-east-1.amazonaws.com/x.pem",
        "https://s3.us-east-1.amazonaws.com/bucket.pem",
        "https://169.254.169.254/x.pem",
        "file:///etc/passwd.pem",
    ],
)
async def test_no_other_host_is_ever_asked_for_a_certificate(url: str) -> None:
    web = Web()

    assert not await trusts(web, {**NOTIFICATION, "SigningCertURL": url})
    assert web.asked == []


async def test_a_topic_that_is_not_ours_is_not_heard() -> None:
    web = Web()

    assert not await trusts(web, {**NOTIFICATION, "TopicArn": "arn:aws:sns:us-east-1:999:theirs"})
    assert web.asked == []


async def test_a_subscription_is_confirmed_where_sns_says_once_its_signature_is_true() -> None:
    web = Web()

    assert await trusts(web, CONFIRMATION)
    assert web.asked == [CONFIRMATION["SigningCertURL"], CONFIRMATION["SubscribeURL"]]


@pytest.mark.parametrize(
    "url", ["https://169.254.169.254/?x", "https://evil.example/?x", f"{HOST}.evil.example/?x", f"{HOST}/x?y", ""]
)
async def test_a_subscription_is_confirmed_nowhere_else(url: str) -> None:
    web = Web()

    assert not await trusts(web, {**CONFIRMATION, "SubscribeURL": url})
    assert web.asked == [CONFIRMATION["SigningCertURL"]]


async def test_a_confirmation_that_is_not_signed_asks_for_nothing() -> None:
    web = Web()

    assert not await trusts(web, CONFIRMATION, resigned=False)
    assert web.asked == [CONFIRMATION["SigningCertURL"]]


async def test_a_certificate_that_is_none_refutes_the_call() -> None:
    with pytest.raises(Refuted):
        await trusts(Web(b"<html>"), NOTIFICATION)


async def test_at_the_door_a_host_that_does_not_answer_is_503_and_the_message_is_taken_when_it_does(
    database: Database,
) -> None:
    async def silent(url: str) -> bytes:
        raise Unreachable("nobody answers")

    case = cases("sns")[0]
    call = trusted(case.entrance, case.sent)

    async def nothing_there(url: str) -> bytes:
        raise Refuted("it answers 404")

    async with door(database, {"sns": case.entrance}, fetch=silent) as opened:
        assert (await opened.post("sns", call))[0] == 503
    async with door(database, {"sns": case.entrance}, fetch=nothing_there) as opened:
        assert (await opened.post("sns", call))[0] == 401
    async with door(database, {"sns": case.entrance}) as opened:
        assert (await opened.post("sns", call))[0] == 200

    assert await database.read(bodies) == [call.body]
