"""What the operator wrote, expanded to the long form: frozen, complete, every name resolved.

Shapes: a mapping in the YAML is a dict here, and each entity carries its own `id`. Spans are int milliseconds, instants
int milliseconds since 1970 in UTC, texts `str | dict[language, str]`. Whatever a plug-in understands stays in
`options` as it was written, secrets wrapped; `config.options.parse` gives the plug-in's own frozen model.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, PlainSerializer, Tag, model_validator

from config.agreement import Agreement, Calendar, Category
from config.instant import DAY, SECOND, Instant
from config.life import Life
from config.location import Panel
from config.node import Notice
from config.official import OfficialDays
from config.oncall import Escalation, Person, Rota, SeverityNumber
from config.outward import Heartbeat, Peer
from config.secret import Secret, referenced
from config.value import (
    Count,
    Duration,
    Hidden,
    Mailbox,
    Moment,
    NameServer,
    Own,
    Place,
    Raw,
    Text,
    Value,
    WebPage,
    Zone,
)
from config.wording import Mails


class Tier(StrEnum):
    CORE = "core"
    IMPORTANT = "important"
    MINOR = "minor"


class Site(Value):
    name: Text = "upheld"
    external_url: WebPage | None = None
    timezone: Zone = "UTC"
    languages: tuple[Literal["zh-CN", "en"], ...] = ("zh-CN", "en")


class Store(Value):
    url: Hidden = Secret("sqlite:///upheld.db", "sqlite:///upheld.db")
    """`sqlite:////absolute/path` or `postgresql://user@host/name`, as `reveal()`."""

    @property
    def sqlite_file(self) -> Path | None:
        """Absolute path of the database file; None on PostgreSQL."""
        head, _, path = self.url.reveal().partition("sqlite:///")
        return Path(path) if not head and path else None


class Listen(Value):
    address: str = "127.0.0.1:8080"
    mail: Own | None = None
    """Where a mail server of this machine hands mail over, by LMTP."""
    public: str | None = None
    internal: str | None = None

    @property
    def host(self) -> str:
        return self.address.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    @property
    def mail_place(self) -> tuple[str, int] | None:
        """Host and port."""
        host, _, port = (self.mail or "").rpartition(":")
        return (host.strip("[]"), int(port)) if port else None


class Signing(Value):
    key_file: Path = Path("signing.key")


class Probing(Panel):
    resolvers: tuple[NameServer, ...] = ()
    """Who is asked for names: the first as a rule, the next ones when a change is to be confirmed; none: `system`."""
    witnesses: tuple[Place, ...] = ()
    """Third parties that are asked, when nearly everything fails at once, whether our own line works."""
    per_host: Annotated[int, Field(ge=1, le=1000)] = 2
    """Checks of one host that are asked at once; who has waited for half of its interval is asked all the same."""
    at_once: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Checks that are asked at once in all; the others wait, and are late by that."""


class Channel(Value):
    id: str
    kind: str
    abroad: bool | None = None
    """Whether what goes over it leaves the country; left out: as its kind usually does."""
    names: Literal["allowed", "ids"] | None = None
    """`allowed`: over a channel abroad names may go too; `ids`: over this one none, wherever it leads."""
    options: Raw = Field(default_factory=dict)


class DownWhen(Value):
    """When the component is down: any check, all of them, or fewer than `up` of them up."""

    mode: Literal["any", "all", "fewer_than_up"] = "any"
    up: Count | None = None

    @model_validator(mode="after")
    def _whole(self) -> "DownWhen":
        if (self.mode == "fewer_than_up") != (self.up is not None):
            raise ValueError("how many must be up is written {fewer_than_up: 2}")
        return self


