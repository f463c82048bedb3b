"""The customer of the scenarios, as an operator would configure it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.servers.process import Upheld
from tests.servers.program import PATIENCE as PATIENCE
from tests.servers.program import until

TOKEN = "a-token-for-the-scenarios"
INTERVAL, RECHECK, FALL, RISE = 2, 1, 3, 2


def now() -> int:
    """POSIX milliseconds, from the clock the program under test reads too."""
    return round(time.time() * 1000)


def rfc3339(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def month() -> str:
    """The running one; scenarios have sites in UTC."""
    return datetime.now(UTC).strftime("%Y-%m")


def people(mail_port: int, *, escalates_after: int) -> dict[str, Any]:
    """Li is paged at once, Wang after so many seconds, by mail."""
    return {
        "channels": {
            "mail": {"kind": "email", "host": "127.0.0.1", "port": mail_port, "tls": "none", "sender": "u@example.com"}
        },
        "people": {
            "li": {"name": "Li Wei", "email": "li@example.com", "language": "en"},
            "wang": {"name": "Wang", "email": "wang@example.com", "role": "service-manager", "language": "en"},
        },
        "escalations": {
            "default": {
                "steps": [{"notify": ["li"]}, {"after": f"{escalates_after}s", "notify": ["wang"]}],
                "fallback": ["wang"],
            }
        },
    }


def customer(*components: str) -> dict[str, Any]:
    """Acme under sla-standard, measured from the first of this month."""
    first = datetime.now(UTC).date().replace(day=1)
    agreement = {
        "profile": "sla-standard@1",
        "terms": "strict-7x24@1",
        "target": "99.9",
        "covers": list(components),
        "measured_from": first,
    }
    contact = {"name": "Chen", "email": "chen@acme.example", "language": "en"}
    return {"acme": {"name": "Acme", "contact": contact, "agreement": agreement}}


def shop(url: str, **check: Any) -> dict[str, Any]:
    """One component with one quick check; `check` says what is to be different about it."""
    usual = {
        "kind": "http",
        "target": url,
        "interval": f"{INTERVAL}s",
        "timeout": "1s",
        "recheck": f"{RECHECK}s",
        "fall": FALL,
        "rise": RISE,
        "expect": {"status": [200], "body": "ok"},
    }
    return {"name": {"en": "Web shop", "zh-CN": "网上商城"}, "tier": "core", "checks": {"home": {**usual, **check}}}


def alertmanager() -> dict[str, Any]:
    """One source, `am`, that trusts TOKEN."""
    return {"am": {"kind": "alertmanager", "token": TOKEN}}


def indicator(upheld: Upheld) -> str:
    """The page's overall state, in Statuspage's words."""
    return str(upheld.get("/api/v2/status.json").json()["status"]["indicator"])


def component_status(upheld: Upheld, name: str) -> str | None:
    """What `summary.json` says of the component with this name; None while it is not there."""
    components = upheld.get("/api/v2/summary.json").json()["components"]
    return next((str(one["status"]) for one in components if one["name"] == name), None)


def metric(upheld: Upheld, series: str) -> float | None:
    """The value of one series of /metrics, written as it stands there."""
    for line in upheld.get("/metrics").text.splitlines():
        name, _, value = line.rpartition(" ")
        if name == series:
            return float(value)
    return None


def wait(condition: Callable[[], object], what: str) -> None:
    """Patiently, and without taking the processor from the program under test."""
    until(condition, what, pause=0.2)


def seconds(value: int | str) -> float:
    """A number of seconds as statements have it: an integer or "num/den"."""
    if isinstance(value, int):
        return value
    over, _, under = value.partition("/")
    return int(over) / int(under)
