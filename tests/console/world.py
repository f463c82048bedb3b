"""A made-up house with two customers: its configuration, its history through the real stores, its pages on a server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import Connection

from config.agreement import CaseKind
from config.instant import HOUR, MINUTE, SECOND, Instant, parse_rfc3339
from config.load import load
from config.model import Config
from config.registry import Registries
from config.state import State
from console.budget import Budget
from console.issued import File, Issued, ToSign
from console.login import DemoLogin
from console.owed import NotWritten
from console.password import hash_password
from console.routes import Console
from console.signature import Asked
from console.store import add_user
from console.user import Role
from db.engine import Database
from incidents.attaching import attach
from incidents.attachment import Attachment
from incidents.case import CaseEvent, CaseNoted, CaseResolved, Fulfilled
from incidents.caseload import Caseload
from incidents.incident import Incident
from incidents.intake import Entrance
from incidents.paging import Paging
from incidents.service import Incidents
from incidents.sources.generic import SOURCE as GENERIC
from incidents.sources.generic import Options
from incidents.store import incident as incidents
from notify import outbox
from notify.channel import DeliveryError, Reason, Receipt
from notify.store import claim as claiming
from probe.batch import Batch
from probe.result import Reason as ProbeReason
from probe.store import save
from probe.verdict import CheckChange
from sla.paper.web import Back
from sla.record import Word
from sla.report import Paper
from sla.reporting import Owed
from sla.sealing import NotSealed
from tests.sla.reporting import paper

PASSWORD = "four words make one"
LOG = "log"

WRITTEN = """
site: {name: Northwind Hosting, external_url: "https://status.example.com", timezone: Asia/Shanghai}
channels:
  mail: {kind: email}
people:
  li: {name: {zh-CN: 李伟, en: Li Wei}, email: li@example.com, role: engineer, reach: [{channel: mail}]}
  wang: {name: {zh-CN: 王芳, en: Wang Fang}, email: wang@example.com, role: service-manager, reach: [{channel: mail}]}
rotas:
  primary: {timezone: Asia/Shanghai, rotate: weekly, handoff: "Mon 09:00", people: [li]}
escalations:
  default: {steps: [{notify: [rota:primary]}, {after: 15m, notify: [wang]}], fallback: [wang]}
components:
  payments:
    name: {zh-CN: 支付接口, en: Payment API}
    runbook: https://wiki.example.com/payments
    checks: {authorise: {kind: asking, target: "https://pay.example.com/"}}
  shop:
    name: {zh-CN: 网上商城, en: Web shop}
    tier: important
    checks: {home: {kind: asking, target: "https://shop.example.com/"}}
  mail:
    name: {zh-CN: 邮件与短信, en: Mail and SMS}
    tier: minor
    checks: {queue: {kind: asking, target: "https://mail.example.com/"}}
  ledger:
    name: {zh-CN: 核心账务, en: Core ledger}
    checks: {port: {kind: asking, target: "https://ledger.example.com/"}}
customers:
  harbour:
    name: {zh-CN: 海港银行, en: Harbour Bank}
    contacts: [{name: {zh-CN: 陈静, en: Chen Jing}, email: chen@harbour.example}]
    agreements:
      - {profile: sla-standard@1, terms: strict-7x24@1, target: "99.9", effective: 2026-01-01,
         measured_from: 2026-01-01, components: [payments, shop, mail]}
  linden:
    name: {zh-CN: 菩提诊所, en: Linden Clinic}
    agreements:
      - {profile: support-agreement@1, terms: strict-7x24@1, target: "99.5", effective: 2026-01-01,
         measured_from: 2026-01-01, components: [payments, ledger]}
"""


OWN = Entrance(id="own", source=GENERIC, options=Options(token="t"))
"""A source that posts JSON."""


class Asking(BaseModel):
    """Options of a kind of check that is never asked."""


def at(text: str) -> Instant:
    """`2026-11-18 14:32:08`, Shanghai time."""
    return parse_rfc3339(text.replace(" ", "T") + "+08:00")


NOW = at("2026-11-18 14:32:08")


@cache
def configuration(written: str = WRITTEN) -> Config:
    """Read once: nothing changes it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "upheld.yaml"
        file.write_text(written)
        return load(file, kinds=Registries(kinds={"asking": Asking}, channels={"email": Asking}), environ={})


