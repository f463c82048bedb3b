"""Calls, through a gateway that speaks a text and takes a key: 1 acknowledges the incident.

That the gateway took the request is not that somebody heard it; answered, pressed and failed come as receipts."""

from config.instant import HOUR, MINUTE, SECOND
from notify import gateway
from notify.channel import Channel, Letter, Listener, Rate, Receipt
from notify.gateway import Gateway

TIMEOUT = 15 * SECOND
THROTTLE = (Rate(count=3, per=15 * MINUTE), Rate(count=7, per=HOUR), Rate(count=15, per=3 * HOUR))


async def send(options: Gateway, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    return await gateway.send(options, letter, TIMEOUT)


CHANNEL = Channel(
    options=Gateway,
    send=send,
    idempotent=False,
    address="phone",
    timeout=TIMEOUT,
    personal=True,
    bundles=True,
    throttle=THROTTLE,
    listener=Listener(token=gateway.token, read=gateway.read, reply=gateway.reply),
)
