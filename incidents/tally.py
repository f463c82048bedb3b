"""How many posts were taken and refused, for Prometheus."""

from typing import Protocol

from prometheus_client import CollectorRegistry, Counter


class Tally(Protocol):
    def received(self, source: str, posts: int = 1) -> None: ...

    def rejected(self, source: str, reason: str, posts: int = 1) -> None: ...


class Counted:
    """In the registry of `/metrics`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._received = Counter(
            "upheld_alert_webhooks_received", "Webhook posts answered 202.", ["source"], registry=registry
        )
        self._rejected = Counter(
            "upheld_alert_webhooks_rejected", "Webhook posts refused.", ["source", "reason"], registry=registry
        )

    def received(self, source: str, posts: int = 1) -> None:
        self._received.labels(source).inc(posts)

    def rejected(self, source: str, reason: str, posts: int = 1) -> None:
        self._rejected.labels(source, reason).inc(posts)
