"""The only place that reads the wall clock; everywhere else `now` is an argument."""

import time

from config.instant import Instant


def utc_now() -> Instant:
    return time.time_ns() // 1_000_000
