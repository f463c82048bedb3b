"""The lines of a web server's access log that say which check asked: `X-Upheld: shop/home.1792000000000`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from config.instant import Instant

LONGEST = 16 * 1024
"""Letters of a line; what is longer is not read."""
_MARK = re.compile(r"(?<![\w/.-])([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)\.(\d{12,14})(?!\d)", re.ASCII)
_COMBINED = re.compile(r"\[(\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\]")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})")
_STATUS = re.compile(r'" (\d{3}) ')


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """`check` and `tick` are None for what no check asked; `status` where the line has it as nginx and Apache do."""

    at: Instant
    check: str | None
    tick: Instant | None
    status: int | None
    text: str


def lines_of(log: Iterable[str]) -> Iterator[Logged]:
    """Lines without a time are passed over. The mark may stand anywhere; of several the last counts."""
    for line in log:
        if len(line) > LONGEST or (at := _time(line)) is None:
            continue
        marks, status = _MARK.findall(line), _STATUS.search(line)
        check, tick = (marks[-1][0], int(marks[-1][1])) if marks else (None, None)
        number = int(status[1]) if status else None
        yield Logged(at=at, check=check, tick=tick, status=number, text=line.rstrip("\r\n"))


def _time(line: str) -> Instant | None:
    """As `$time_local` or `$time_iso8601` writes it."""
    combined, iso = _COMBINED.search(line), _ISO.search(line)
    try:
        if combined:
            return round(datetime.strptime(combined[1], "%d/%b/%Y:%H:%M:%S %z").timestamp() * 1000)
        return round(datetime.fromisoformat(iso[0].replace(",", ".")).timestamp() * 1000) if iso else None
    except (ValueError, OverflowError):
        return None
