"""The library as it is, against a receiver on this machine."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr, ValidationError

from notify.channel import DeliveryError, Reason
from notify.channels.apprise import CHANNEL, Options
from tests.notify.samples import letter, message

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


async def posted(
    status: int, text: str = "It is down & <b>bold</b>\n*two*"
) -> tuple[DeliveryError | None, list[dict[str, str]]]:
    """What a JSON receiver that answers so got of one letter, and how that ended."""
    got: list[dict[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        got.append(await request.json())
        return web.Response(status=status)

    app = web.Application()
    app.add_routes([web.post("/hook", take)])
    async with TestServer(app) as server:
        options = Options(url=SecretStr(f"json://{server.host}:{server.port}/hook"))
        try:
            await CHANNEL.send(options, letter(message=message(text=text), repeated=True))
        except DeliveryError as error:
            return error, got
    return None, got


async def test_what_is_told_arrives_as_it_was_written() -> None:
    trouble, (got,) = await posted(200)
    assert trouble is None
    assert got["title"] == "Web shop is down (repeated)" and got["message"] == "It is down & <b>bold</b>\n*two*"


async def test_a_receiver_that_refuses_is_tried_again_and_its_address_is_not_said() -> None:
    trouble, got = await posted(500)
    assert trouble is not None and len(got) == 1
    assert (trouble.reason, trouble.permanent, trouble.uncertain) == (Reason.UNAVAILABLE, False, False)
    assert "json://" not in trouble.detail


def test_an_address_it_does_not_know_is_refused_before_it_is_needed() -> None:
    with pytest.raises(ValidationError, match="no address that Apprise knows"):
        Options(url=SecretStr("nonsense://key"))


def test_names_stay_at_home_unless_the_operator_says_otherwise() -> None:
    assert CHANNEL.abroad
