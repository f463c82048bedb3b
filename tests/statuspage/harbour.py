"""A made-up bank with twelve components, one open incident and one autumn: what the pages in the tests are made of."""

from dataclasses import replace

from config.instant import DAY, HOUR, MINUTE, SECOND, Instant, parse_rfc3339
from config.look.state import Shown
from sla.timeline import State
from statuspage.facts import (
    Cause,
    Change,
    Component,
    Group,
    Incident,
    MonthCount,
    PageFacts,
    Phase,
    Point,
    Series,
    Site,
    Text,
    Update,
    Window,
)

ZONE = "Asia/Shanghai"


def at(text: str) -> Instant:
    """`2026-11-18 14:32:08`, Shanghai time."""
    return parse_rfc3339(text.replace(" ", "T") + "+08:00")


NOW = at("2026-11-18 14:32:20")
MEASURED = at("2026-11-18 14:32:08")
BEGIN = at("2026-05-01 00:00:00")

NAMES: dict[str, Text] = {
    "web": {"en": "Web banking", "zh-CN": "网上银行"},
    "app": {"en": "Mobile app", "zh-CN": "手机银行"},
    "shop": {"en": "Web shop", "zh-CN": "网上商城"},
    "payments": {"en": "Payment API", "zh-CN": "支付接口"},
    "cards": {"en": "Card authorisation", "zh-CN": "银行卡授权"},
    "transfers": {"en": "Fast transfers", "zh-CN": "实时转账"},
    "ledger": {"en": "Core ledger", "zh-CN": "核心账务"},
    "database": {"en": "Customer database", "zh-CN": "客户数据库"},
    "archive": {"en": "Statement archive", "zh-CN": "对账单归档"},
    "backup": {"en": "Nightly backup", "zh-CN": "夜间备份"},
    "mail": {"en": "Mail and SMS", "zh-CN": "邮件与短信"},
    "gateway": {"en": "Partner gateway", "zh-CN": "合作方网关"},
}

GROUPS = (
    Group(name={"en": "Channels", "zh-CN": "服务渠道"}, components=("web", "app", "shop")),
    Group(name={"en": "Payments", "zh-CN": "支付"}, components=("payments", "cards", "transfers")),
    Group(name={"en": "Core and data", "zh-CN": "核心与数据"}, components=("ledger", "database", "archive")),
    Group(name={"en": "Operations", "zh-CN": "运行支撑"}, components=("backup", "mail", "gateway")),
)


def spells(*spells: tuple[str, State, int, str | None]) -> tuple[Change, ...]:
    """Up since BEGIN but for (start, state, length or 0 while it lasts, reason)."""
    changes = [Change(state=State.UP, at=BEGIN)]
    for start, state, lasted, reason in spells:
        changes.append(Change(state=state, at=at(start), reason=reason))
        if lasted:
            changes.append(Change(state=State.UP, at=at(start) + lasted))
    return tuple(changes)


CHANGES = {
    "app": spells(
        ("2026-09-06 10:00:00", State.DEGRADED, 122 * MINUTE, "too_slow"),
        ("2026-10-14 20:11:00", State.DOWN, 12 * MINUTE + 24 * SECOND, "status"),
    ),
    "shop": spells(
        ("2026-10-06 04:11:00", State.DOWN, 150 * SECOND, "connection_refused"),
        ("2026-10-27 09:00:00", State.DOWN, 150 * SECOND, "timeout"),
        ("2026-11-05 04:11:00", State.DOWN, 150 * SECOND, "connection_refused"),
    ),
    "payments": spells(
        ("2026-10-02 09:12:30", State.PARTIAL, 38 * MINUTE + 12 * SECOND, "status"),
        ("2026-10-15 11:00:00", State.UNKNOWN, 4 * MINUTE, "network_unreachable"),
        ("2026-10-18 03:00:00", State.DOWN, 35 * MINUTE, "host_unreachable"),
        ("2026-10-21 22:04:00", State.DOWN, 16 * MINUTE + 30 * SECOND, "connection_refused"),
        ("2026-10-27 09:00:00", State.DOWN, 150 * SECOND, "timeout"),
        ("2026-11-17 02:00:00", State.UNKNOWN, 30 * MINUTE, "check_edited"),
        ("2026-11-18 13:47:30", State.PARTIAL, 0, "status"),
    ),
    "cards": spells(("2026-09-17 16:00:00", State.DEGRADED, 41 * MINUTE, "too_slow")),
    "archive": spells(("2026-08-30 05:00:00", State.DOWN, 21 * MINUTE + 30 * SECOND, "status")),
    "backup": spells(("2026-09-24 04:00:00", State.DOWN, HOUR, "heartbeat_late")),
    "mail": spells(("2026-11-03 08:20:00", State.DEGRADED, 85 * MINUTE, "too_slow")),
    "gateway": spells(
        ("2026-10-15 11:00:00", State.UNKNOWN, 4 * MINUTE, "network_unreachable"),
        ("2026-11-18 14:05:00", State.UNKNOWN, 0, "network_unreachable"),
    ),
}

WORK: Text = {"en": "Agreed work", "zh-CN": "约定维护"}