class Shelf:
    """A counter with one file and nothing to answer."""

    formats = ("json",)

    def of(self, tx: Connection, customer: str, now: Instant) -> Sequence[Issued]:
        return ()

    def file(self, tx: Connection, customer: str, period: str, form: str, language: str | None, now: Instant) -> File:
        return File(name=f"{customer}-{period}.{form}", content_type="application/json", body=b"{}")

    def answer(self, tx: Connection, customer: str, period: str, word: Word, by: str, now: Instant) -> None:
        raise NotSealed("nothing is asked")

    def countersign(self, tx: Connection, customer: str, period: str, by: str, now: Instant) -> None:
        raise NotSealed("nothing is sealed")

    def to_sign(self, tx: Connection, asked: Asked) -> ToSign | None:
        return None

    def countersign_by_link(self, tx: Connection, asked: Asked, now: Instant) -> None:
        raise NotSealed("nothing is sealed")

    def dispute(
        self, tx: Connection, customer: str, period: str, line: str, reason: str, by: str, now: Instant
    ) -> None:
        raise NotSealed("nothing is sealed")


class Folder:
    """Nothing is owed, and whoever asks gets a report of the customer's."""

    def due(self, tx: Connection, now: Instant) -> Sequence[Owed]:
        return ()

    def write(
        self, tx: Connection, kind: str, subject: str, customer: str, words: Mapping[str, str], by: str, now: Instant
    ) -> None:
        raise NotWritten("nothing is owed")

    def paper(self, tx: Connection, kind: str, subject: str, customer: str | None, now: Instant) -> Paper:
        return paper(kind, customer=customer)

    def file(self, paper: Paper, form: str, language: str, back: Back) -> File:
        return File(name=f"forms.{form}", content_type="text/html; charset=utf-8", body=b"forms")


@dataclass
class World:
    """`now` stands still until somebody turns it."""

    database: Database
    config: Config
    now: Instant = NOW
    secure: bool = False
    budgets: tuple[Budget, ...] = ()
    demo: tuple[DemoLogin, ...] = ()

    def __post_init__(self) -> None:
        paging = Paging(self.config, LOG)
        self.caseload = Caseload(self.config, paging)
        self.incidents = Incidents(self.config, paging, self.caseload)

    def app(self) -> web.Application:
        console = Console(
            self.database,
            lambda: self.config,
            lambda: self.incidents,
            lambda: self.caseload,
            lambda: self.now,
            secure=self.secure,
            budgets=lambda tx, customer, now: self.budgets if customer == "harbour" else (),
            statements=Shelf(),
            reports=Folder(),
            entrances=lambda: {"own": OWN},
            demo=self.demo,
        )
        app = web.Application()
        app.add_routes(console.routes())
        return app

    async def user(self, name: str, role: Role, customer: str | None = None, person: str | None = None) -> None:
        # Not made when this file is imported: what that takes on purpose, every later login would take again.
        hashed = hash_password(PASSWORD)

        def add(tx: Connection) -> None:
            add_user(
                tx,
                name=name,
                password_hash=hashed,
                role=role.value,
                now=self.now,
                customer=customer,
                person=person,
            )

        await self.database.write(add)

    async def news(self, check: str, state: State, began: Instant, reason: str | None = None) -> None:
        """A check's confirmed change, heard of now: judged, kept, and told to incidents in one transaction."""
        judged = CheckChange(
            check=check,
            state=state,
            happened_at=began,
            reason=None if reason is None else ProbeReason(reason),
            bound_at=began - 30 * SECOND,
        )
        batch = Batch(changes=(judged,))

        def hear(tx: Connection) -> None:
            save(tx, batch, self.now)
            self.incidents.check_news(tx, [judged], "probe:local", self.now)

        await self.database.write(hear)

    async def down(self, component: str = "payments", reason: str = "timeout") -> Incident:
        """The component's check fails since a minute; the incident this opens."""
        checks = self.config.components[component].checks
        check = next(iter(checks.values())).id
        await self.news(check, State.DOWN, self.now - MINUTE, reason)
        found = await self.incident_of(component)
        assert found is not None
        return found

    async def incident_of(self, component: str) -> Incident | None:
        return await self.database.read(lambda tx: incidents.newest_of(tx, component))

    async def deliver(self, refused: Mapping[str, Reason] | None = None) -> None:
        """Everything due is brought; to the persons in `refused` it cannot be."""
        policy = outbox.Policy(
            still_wanted=lambda tx, told: None,
            on_sent=self.incidents.told,
            on_failed=lambda tx, told, now: None,
            idempotent=lambda channel: False,
        )

        def bring(tx: Connection) -> None:
            for channel in ("mail", LOG):
                for entry in claiming.claim(tx, channel, limit=100, policy=policy, now=self.now).entries:
                    reason = (refused or {}).get(entry.notification.person)
                    result = (
                        Receipt(detail="250 OK")
                        if reason is None
                        else DeliveryError("no", reason=reason, permanent=True)
                    )
                    outbox.finish(tx, entry, result, policy=policy, now=self.now)

        await self.database.write(bring)

    async def report(self, title: str, customer: str = "harbour", ago: int = 5 * MINUTE) -> str:
        """A case by telephone; its number."""
        made = await self.database.write(
            lambda tx: self.caseload.open_by_person(
                tx,
                customer=customer,
                kind=CaseKind.QUESTION,
                title=title,
                by="person:li",
                reported_at=self.now - ago,
                now=self.now,
                caller="Chen Jing",
            )
        )
        return made.id

    async def attach(self, case: str, file: Attachment) -> None:
        await self.database.write(lambda tx: attach(tx, self.caseload, case, file, "person:li", self.now))


