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

CONFIRMED_AFTER: Span = 20 * HOUR

QUESTION_DAY = 50
QUESTION = "怎样导出上月的对账单？"
QUESTION_CALLER = "陈静"
