"""Writes what would have been sent into the log: for a first try, and where no mail is configured."""

import structlog

from config.value import Value
from notify.channel import Channel, Letter, Receipt

log = structlog.get_logger(__name__)


class Options(Value):
    """None."""


async def send(options: Options, letter: Letter) -> Receipt:
    """Always succeeds."""
    log.info(
        "notification",
        address=letter.address,
        subject=letter.message.subject,
        text=letter.message.text,
        facts=dict(letter.message.facts),
    )
    return Receipt(detail="written to the log; nobody was called", nobody=True)


CHANNEL = Channel(options=Options, send=send, idempotent=True, address="any")
