"""Whatever the library Apprise speaks, by its kind of address; the extra `apprise` brings it.

It opens its own connections, so our limits on where one may lead do not hold for it, and of a receiver it says no more
than yes or no: nothing here proves that somebody was told. A call runs in a thread of its own few.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec

from pydantic import SecretStr, field_validator

from config.instant import SECOND, Span
from config.value import Value
from notify.channel import Channel, DeliveryError, Letter, Reason, Receipt
from notify.wording import heading

TIMEOUT: Span = 20 * SECOND
AT_ONCE = 4
_MARGIN_S = 2.0


class Options(Value):
    """`url` as Apprise has it: `bark://host/key`, `pushover://user@token`."""

    url: SecretStr

    @field_validator("url")
    @classmethod
    def _known(cls, url: SecretStr) -> SecretStr:
        if find_spec("apprise") is None:
            raise ValueError("kind apprise needs the extra of that name: pip install 'upheld[apprise]'")
        from apprise import Apprise

        if not Apprise().add(url.get_secret_value()):
            raise ValueError("this is no address that Apprise knows; its documentation lists them")
        return url


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    work = asyncio.get_running_loop().run_in_executor(_few(), _call, options.url.get_secret_value(), letter)
    try:
        async with asyncio.timeout(TIMEOUT / SECOND):
            status = await work
    except TimeoutError as error:
        raise DeliveryError("no end in time", reason=Reason.TIMEOUT, uncertain=True) from error
    if status == "timeout":
        raise DeliveryError("no answer in time", reason=Reason.TIMEOUT, uncertain=True)
    if status != "success":
        raise DeliveryError(f"Apprise says {status}", reason=Reason.UNAVAILABLE)
    return Receipt(detail="Apprise says that it was taken")


@cache
def _few() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="apprise")


def _call(url: str, letter: Letter) -> str:
    """Text stays text: what a sender wrote is no markup of the receiver's."""
    from apprise import Apprise, NotifyFormat

    service = Apprise()
    service.add(url)
    result = service.notify(
        body=letter.message.text,
        title=heading(letter),
        body_format=NotifyFormat.TEXT,
        timeout=TIMEOUT / SECOND - _MARGIN_S,
    )
    return str(result.status.name).lower()


CHANNEL = Channel(
    options=Options, send=send, idempotent=False, address=None, timeout=TIMEOUT + 5 * SECOND, bundles=True, abroad=True
)
