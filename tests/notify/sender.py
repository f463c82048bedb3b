"""A process that only delivers, to be killed: `python -m tests.notify.sender STORE WEBHOOK`; its clock runs fast."""

import asyncio
import sys
import time

from prometheus_client import CollectorRegistry

from db.engine import open_database
from notify.channels import webhook
from notify.deliver import Deliverer
from notify.metrics import NotifyMetrics
from tests.notify.samples import NOON, unheard, wanted

BEGAN = time.monotonic()
PACE = 60


async def main(store: str, url: str) -> None:
    deliverer = Deliverer(
        await open_database(store),
        {"hook": (webhook.CHANNEL, webhook.Options(url=url))},
        now=lambda: NOON + round((time.monotonic() - BEGAN) * 1000 * PACE),
        still_wanted=wanted,
        on_failed=unheard,
        on_sent=unheard,
        metrics=NotifyMetrics(CollectorRegistry()),
    )
    await deliverer.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