def _record(world: World, number: str, event: CaseEvent, tx: Connection) -> None:
    world.caseload.record(tx, number, event, "person:li", world.now, world.now)


async def afternoon(world: World) -> None:
    """What the pictures show: one incident being worked on, one nobody has, a report, a case that waits for a word."""
    await world.user("li", Role.ENGINEER, person="li")
    await world.user("wang", Role.ACCOUNT_MANAGER, person="wang")
    await world.user("chen", Role.CUSTOMER, customer="harbour")
    world.now = at("2026-11-18 08:00:00")
    for component in world.config.components.values():
        await world.news(next(iter(component.checks.values())).id, State.UP, world.now)
    world.now = at("2026-11-18 10:04:40")
    number = await world.report("Text messages arrive up to nine minutes late")
    for later, event in (
        (3 * MINUTE, Fulfilled(commitment="respond", how="Called Chen Jing back")),
        (20 * MINUTE, CaseNoted(text="A queue at the provider is full; the provider has been called.")),
        (
            76 * MINUTE,
            CaseResolved(
                how="The provider has raised the limit. Since then no message was later than 40 seconds; "
                "we tested it with 2 000 messages."
            ),
        ),
    ):
        world.now = at("2026-11-18 10:04:40") + later
        await world.database.write(partial(_record, world, number, event))
    world.now = at("2026-11-18 13:48:31")
    await world.news("payments/authorise", State.DOWN, at("2026-11-18 13:47:30"), "timeout")
    world.now += 2 * SECOND
    await world.deliver()
    world.now = at("2026-11-18 13:52:43")
    opened = await world.incident_of("payments")
    assert opened is not None
    await world.database.write(lambda tx: world.incidents.acknowledge(tx, opened.id, "person:li", world.now, "desk"))
    world.now += 2 * SECOND
    await world.deliver()
    world.now = at("2026-11-18 14:02:44")
    text = "Network A refuses one in six authorisations since its certificate was changed at 13:45."
    await world.database.write(lambda tx: world.incidents.note(tx, opened.id, "person:li", text, world.now))
    world.now = at("2026-11-18 14:21:10")
    await world.report("How do we export last month’s statement?", ago=6 * MINUTE)
    world.now = at("2026-11-18 14:29:40")
    await world.news("shop/home", State.DEGRADED, at("2026-11-18 14:28:10"), "too_slow")
    world.now += 2 * SECOND
    await world.deliver({"li": Reason.TIMEOUT})
    world.now = NOW
    month = at("2026-11-01 00:00:00")
    allowed = 30 * 24 * HOUR // 1000
    world.budgets = tuple(
        Budget(
            component=name,
            agreement="harbour/sla",
            target="99.9",
            since=month,
            availability=1 - Fraction(used, 17 * 24 * HOUR),
            used=used,
            allowed=allowed,
            unknown=unknown,
            coverage=1 - Fraction(unknown, 17 * 24 * HOUR),
            open=unknown > allowed // 4,
            used_up_at=at("2026-11-21 08:00:00") if name == "shop" else None,
        )
        for name, used, unknown in (
            ("payments", 48 * MINUTE, 0),
            ("shop", 3 * MINUTE + 20 * SECOND, 0),
            ("mail", 0, 12 * MINUTE),
        )
    )
