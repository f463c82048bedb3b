"""Calls, through a gateway that speaks a text and takes a key: 1 acknowledges the incident.

That the gateway took the request is not that somebody heard it; answered, pressed and failed come as receipts."""

from config.instant import SECOND
from notify import gateway
from notify.channel import Channel, Letter, Listener, Receipt
from notify.gateway import Gateway

TIMEOUT = 15 * SECOND


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
    listener=Listener(token=gateway.token, read=gateway.read, reply=gateway.reply),
)
