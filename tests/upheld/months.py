"""Customers under agreements, their facts through the real stores, and a calendar that turns hour by hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from config.instant import HOUR, MINUTE, Instant, parse_rfc3339
from config.model import Config
from config.state import State
from db.engine import Database
from incidents.store import transition
from notify import outbox
from notify.channel import Attachment, DeliveryError, Reason, Receipt
from notify.message import Notification
from notify.store import claim as claiming
from sla.exclusions import Exclusions
from sla.period import Period, parse_period
from sla.standing import Happening, Standing
from sla.store import statement as stored
from sla.store.statement import SealedRevision
from tests.upheld.house import configuration
from upheld import contracts, post
from upheld.installed import installed
from upheld.issuer import Issuer
from upheld.reports import reporter
from upheld.rules import Rules, rules_of
from upheld.sealing import Sealer, sealer_of

OCTOBER = parse_period("2026-10")
ALONE = ("acme",)
FIRST = parse_rfc3339("2026-11-01T00:30:00+08:00")


def at(text: str) -> Instant:
    """`11-02 00:00` in Shanghai in 2026."""
    return parse_rfc3339(f"2026-{text.replace(' ', 'T')}:00+08:00")


def written(names: Sequence[str], since: str, **changes: Any) -> dict[str, Any]:
    """Each customer has one component of his own; Wang is their service manager. A change to None takes a part out."""
    agreement = {"profile": "sla-standard@1", "terms": "strict-7x24@1", "target": "99.9", "measured_from": since}
    document = {
        "site": {"name": "Northwind", "url": "https://status.example.com", "timezone": "Asia/Shanghai"},
        "mail": {"host": "127.0.0.1", "port": 25, "tls": "none", "sender": "upheld@example.com"},
        "people": {"wang": {"name": "Wang", "email": "wang@example.com", "role": "service-manager", "language": "en"}},
        "components": {f"{name}-shop": {"name": {"en": f"Shop of {name}", "zh-CN": f"{name}商城"}} for name in names},
        "customers": {
            name: {
                "name": name.title(),
                "contact": {"name": "Chen", "email": f"chen@{name}.example", "language": "en"},
                "agreement": {**agreement, "covers": [f"{name}-shop"]},
            }
            for name in names
        },
        "sources": {},
        **changes,
    }
    return {key: value for key, value in document.items() if value is not None}


@dataclass
class Months:
    """`refused`: addresses whose mail is not taken."""

    database: Database
    folder: Path
    customers: Sequence[str] = ALONE
    since: str = "2026-10-01"
    now: Instant = FIRST
    changes: Mapping[str, Any] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    begun: Config | None = None
    mails: list[tuple[Instant, Notification, tuple[Attachment, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.use(**self.changes)

    def use(self, **changes: Any) -> None:
        """Another configuration."""
        self.config: Config = configuration(self.folder, **written(self.customers, self.since, **changes))
        self.rules: Rules = rules_of(self.config, installed())
        self.sealer: Sealer = sealer_of(self.rules)
        self.issuer = Issuer(self.database, lambda: self.rules, lambda: self.now)

    async def states(self, *changes: tuple[str, State], component: str = "acme-shop", late: bool = False) -> None:
        """What the component did; recorded a minute later, or only now."""

        def record(tx: Connection) -> None:
            for when, state in changes:
                one = transition.Transition(component=component, state=state, happened_at=at(when), by="test")
                transition.append(tx, one, self.now if late else at(when) + MINUTE)

        await self.database.write(record)
        await self.begin()

    async def up_since(self, when: str) -> None:
        for name in self.customers:
            await self.states((when, State.UP), component=f"{name}-shop")

    async def until(self, when: str, every: int = HOUR) -> None:
        """The calendar's work and the outbox's, every hour, up to and with that time."""
        while self.now <= at(when):
            await self.hour()
            self.now += every
        self.now = at(when)

    async def begin(self) -> None:
        """What a server does when it starts or reloads: what is written is stored, each with its leaf."""
        if self.begun is self.config:
            return
        self.begun = self.config

        def take_over(tx: Connection) -> None:
            contracts.take_over(tx, self.config, self.now)
            Exclusions(self.config).take_over(tx, self.now)

        await self.database.write(take_over)

    async def hour(self) -> None:
        await self.begin()
        await self.issuer.issue()
        await self.deliver()

    async def deliver(self) -> None:
        policy = outbox.Policy(
            still_wanted=lambda tx, told: None,
            on_sent=self._told,
            on_failed=post.not_told,
            idempotent=lambda channel: False,
        )

        def bring(tx: Connection) -> None:
            for channel in sorted(claiming.channels_due(tx, self.now)):
                for entry in claiming.claim(tx, channel, limit=1000, policy=policy, now=self.now).entries:
                    told = entry.notification
                    enclosed = tuple(post.enclose(tx, name, self.rules) for name in told.message.enclosures)
                    if told.address in self.refused:
                        error = DeliveryError("550 no such user", reason=Reason.REJECTED, permanent=True)
                        outbox.finish(tx, entry, error, policy=policy, now=self.now)
                        continue
                    outbox.finish(tx, entry, Receipt(detail="250 OK"), policy=policy, now=self.now)
                    self.mails.append((self.now, told, enclosed))

        await self.database.write(bring)

    def _told(self, tx: Connection, sent: Notification, now: Instant) -> None:
        post.told(tx, sent, now)
        reporter.told(tx, self.rules, sent, now)

    async def standing(self, customer: str = "acme", period: Period = OCTOBER) -> Standing:
        return await self.database.read(lambda tx: stored.standing(tx, customer, str(period)))

    async def happenings(self, customer: str = "acme", period: Period = OCTOBER) -> tuple[Happening, ...]:
        return await self.database.read(lambda tx: stored.happenings(tx, customer, str(period)))

    async def sealed(
        self, customer: str = "acme", period: Period = OCTOBER, revision: int | None = None
    ) -> SealedRevision:
        found = await self.database.read(lambda tx: stored.find(tx, customer, str(period), revision))
        assert found is not None
        return found

    def subjects(self, person: str) -> list[str]:
        return [told.message.subject for _, told, _ in self.mails if told.person == person]
