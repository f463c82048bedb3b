"""Figures as people read them, in both languages: shares, lengths, times, days. Pure; nothing here asks a clock.

Shares are cut and lengths rounded up, so that no figure flatters the measurer. English puts a narrow space that does
not break between a number and its unit, Chinese puts none.
"""

from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.instant import DAY, HOUR, MINUTE, SECOND, Instant, Span, moment_of
from config.language import CHINESE

NARROW = "\u202f"
WIDE = "\u00a0"
MINUS = "\u2212"
RANGE = "\u2013"

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE_WEEKDAYS = "一二三四五六日"
_UNITS = {"d": "天", "h": "小时", "min": "分", "s": "秒"}
_ZONES = {"Asia/Shanghai": "北京时间", "Asia/Chongqing": "北京时间", "PRC": "北京时间"}


def percent(share: Fraction | None, language: str, decimals: int = 2) -> str:
    """`99.95 %`, cut and never rounded up: `100 %` only for a whole one. A dash where there is no share."""
    if share is None:
        return RANGE
    gap = "" if language == CHINESE else NARROW
    if share == 1 or share == 0:
        return f"{int(share) * 100}{gap}%"
    scale: int = 10**decimals
    cut = share * 100 * scale // 1
    sign = MINUS if cut < 0 else ""
    whole, rest = divmod(abs(cut), scale)
    return f"{sign}{grouped(whole)}.{rest:0{decimals}d}{gap}%"


def grouped(number: int) -> str:
    """`2 647 260`: groups of three from five digits on."""
    text = f"{abs(number):,}".replace(",", NARROW) if abs(number) >= 10_000 else str(abs(number))
    return (MINUS if number < 0 else "") + text


