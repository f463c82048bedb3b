"""Calls, through a gateway that speaks a text and takes a key: 1 acknowledges the incident.

That the gateway took the request is not that somebody heard it; answered, pressed and failed come as receipts."""

from config.instant import HOUR, MINUTE, SECOND
from notify import gateway
from notify.channel import Rate

CHANNEL = gateway.channel(
    timeout=15 * SECOND,
    throttle=(Rate(count=3, per=15 * MINUTE), Rate(count=7, per=HOUR), Rate(count=15, per=3 * HOUR)),
)