def nights(*dates: str) -> tuple[Window, ...]:
    return tuple(
        Window(
            id=f"night-{date}",
            components=("payments",) if date != "2026-10-25" else ("payments", "database"),
            start=at(f"{date} 01:00:00"),
            end=at(f"{date} 05:00:00"),
            text=WORK,
            announced_at=at(f"{date} 01:00:00") - 12 * DAY,
        )
        for date in dates
    )


WINDOWS = (
    *nights("2026-10-11", "2026-10-25", "2026-11-08", "2026-11-22"),
    Window(
        id="operator",
        components=("payments",),
        start=at("2026-10-18 02:00:00"),
        end=at("2026-10-18 04:00:00"),
        text={"en": "Network operator’s fault", "zh-CN": "网络运营商故障"},
        maintenance=False,
    ),
    Window(
        id="storage",
        components=("archive",),
        start=at("2026-11-18 14:00:00"),
        end=at("2026-11-18 16:00:00"),
        text={"en": "storage move", "zh-CN": "存储迁移"},
        announced_at=at("2026-11-16 10:00:00"),
    ),
)

OPEN = Incident(
    id="INC-2026-0187",
    component="payments",
    state=Shown.PARTIAL,
    phase=Phase.IDENTIFIED,
    opened_at=at("2026-11-18 13:48:31"),
    started_at=at("2026-11-18 13:47:30"),
    title={
        "en": "Card payments through the Payment API are refused in part",
        "zh-CN": "部分银行卡支付经支付接口被拒绝",
    },
    updates=(
        Update(seq=1, at=at("2026-11-18 13:49:00"), phase=Phase.INVESTIGATING, cause=Cause.OPENED),
        Update(
            seq=2,
            at=at("2026-11-18 14:02:00"),
            phase=Phase.INVESTIGATING,
            cause=Cause.WRITTEN,
            text={
                "en": "We confirm that about one in six card payments is refused with “time exceeded”. No payment is"
                " charged twice. Transfers and balances work.",
                "zh-CN": "我们确认约六分之一的银行卡支付以“超时”被拒绝，不会重复扣款。转账与余额查询正常。",
            },
        ),
        Update(
            seq=3,
            at=at("2026-11-18 14:21:00"),
            phase=Phase.IDENTIFIED,
            cause=Cause.WRITTEN,
            text={
                "en": "One of our two card networks has answered too slowly since a certificate change at 13:45. We are"
                " moving its payments to the other network. If your payment is refused, please try again or pay by"
                " transfer.",
                "zh-CN": "两家卡组织之一在13:45更换证书后响应过慢，我们正在将其支付切换到另一家。"
                "若您的支付被拒绝，请重试或改用转账。",
            },
            next_before=at("2026-11-18 15:00:00"),
        ),
    ),
)

PAST = Incident(
    id="INC-2026-0163",
    component="payments",
    state=Shown.DOWN,
    phase=Phase.RESOLVED,
    opened_at=at("2026-10-21 22:05:30"),
    started_at=at("2026-10-21 22:04:00"),
    resolved_at=at("2026-10-21 22:20:30"),
    updates=(
        Update(seq=1, at=at("2026-10-21 22:05:30"), phase=Phase.INVESTIGATING, cause=Cause.OPENED),
        Update(seq=2, at=at("2026-10-21 22:21:00"), phase=Phase.RESOLVED, cause=Cause.RESOLVED),
    ),
)


def day_of_answers() -> Series:
    """Every ten minutes over 24 h: near 130 ms, a hole around 23:10, slow since 13:47."""
    bucket = 10 * MINUTE
    end = NOW - NOW % bucket
    points = []
    for place in range(144):
        start = end - (143 - place) * bucket
        wave = (place * 37 % 23) - 11
        if at("2026-11-17 23:10:00") <= start < at("2026-11-17 23:40:00"):
            points.append(Point(start=start, median_ms=None, p95_ms=None))
        elif start >= at("2026-11-18 13:40:00"):
            points.append(Point(start=start, median_ms=207 + wave, p95_ms=900 + 4 * wave))
        else:
            points.append(Point(start=start, median_ms=132 + wave // 2, p95_ms=245 + 2 * wave))
    return Series(component="payments", bucket=bucket, points=tuple(points))


HARBOUR = PageFacts(
    site=Site(
        name={"en": "Harbour Bank", "zh-CN": "海港银行"},
        operator={"en": "Northwind Hosting", "zh-CN": "北风托管"},
        zone=ZONE,
        languages=("zh-CN", "en"),
        url="https://status.example.com",
    ),
    path="/",
    title=None,
    groups=GROUPS,
    components={id: Component(id=id, name=name, changes=CHANGES.get(id, spells())) for id, name in NAMES.items()},
    windows=WINDOWS,
    incidents=(OPEN, PAST),
    months=tuple(
        MonthCount(year=2026, month=month, incidents=count)
        for month, count in ((11, 3), (10, 9), (9, 3), (8, 2), (7, 0), (6, 1), (5, 0))
    ),
    series=day_of_answers(),
    measured_at=MEASURED,
)

QUIET = replace(
    HARBOUR,
    components={id: Component(id=id, name=name, changes=spells()) for id, name in NAMES.items()},
    windows=(),
    incidents=(),
    series=None,
)
"""The same bank on a day when all is well."""
