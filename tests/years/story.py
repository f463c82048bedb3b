"""What befell the five customers: faults, calls, work on their systems, what people judged otherwise. Data only.

May 2026 is told by hand, so that every clock and every rule has its case; the other months are drawn from a seed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from config.agreement import CaseKind, Category
from config.state import State
from probe.result import Outcome, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """From `start` (local) for so many minutes the check is answered like that."""

    check: str
    start: str
    minutes: int
    outcome: Outcome = Outcome.DOWN
    reason: Reason = Reason.STATUS
    detail: str = "HTTP 503"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A customer calls; written down five minutes later."""

    customer: str
    when: str
    kind: CaseKind
    title: str
    caller: str
    component: str | None = None
    waits: bool = False
    """The customer is asked for something, and answers a day later."""
    contested: bool = False
    """Not satisfied with the first result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Time that shall not count: asked for by Li, approved by Wang. `ahead`: hours of notice, None: never given."""

    components: tuple[str, ...]
    category: Category
    start: str
    minutes: int
    ahead: int | None
    text: str
    worked: int | None = None
    """Minutes of work that somebody wrote down afterwards."""
    countersigned_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Three days after the time it speaks of."""

    component: str
    start: str
    minutes: int
    state: State
    reason: str
    evidence: str
    customer: str
    confirmed: bool


FAULTS = (
    Fault(
        check="erp/login",
        start="2026-05-06 09:12",
        minutes=330,
        reason=Reason.CONNECTION_REFUSED,
        detail="connection refused",
    ),
    Fault(check="erp/login", start="2026-05-23 02:40", minutes=95, detail="HTTP 503, upgrade"),
    Fault(
        check="portal/home", start="2026-05-13 15:01", minutes=45, reason=Reason.TIMEOUT, detail="no answer within 10 s"
    ),
    Fault(check="portal/home", start="2026-05-27 11:30", minutes=620, detail="HTTP 502"),
    Fault(
        check="files/list",
        start="2026-05-19 10:00",
        minutes=80,
        outcome=Outcome.DEGRADED,
        reason=Reason.TOO_SLOW,
        detail="slow",
    ),
    Fault(
        check="banking/login",
        start="2026-05-12 10:05",
        minutes=190,
        reason=Reason.TIMEOUT,
        detail="no answer within 10 s",
    ),
    Fault(check="banking/login", start="2026-05-16 23:10", minutes=320, detail="HTTP 500"),
    Fault(check="payments/health", start="2026-05-20 14:20", minutes=38, detail="HTTP 503"),
    Fault(
        check="payments/health",
        start="2026-05-25 09:30",
        minutes=25,
        reason=Reason.CERTIFICATE_EXPIRED,
        detail="expired",
    ),
    Fault(check="reports/home", start="2026-05-14 16:40", minutes=70, reason=Reason.BODY, detail="body"),
    Fault(
        check="services/home", start="2026-05-11 08:30", minutes=260, reason=Reason.DNS_FAILURE, detail="no such host"
    ),
    Fault(check="identity/token", start="2026-05-18 13:00", minutes=55, detail="HTTP 504"),
    Fault(
        check="identity/token",
        start="2026-05-21 10:00",
        minutes=1000,
        outcome=Outcome.INVALID,
        reason=Reason.NETWORK_UNREACHABLE,
        detail="uplink",
    ),
    Fault(
        check="archive/search", start="2026-05-24 20:15", minutes=130, reason=Reason.CONNECTION_RESET, detail="reset"
    ),
    Fault(
        check="orders/api",
        start="2026-05-08 18:02",
        minutes=1480,
        reason=Reason.CONNECTION_REFUSED,
        detail="connection refused",
    ),
    Fault(check="tracking/api", start="2026-05-15 07:45", minutes=190, detail="HTTP 500"),
    Fault(
        check="tracking/api",
        start="2026-05-20 09:00",
        minutes=500,
        outcome=Outcome.INVALID,
        reason=Reason.NETWORK_UNREACHABLE,
        detail="uplink",
    ),
    Fault(
        check="warehouse/home",
        start="2026-05-26 21:00",
        minutes=40,
        reason=Reason.TIMEOUT,
        detail="no answer within 10 s",
    ),
    Fault(check="registration/home", start="2026-05-07 07:31", minutes=65, detail="HTTP 503"),
    Fault(
        check="registration/home",
        start="2026-05-28 19:20",
        minutes=290,
        reason=Reason.CONNECTION_REFUSED,
        detail="connection refused",
    ),
    Fault(check="imaging/store", start="2026-05-10 01:20", minutes=75, detail="HTTP 503, agreed work"),
    Fault(check="imaging/store", start="2026-05-14 11:11", minutes=50, reason=Reason.TLS_FAILURE, detail="handshake"),
    Fault(check="laboratory/api", start="2026-05-22 16:00", minutes=35, detail="HTTP 502"),
)
RINGS = (
    Ring(
        customer="yunshan",
        when="2026-05-11 10:20",
        kind=CaseKind.QUESTION,
        title="如何批量导出五月的生产计划？",
        caller="何静",
        component="erp",
    ),
    Ring(
        customer="yunshan",
        when="2026-05-20 16:05",
        kind=CaseKind.COMPLAINT,
        title="门户登录页多次弹出证书警告",
        caller="何静",
        component="portal",
        waits=True,
    ),
    Ring(
        customer="harbour",
        when="2026-05-13 11:00",
        kind=CaseKind.QUESTION,
        title="对账单可以保存多久？",
        caller="陈静",
        component="reports",
    ),
    Ring(
        customer="harbour",
        when="2026-05-22 15:30",
        kind=CaseKind.COMPLAINT,
        title="两次扣款，一次到账",
        caller="陈静",
        component="payments",
    ),
    Ring(customer="harbour", when="2026-05-27 09:40", kind=CaseKind.REQUEST, title="新增一个只读账号", caller="林涛"),
    Ring(
        customer="linjiang",
        when="2026-05-12 09:10",
        kind=CaseKind.REQUEST,
        title="请增加残疾人服务入口",
        caller="孙丽",
        component="services",
    ),
    Ring(
        customer="linjiang",
        when="2026-05-25 14:00",
        kind=CaseKind.COMPLAINT,
        title="档案检索结果缺页",
        caller="孙丽",
        component="archive",
        contested=True,
    ),
    Ring(
        customer="changfeng",
        when="2026-05-09 10:00",
        kind=CaseKind.COMPLAINT,
        title="订单停了一整天，没有人来电说明",
        caller="吴强",
        component="orders",
        contested=True,
    ),
    Ring(
        customer="changfeng",
        when="2026-05-18 11:15",
        kind=CaseKind.QUESTION,
        title="轨迹更新间隔能否改为五分钟？",
        caller="吴强",
        component="tracking",
        waits=True,
    ),
    Ring(
        customer="changfeng",
        when="2026-05-29 17:40",
        kind=CaseKind.QUESTION,
        title="仓库盘点期间如何锁定库位？",
        caller="马丽",
        component="warehouse",
    ),
    Ring(
        customer="minghu",
        when="2026-05-12 08:50",
        kind=CaseKind.QUESTION,
        title="影像能否按科室分权限？",
        caller="郑洁",
        component="imaging",
    ),
    Ring(
        customer="minghu",
        when="2026-05-21 20:10",
        kind=CaseKind.COMPLAINT,
        title="检验结果显示两次",
        caller="郑洁",
        component="laboratory",
    ),
)
WORKS = (
    Work(
        components=("erp", "portal"),
        category=Category.MAINTENANCE,
        start="2026-05-23 02:00",
        minutes=180,
        ahead=72,
        text="ERP 升级",
        worked=160,
    ),
    Work(
        components=("portal",),
        category=Category.MAINTENANCE,
        start="2026-05-13 15:00",
        minutes=60,
        ahead=3,
        text="更换证书",
        worked=50,
    ),
    Work(
        components=("payments",),
        category=Category.MAINTENANCE,
        start="2026-05-25 09:30",
        minutes=60,
        ahead=5,
        text="紧急更换证书",
        worked=30,
        countersigned_by="harbour",
    ),
    Work(
        components=("banking",),
        category=Category.THIRD_PARTY,
        start="2026-05-12 10:00",
        minutes=120,
        ahead=None,
        text="上游交换机故障",
    ),
    Work(
        components=("services",),
        category=Category.NETWORK_OPERATOR,
        start="2026-05-11 08:30",
        minutes=60,
        ahead=None,
        text="运营商光缆中断",
        countersigned_by="linjiang",
    ),
    Work(
        components=("identity",),
        category=Category.MAINTENANCE,
        start="2026-05-18 12:30",
        minutes=120,
        ahead=48,
        text="令牌服务迁移",
        worked=100,
    ),
    Work(
        components=("orders",),
        category=Category.FORCE_MAJEURE,
        start="2026-05-08 18:00",
        minutes=600,
        ahead=None,
        text="机房所在地暴雨停电",
    ),
    Work(
        components=("warehouse",),
        category=Category.CUSTOMER,
        start="2026-05-26 21:00",
        minutes=40,
        ahead=None,
        text="客户改动了防火墙",
    ),
    Work(
        components=("laboratory",),
        category=Category.MAINTENANCE,
        start="2026-05-22 15:30",
        minutes=90,
        ahead=30,
        text="数据库扩容",
        worked=60,
    ),
)
JUDGEMENTS = (
    Judged(
        component="reports",
        start="2026-05-14 16:50",
        minutes=40,
        state=State.UP,
        reason="报表可用，只是页脚文字变了",
        evidence="访问日志 2026-05-14",
        customer="harbour",
        confirmed=True,
    ),
    Judged(
        component="archive",
        start="2026-05-24 20:20",
        minutes=60,
        state=State.UP,
        reason="检索可用，仅检查账号被锁",
        evidence="审计日志第 118 条",
        customer="linjiang",
        confirmed=False,
    ),
    Judged(
        component="imaging",
        start="2026-05-14 12:00",
        minutes=30,
        state=State.PARTIAL,
        reason="部分科室仍打不开影像",
        evidence="科室登记表",
        customer="minghu",
        confirmed=True,
    ),
    Judged(
        component="tracking",
        start="2026-05-15 09:30",
        minutes=45,
        state=State.UP,
        reason="检查路径有误，客户未受影响",
        evidence="吴强 5 月 16 日邮件",
        customer="changfeng",
        confirmed=True,
    ),
)
QUIET = (2026, 5)
"""The month that is told by hand."""


def drawn(checks: list[str], first: date, last: date, seed: int = 20260501) -> Iterator[Fault]:
    """Every check fails once or twice a month, mostly for less than an hour."""
    chance = random.Random(seed)
    reasons = (
        (Reason.STATUS, "HTTP 503"),
        (Reason.TIMEOUT, "no answer within 10 s"),
        (Reason.CONNECTION_REFUSED, "refused"),
    )
    for day in (first + timedelta(days=number) for number in range((last - first).days)):
        for check in checks:
            if (day.year, day.month) != QUIET and chance.random() < 0.04:
                reason, detail = chance.choice(reasons)
                minutes = chance.choice((12, 18, 25, 31, 44, 58, 75, 140, 260))
                start = f"{day} {chance.randrange(24):02d}:{chance.randrange(60):02d}"
                yield Fault(check=check, start=start, minutes=minutes, reason=reason, detail=detail)
