"""When a line of a crontab fires next: five fields, on the clocks of a zone, with Debian cron's ways about summer time.

A job at a fixed time fires once where the hour comes twice, and after the gap where it does not come at all.
"""

from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from config.instant import Instant, Span, instant_of

_LOOKED_AT = 400
_SINCE = datetime(2024, 1, 1, tzinfo=UTC)


def next_firing(expression: str, zone: str, after: Instant) -> Instant:
    """Strictly after the instant. Raises ValueError for an expression `fault_in` has a word about."""
    try:
        return instant_of(next(CronSim(expression, datetime.fromtimestamp(after / 1000, ZoneInfo(zone)))))
    except (CronSimError, StopIteration) as error:
        raise ValueError(str(error) or "it never fires") from error


def fault_in(expression: str) -> str | None:
    """What is wrong with it, in words; None when nothing is."""
    if len(expression.split()) != 5:
        return f"'{expression}' is not five fields like '30 2 * * mon-fri' (minute, hour, day, month, weekday)"
    try:
        next(CronSim(expression, _SINCE))
    except CronSimError as error:
        return f"'{expression}' is no line of a crontab: {error}"
    except StopIteration:
        return f"'{expression}' never fires"
    return None


@lru_cache(maxsize=1024)
def longest_pause(expression: str) -> Span:
    """The longest time between two firings, as far as some hundred of them tell."""
    firings = [instant_of(one) for one in islice(CronSim(expression, _SINCE), _LOOKED_AT)]
    return max(after - before for before, after in pairwise(firings))
