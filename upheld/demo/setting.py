"""The demo's own configuration, as an operator would write it, and where it lies."""

import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from config.instant import Instant, instant_of, moment_of

FOLDER = Path("upheld-demo")
CUSTOMER = "harbour-bank"
ZONE = "Asia/Shanghai"
HOST = "127.0.0.1"
HISTORY_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    page: int
    shop: int
    payments: int
    database: int
    mail: int


def history_begins(now: Instant) -> Instant:
    """Local midnight of the first of the month before last, or 90 days back if that is earlier."""
    local = moment_of(now).astimezone(ZoneInfo(ZONE))
    year, month = divmod(local.year * 12 + local.month - 1 - 2, 12)
    first = instant_of(datetime(year, month + 1, 1, tzinfo=ZoneInfo(ZONE)))
    back = (local - timedelta(days=HISTORY_DAYS + 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(first, instant_of(back.astimezone(UTC)))


def free_ports(wanted: int | None) -> Ports:
    """The page on the port asked for, else 8080 or the next free one; the others wherever there is room."""
    page = wanted if wanted is not None else next(port for port in range(8080, 8280) if is_free(port))
    shop, payments, database, mail = _any_free(4)
    return Ports(page=page, shop=shop, payments=payments, database=database, mail=mail)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the server itself binds: connections that are only fading away leave a port free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _any_free(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def document(ports: Ports, begins: Instant) -> str:
    """upheld.yaml of the demo: harbour.yaml with these ports and the day its history begins."""
    first = moment_of(begins).astimezone(ZoneInfo(ZONE)).date()
    template = Template((files("upheld.demo") / "harbour.yaml").read_text(encoding="utf-8"))
    return template.substitute(asdict(ports), first=first, announced=first - timedelta(days=2))
