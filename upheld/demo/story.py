"""What happened to the demo customer, day by day: when which system failed, and what people did about it. Data only."""

from dataclasses import dataclass

from config.instant import HOUR, MINUTE, Span
from probe.result import Outcome, Reason

SHOP, PAYMENTS, DATABASE, BACKUP = "shop/home", "payments/health", "database/port", "backup/nightly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """On the `day`th day of the history at `time` (local), for `length`: what the checks then see."""

    checks: tuple[str, ...]
    day: int
    time: Span
    length: Span
    outcome: Outcome
    reason: Reason
    detail: str


def _at(hours: int, minutes: int) -> Span:
    return hours * HOUR + minutes * MINUTE


def _down(check: str, day: int, time: Span, minutes: int, reason: Reason, detail: str) -> Episode:
    return Episode(
        checks=(check,),
        day=day,
        time=time,
        length=minutes * MINUTE,
        outcome=Outcome.DOWN,
        reason=reason,
        detail=detail,
    )


EPISODES = (
    _down(SHOP, 5, _at(14, 3), 19, Reason.STATUS, "HTTP 502"),
    _down(PAYMENTS, 12, _at(13, 46), 64, Reason.TIMEOUT, "no answer within 10 s"),
    Episode(
        checks=(SHOP,),
        day=19,
        time=_at(20, 10),
        length=50 * MINUTE,
        outcome=Outcome.DEGRADED,
        reason=Reason.TOO_SLOW,
        detail="answered after 1840 ms, slow is over 800 ms",
    ),
    _down(DATABASE, 26, _at(2, 11), 32, Reason.CONNECTION_REFUSED, "connection refused"),
    Episode(
        checks=(SHOP, PAYMENTS, DATABASE),
        day=33,
        time=_at(9, 2),
        length=34 * MINUTE,
        outcome=Outcome.INVALID,
        reason=Reason.NETWORK_UNREACHABLE,
        detail="our own uplink was lost",
    ),
    _down(SHOP, 47, _at(11, 21), 21, Reason.TIMEOUT, "no answer within 10 s"),
    _down(PAYMENTS, 55, _at(16, 2), 18, Reason.STATUS, "HTTP 503"),
    _down(SHOP, 70, _at(18, 44), 27, Reason.CONNECTION_REFUSED, "connection refused"),
    _down(PAYMENTS, 78, _at(10, 31), 31, Reason.STATUS, "HTTP 500"),
    _down(DATABASE, 84, _at(23, 15), 24, Reason.CONNECTION_REFUSED, "connection refused"),
)

SUNDAY_WORK = Episode(
    checks=(PAYMENTS,),
    day=0,
    time=_at(1, 10),
    length=35 * MINUTE,
    outcome=Outcome.DOWN,
    reason=Reason.STATUS,
    detail="HTTP 503, agreed work",
)
"""Every third Sunday, inside the agreed window; on the others nobody works, and they exclude nothing."""
SUNDAY_WINDOW = "sunday-work"

BACKUP_TIME = _at(2, 30)
BACKUPS_FAILED = frozenset({30, 61})
BACKUPS_LEFT_OUT = frozenset({44})

ANSWERED_AFTER = (4, 7, 3, 11, 5, 22, 6, 4, 9, 3, 5, 8)
"""Minutes until somebody acknowledged, incident after incident."""

MANAGER = "person:wang"
WRITTEN_AFTER: Span = 3 * HOUR
"""From the end of an incident until its report is written up."""
WRITTEN = {
    "shop": {
        "cause": "促销流量使应用服务器的连接池耗尽，新请求得不到处理。",
        "handling": "重启应用服务器，连接池上限由200调至600，并限制单个来源的并发。",
        "verification": "恢复后连续十次探测正常，人工下单与支付各试一次均成功。",
        "prevention": "连接池占用超过七成即告警；促销前按预估流量压测。",
    },
    "payments": {
        "cause": "上游清算通道的证书轮换后，接口仍持有旧的会话，请求超时。",
        "handling": "断开旧会话并重新建立，期间的请求由队列补发，无遗漏。",
        "verification": "核对补发流水与通道回执，笔数与金额一致；探测恢复正常。",
        "prevention": "证书轮换列入变更日历，轮换后自动重建会话并核对。",
    },
    "database": {
        "cause": "数据卷写满，数据库停止接受连接。",
        "handling": "清理过期归档日志并扩容数据卷，随后启动数据库。",
        "verification": "主备数据校验一致，应用读写正常。",
        "prevention": "数据卷占用达八成即告警；归档日志每日自动转存。",
    },
}
"""Component -> what no stored fact says of its incidents."""

CONFIRMED_AFTER: Span = 20 * HOUR

QUESTION_DAY = 50
QUESTION = "怎样导出上月的对账单？"
QUESTION_CALLER = "陈静"
