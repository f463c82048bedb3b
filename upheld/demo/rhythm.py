"""How the checks of the demo's past were asked: rarely, and closely around every fault. Pure."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat

from config.instant import MINUTE, SECOND, Instant
from config.model import Check, Config

INTERVAL = 15 * MINUTE
CLOSELY = 30 * SECOND
"""How far apart the checks are asked from one interval before a fault to one after it: at both edges alike."""
TIMEOUT = 10 * SECOND


def ticks(
    begins: Instant, ends: Instant, faults: Iterable[tuple[Instant, Instant]], phase: Callable[[int], int]
) -> Iterator[Instant]:
    """When a check is asked: at once, then every INTERVAL, around each of its faults CLOSELY; `phase` moves the grids.

    From `ends` on nothing is asked; it stands as the tick that never comes.
    """
    asked = {begins + phase(CLOSELY), *range(begins + phase(INTERVAL), ends, INTERVAL)}
    for start, end in faults:
        asked.update(range(start - INTERVAL + phase(CLOSELY), end + INTERVAL, CLOSELY))
    return chain(sorted(asked), repeat(ends))


def as_then(config: Config) -> list[Check]:
    """The same checks as they were asked then."""
    quick = {"interval": INTERVAL, "recheck": CLOSELY, "timeout": TIMEOUT}
    return [check if check.kind == "heartbeat" else check.model_copy(update=quick) for check in config.checks()]