class Check(Value):
    id: str
    """`component/check`."""
    component: str
    kind: str
    target: str = ""
    name: Text | None = None
    interval: Duration = 60 * SECOND
    timeout: Duration = 10 * SECOND
    attempts: Count = 1
    """Tries inside one logical check; not `fall`."""
    fall: Count = 3
    rise: Count = 2
    recheck: Duration = 20 * SECOND
    """Pause before the next check while a change is unconfirmed."""
    degraded_over: Duration | None = None
    options: Raw = Field(default_factory=dict)
    """What the kind alone understands, as written; secrets are `Secret`."""

    @property
    def definition(self) -> str:
        """Digest of the question asked. While it stays the same, history, phase and streaks stay with the check.

        A secret counts by its reference: a changed password is the same question. A reload must therefore take the
        new Check itself even where the digest is unchanged.
        """
        question = self.model_dump(mode="python", exclude={"id", "component", "name"})
        return sha256(_canonical(question).encode()).hexdigest()


class Component(Value):
    id: str
    name: Text
    description: Text | None = None
    tier: Tier = Tier.CORE
    owner: str | None = None
    runbook: str | None = None
    dashboard: str | None = None
    down_when: DownWhen = DownWhen()
    after: tuple[str, ...] = ()
    """Depends on: its own incident is held while one of these is failing."""
    escalation: str | None = None
    """None: nobody is paged; the log alone hears of it."""
    checks: dict[str, Check] = Field(default_factory=dict)


class Source(Value):
    id: str
    """Stands in the URL: `/hooks/<id>`."""
    kind: str
    options: Raw = Field(default_factory=dict)


class Anchor(Value):
    """A third party that confirms when a head of the ledger existed."""

    id: str
    kind: str
    options: Raw = Field(default_factory=dict)


class Checkpoints(Value):
    """How often a customer's contact is mailed the ledger's signed head, and which channels get it, each day."""

    mail: Literal["daily", "weekly", "none"] = "daily"
    channels: tuple[str, ...] = ()


class When(Value):
    """Every key that is written must hold."""

    tier: Tier | None = None
    state: Literal["down", "partial", "degraded"] | None = None
    component: str | None = None
    source: str | None = None
    word: str | None = None
    """The sender's own word for it."""


class SeverityRule(Value):
    when: When
    severity: SeverityNumber


class Severity(Value):
    rules: tuple[SeverityRule, ...] = ()
    """The first that holds decides; none: tier x state."""


class Contact(Value):
    name: Text
    email: Mailbox | None = None
    phone: str | None = None
    kind: Literal["primary", "technical", "billing", "emergency", "signer"] = "primary"
    language: Literal["zh-CN", "en"] | None = None


