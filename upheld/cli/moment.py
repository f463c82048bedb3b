"""Times as people type them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from config.instant import Instant, instant_of
from config.model import Config


def moment(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """`2026-11-22 14:30`, local to the site, or RFC 3339 with an offset; `instant` makes an instant of it."""
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time; write 2026-11-22 14:30 or 2026-11-22T14:30+08:00") from None


def instant(config: Config, moment: datetime | None) -> Instant | None:
    if moment is None:
        return None
    return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(config.site.timezone)))
