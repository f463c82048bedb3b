"""Short messages, through a gateway as its operator describes it. Only its receipt says what arrived."""

from config.instant import HOUR, MINUTE, SECOND
from notify import gateway
from notify.channel import Channel, Letter, Listener, Rate, Receipt
from notify.gateway import Gateway

TIMEOUT = 10 * SECOND
THROTTLE = (Rate(count=5, per=15 * MINUTE), Rate(count=11, per=HOUR), Rate(count=21, per=3 * HOUR))


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