class Customer(Value):
    id: str
    name: Text
    registration: str | None = None
    language: Literal["zh-CN", "en"] | None = None
    checkpoints: Checkpoints | None = None
    """Its own `mail`, and channels of its own besides those for all."""
    mailbox: Mailbox | None = None
    """Where its contacts report by mail."""
    mails: Mails = Mails()
    """Of the operator's own, by occasion."""
    contacts: tuple[Contact, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    """Every version, by id and then version."""


class ExclusionNotice(Value):
    given: Moment
    ref: str | None = None
    """The annex it rests on; without one a configured exclusion is a proposal until confirmed."""


class Exclusion(Value):
    """One window [start, end), or a recurring one: `every` local day and time, `duration` long."""

    id: str
    components: tuple[str, ...] = Field(min_length=1)
    category: Category
    start: Moment | None = None
    end: Moment | None = None
    every: str | None = None
    """`Sun 01:00`, `day 01:00` (each day) or `1 01:00` (day of the month), local to `timezone`."""
    duration: Duration | None = None
    timezone: Zone = "UTC"
    notice: ExclusionNotice | None = None
    text: Text | None = None
    page: bool = False
    open: bool = False
    count: bool = False
    publish: bool = True
    """What happens meanwhile: are people called, do incidents open, does its time count all the same, is it shown."""


class Group(Value):
    group: Text
    of: tuple[str, ...] = Field(min_length=1)


def _form(value: object) -> str:
    return "component" if isinstance(value, str) else "grouped"


Entry: TypeAlias = Annotated[Annotated[str, Tag("component")] | Annotated[Group, Tag("grouped")], Discriminator(_form)]
"""A component id, or a group of them."""


class Page(Value):
    id: str
    path: str = "/"
    title: Text | None = None
    components: tuple[Entry, ...] = ()


class Access(Value):
    oidc: Annotated[object, PlainSerializer(referenced)] = None


class Retention(Value):
    results: Duration = 120 * DAY
    rollups: Duration = 730 * DAY
    records: Duration = 1825 * DAY


class Config(Value):
    site: Site = Site()
    store: Store = Store()
    listen: Listen = Listen()
    signing: Signing = Signing()
    probing: Probing = Probing()
    calendars: dict[str, Calendar] = Field(default_factory=dict)
    channels: dict[str, Channel] = Field(default_factory=dict)
    people: dict[str, Person] = Field(default_factory=dict)
    rotas: dict[str, Rota] = Field(default_factory=dict)
    escalations: dict[str, Escalation] = Field(default_factory=dict)
    components: dict[str, Component]
    sources: dict[str, Source] = Field(default_factory=dict)
    anchors: dict[str, Anchor] = Field(default_factory=dict)
    checkpoints: Checkpoints = Checkpoints()
    severity: Severity = Severity()
    incidents: Life = Life()
    customers: dict[str, Customer] = Field(default_factory=dict)
    exclusions: dict[str, Exclusion] = Field(default_factory=dict)
    pages: dict[str, Page] = Field(default_factory=dict)
    access: Access = Access()
    retention: Retention = Retention()
    heartbeat: Heartbeat = Heartbeat()
    peers: dict[str, Peer] = Field(default_factory=dict)
    official: dict[str, OfficialDays] = Field(default_factory=dict, exclude=True)
    """The days of every country known, shipped or beside the configuration."""
    folder: Path = Field(default=Path(), exclude=True)
    """Where the configuration lies; relative paths were resolved against it."""
    not_in_use: tuple[Notice, ...] = Field(default=(), exclude=True)
    secrets: tuple[Secret, ...] = Field(default=(), repr=False, exclude=True)
    """Every value that came from outside the files, so that nothing printed shows one."""

    def component(self, id: str) -> Component:
        """Raises KeyError."""
        return self.components[id]

    def checks(self) -> Iterator[Check]:
        """Every check of every component, in the order written."""
        for component in self.components.values():
            yield from component.checks.values()

    def asked(self) -> Iterator[tuple[Check, DownWhen]]:
        """Every check, and how its component is judged from its checks."""
        for component in self.components.values():
            for check in component.checks.values():
                yield check, component.down_when

    def check(self, id: str) -> Check:
        """By full id `component/check`. Raises KeyError."""
        component, _, name = id.partition("/")
        return self.components[component].checks[name]

    def agreements(self) -> Iterator[Agreement]:
        """Every version of every agreement of every customer."""
        for customer in self.customers.values():
            yield from customer.agreements

    def agreement(self, id: str, at: Instant) -> Agreement | None:
        """The version in force at that instant."""
        return next((one for one in self.agreements() if one.id == id and one.in_force(at)), None)

    def covering(self, component: str, at: Instant) -> tuple[Agreement, ...]:
        """The agreement versions in force at `at` that cover the component."""
        return tuple(one for one in self.agreements() if component in one.components and one.in_force(at))

    def escalation_of(self, component: str) -> Escalation | None:
        name = self.components[component].escalation
        return self.escalations[name] if name is not None else None


def _canonical(value: object) -> str:
    """One text for equal values: mappings by key, no floats rounded, no addresses of objects."""
    match value:
        case Mapping():
            inner = (
                f"{key!r}:{_canonical(item)}" for key, item in sorted(value.items(), key=lambda pair: str(pair[0]))
            )
            return "{" + ",".join(inner) + "}"
        case list() | tuple():
            return "[" + ",".join(_canonical(item) for item in value) + "]"
        case _:
            return repr(value)
