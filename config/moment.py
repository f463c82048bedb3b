"""Dates and times as people write them, and the instants they mean in a zone."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from config.instant import Instant, instant_of, moment_of

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?")


def parse_moment(text: str, zone: str) -> Instant:
    """`2026-01-01` is that day's local midnight, `2026-01-01 09:00` the local time; an offset of its own wins.

    A local time in a gap is the gap's end, a repeated one the first. Raises ValueError saying what to write instead.
    """
    if not _WRITTEN.fullmatch(text):
        raise ValueError("a date is written 2026-01-01, a time 2026-01-01 09:00")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is not in the calendar") from error
    if not 1971 <= moment.year < 9999:
        raise ValueError(f"'{text}' is not in the years 1971 to 9998 of the calendar")
    if moment.tzinfo is None:
        moment = _local(moment, ZoneInfo(zone))
    return instant_of(moment)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    aware = moment.replace(tzinfo=zone)
    back = aware.astimezone(UTC).astimezone(zone)
    if back.replace(tzinfo=None) == moment:
        return aware
    # In a gap the offset before it (fold 0) lands as far behind the gap's end as the time lay behind its start.
    after = moment.replace(tzinfo=zone, fold=1).utcoffset()
    before = aware.utcoffset()
    assert after is not None and before is not None
    first = moment.replace(tzinfo=UTC) - max(after, before)
    last = moment.replace(tzinfo=UTC) - min(after, before)
    low, high = int(first.timestamp()), int(last.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, zone)


def print_moment(instant: Instant, zone: str) -> str:
    """What `parse_moment` reads back in the same zone: the date alone at local midnight, else with its offset."""
    local = moment_of(instant).astimezone(ZoneInfo(zone))
    date = local.strftime("%Y-%m-%d")
    if parse_moment(date, zone) == instant:
        return date
    return local.isoformat(sep=" ", timespec="seconds")
