"""Spans as people write them: `1500ms`, `30s`, `5m`, `1h30m`, `21d`, `2y`. Inside they are whole milliseconds."""

import re

from config.instant import DAY, HOUR, MINUTE, SECOND, Span

UNITS: dict[str, Span] = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY, "y": 365 * DAY}
MAX_SPAN: Span = 100 * UNITS["y"]
_PIECE = re.compile(r"([0-9]{1,13})(ms|s|m|h|d|w|y)")
_WHOLE = re.compile(r"(?:[0-9]{1,13}(?:ms|s|m|h|d|w|y))+")


def parse_duration(text: str) -> Span:
    """Milliseconds. Raises ValueError saying what to write instead; a unit written twice is an error too."""
    if not _WHOLE.fullmatch(text):
        raise ValueError("a length of time is a whole number with a unit, like 500ms, 30s, 5m, 1h30m, 21d or 2y")
    pieces = _PIECE.findall(text)
    units = [unit for _, unit in pieces]
    if len(set(units)) != len(units):
        raise ValueError("each unit may stand once in a length of time, like 1h30m")
    span = sum(int(number) * UNITS[unit] for number, unit in pieces)
    if span > MAX_SPAN:
        raise ValueError("a length of time is at most 100y")
    return span


def print_duration(span: Span) -> str:
    """An exact form: 90000 -> `90s`. Up to three days in hours, as contracts have them (`72h`), beyond in days."""
    if span == 0:
        return "0s"
    for unit in ("d", "h", "m", "s"):
        if span % UNITS[unit] == 0 and not (unit == "d" and span <= 3 * DAY):
            return f"{span // UNITS[unit]}{unit}"
    return f"{span}ms"
