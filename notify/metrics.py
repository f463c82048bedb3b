"""Metrics of the telling: attempts by result, what waits and for how long."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from typing_extensions import override

from config.instant import SECOND, Instant
from db.engine import Database
from notify.channel import Channel
from notify.outbox import Result
from notify.store import told as store
from notify.store.attempt import trouble
from notify.store.told import Waiting


class NotifyMetrics(Collector):
    """Counts as things happen; the queue is shown as it was at the last `refresh`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._results = Counter(
            "upheld_notifications",
            "Attempts to deliver, and notifications ended without one, by result.",
            ("channel", "result"),
            registry=registry,
        )
        self._lengths: dict[str, int] = {}
        self._oldest: Instant | None = None
        self._seen_at: Instant = 0
        self._troubled: dict[str, bool] = {}
        registry.register(self)

    def count(self, channel: str, result: Result) -> None:
        self._results.labels(channel, result.value).inc()

    async def refresh(self, database: Database, channels: Mapping[str, tuple[Channel[Any], Any]], now: Instant) -> None:
        """Read the queue; to be called before the metrics are given out."""

        def read(tx: Connection) -> tuple[tuple[Waiting, ...], dict[str, bool]]:
            troubled = {name: trouble(tx, name, kind) is not None for name, (kind, _) in channels.items()}
            return store.waiting(tx), troubled

        waiting, self._troubled = await database.read(read)
        self.show(waiting, channels, now)

    def show(self, waiting: Iterable[Waiting], channels: Iterable[str], now: Instant) -> None:
        rows = tuple(waiting)
        lengths = dict.fromkeys(channels, 0)
        for row in rows:
            lengths[row.channel] = lengths.get(row.channel, 0) + row.count
        self._lengths = lengths
        self._oldest = min((row.oldest_at for row in rows), default=None)
        self._seen_at = now

    @override
    def collect(self) -> Iterator[Metric]:
        length = GaugeMetricFamily(
            "upheld_notification_queue_length", "Notifications not delivered yet.", labels=("channel",)
        )
        for channel, count in sorted(self._lengths.items()):
            length.add_metric((channel,), count)
        yield length
        failing = GaugeMetricFamily(
            "upheld_channel_failing",
            "1 while a channel does not deliver and is only tried every five minutes.",
            labels=("channel",),
        )
        for channel, troubled in sorted(self._troubled.items()):
            failing.add_metric((channel,), troubled)
        yield failing
        age = 0 if self._oldest is None else max(self._seen_at - self._oldest, 0)
        yield GaugeMetricFamily(
            "upheld_notification_oldest_queued_seconds",
            "Age of the oldest notification not delivered yet; 0 if there is none.",
            value=age / SECOND,
        )
