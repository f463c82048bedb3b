"""Short messages, through a gateway as its operator describes it. Only its receipt says what arrived."""

from config.instant import SECOND
from notify import gateway
from notify.channel import Channel, Letter, Listener, Receipt
from notify.gateway import Gateway

TIMEOUT = 10 * SECOND


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
