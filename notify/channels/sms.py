"""Short messages, through a gateway as its operator describes it. Only its receipt says what arrived."""

from config.instant import HOUR, MINUTE, SECOND
from notify import gateway
from notify.channel import Rate

CHANNEL = gateway.channel(
    timeout=10 * SECOND,
    throttle=(Rate(count=5, per=15 * MINUTE), Rate(count=11, per=HOUR), Rate(count=21, per=3 * HOUR)),
)