def length(span: Span | Fraction, language: str) -> str:
    """`4 min 12 s`, `2 h 5 min`, `3 d 4 h`: two units at most, rounded up to the last one shown; `0` for nothing."""
    if span <= 0:
        return "0"
    seconds = -(-span // SECOND)
    if seconds < 60:
        return _units(language, s=seconds)
    if seconds < 3600:
        return _units(language, min=seconds // 60, s=seconds % 60)
    minutes = -(-span // MINUTE)
    if minutes < 72 * 60:
        return _units(language, h=minutes // 60, min=minutes % 60)
    hours = -(-span // HOUR)
    return _units(language, d=hours // 24, h=hours % 24)


def promised(span: Span, language: str) -> str:
    """A length as a contract writes it: `72 h` stay hours, `10 d` are days; `30 min`, `30分钟`."""
    for unit, name, from_ in ((DAY, "d", 5 * DAY), (HOUR, "h", HOUR), (MINUTE, "min", MINUTE)):
        if span >= from_ and span % unit == 0:
            number = span // unit
            return f"{number}{_PROMISED[name]}" if language == CHINESE else f"{number}{WIDE}{name}"
    return length(span, language)


_PROMISED = {"d": "天", "h": "小时", "min": "分钟"}


def milliseconds(value: int, language: str) -> str:
    """`261 ms`; the unit stays Latin in Chinese, as on every chart."""
    gap = "" if language == CHINESE else NARROW
    return f"{grouped(value)}{gap}ms"


def running(span: Span) -> str:
    """A running clock: `27:52`, `7:16:23`; a minus once it is over."""
    sign = MINUS if span < 0 else ""
    minutes, seconds = divmod(abs(span) // SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{sign}{minutes}:{seconds:02d}"


def time_of_day(at: Instant, zone: str, *, seconds: bool = False) -> str:
    """`14:32`, with seconds `14:32:08`."""
    return local(at, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(at: Instant, zone: str, language: str) -> str:
    """`18 Nov`, `11月18日`."""
    here = local(at, zone)
    return f"{here.month}月{here.day}日" if language == CHINESE else f"{here.day} {_MONTHS[here.month - 1][:3]}"


def full_day(at: Instant, zone: str, language: str) -> str:
    """`18 November 2026`, `2026年11月18日`."""
    here = local(at, zone)
    if language == CHINESE:
        return f"{here.year}年{here.month}月{here.day}日"
    return f"{here.day} {_MONTHS[here.month - 1]} {here.year}"


def named_day(at: Instant, zone: str, language: str) -> str:
    """`Sunday 22 November`, `11月22日（周日）`."""
    here = local(at, zone)
    if language == CHINESE:
        return f"{here.month}月{here.day}日（周{_CHINESE_WEEKDAYS[here.weekday()]}）"
    return f"{_WEEKDAYS[here.weekday()]} {here.day} {_MONTHS[here.month - 1]}"


def moment(at: Instant, zone: str, language: str, *, seconds: bool = False) -> str:
    """`18 Nov 14:32`, `11月18日14:32`."""
    gap = "" if language == CHINESE else " "
    return f"{day(at, zone, language)}{gap}{time_of_day(at, zone, seconds=seconds)}"


def month(year: int, number: int, language: str, *, short: bool = False) -> str:
    """`October 2026`, short `Oct 2026`; `2026年10月` in Chinese."""
    if language == CHINESE:
        return f"{year}年{number}月"
    return f"{_MONTHS[number - 1][: 3 if short else None]} {year}"


def month_name(number: int, language: str) -> str:
    """`Oct`, `10月`: a tick on an axis."""
    return f"{number}月" if language == CHINESE else _MONTHS[number - 1][:3]


def zone_name(zone: str, at: Instant, language: str) -> str:
    """`UTC+8` at that instant; Chinese knows Beijing time by name."""
    if language == CHINESE and zone in _ZONES:
        return _ZONES[zone]
    offset = local(at, zone).utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else MINUS}{hours}" + (f":{rest:02d}" if rest else "")


def machine_time(at: Instant, zone: str) -> str:
    """For `<time datetime>`: RFC 3339 in the page's zone, whole seconds."""
    return local(at - at % SECOND, zone).isoformat()


@lru_cache(maxsize=1000)
def clock_time(at: Instant, zone: str) -> str:
    """`2026-11-18 14:32:08 UTC+8`. Kept: a fault is told again and again, each time with its beginning."""
    there = local(at, zone)
    offset = there.strftime("%z")
    hours = f"UTC{offset[:3]}:{offset[3:]}" if offset != "+0000" else "UTC"
    return f"{there:%Y-%m-%d %H:%M:%S} {hours}"


def listed(names: list[str], language: str) -> str:
    """`A, B`; `A、B`."""
    return ("、" if language == CHINESE else ", ").join(names)


def local(at: Instant, zone: str) -> datetime:
    """The wall clock there."""
    return moment_of(at).astimezone(ZoneInfo(zone))


def midnights(first: Instant, last: Instant, zone: str) -> list[Instant]:
    """The local midnights from the one at or before `first` to the first one after `last`: 23 to 25 hours apart."""
    here = ZoneInfo(zone)
    date = local(first, zone).date()
    found: list[Instant] = []
    while True:
        # A midnight that the clock jumps over is the jump itself; one that it passes twice is the first.
        at = int(datetime(date.year, date.month, date.day, tzinfo=here).timestamp()) * SECOND
        found.append(at)
        if at > last:
            return found
        date = date.fromordinal(date.toordinal() + 1)


def month_start(year: int, number: int, zone: str) -> Instant:
    """The local midnight a month begins with."""
    return int(datetime(year, number, 1, tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


def days_between(first: Instant, last: Instant) -> int:
    """Whole days that have passed."""
    return (last - first) // DAY


def _units(language: str, **parts: int) -> str:
    shown = [(number, unit) for unit, number in parts.items() if number]
    if language == CHINESE:
        return "".join(f"{number}{_UNITS[unit]}" for number, unit in shown)
    # Lone seconds are a figure with its symbol; compounds read as words and take a full space.
    gap = NARROW if [unit for _, unit in shown] == ["s"] else WIDE
    return " ".join(f"{number}{gap}{unit}" for number, unit in shown)
