"""The customer of the scenarios, as an operator would configure it."""

from datetime import UTC, datetime
from typing import Any

TOKEN = "a-token-for-the-scenarios"
INTERVAL, RECHECK, FALL, RISE = 2, 1, 3, 2
ESCALATES_AFTER = 15


def people(mail_port: int) -> dict[str, Any]:
    """Li is paged at once, Wang fifteen seconds later, by mail."""
    return {
        "channels": {
            "mail": {"kind": "email", "host": "127.0.0.1", "port": mail_port, "tls": "none", "sender": "u@example.com"}
        },
        "people": {
            "li": {"name": "Li Wei", "email": "li@example.com", "language": "en"},
            "wang": {"name": "Wang", "email": "wang@example.com", "role": "service-manager", "language": "en"},
        },
        "escalations": {
            "default": {"steps": [{"notify": ["li"]}, {"after": f"{ESCALATES_AFTER}s", "notify": ["wang"]}], "fallback": ["wang"]}
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


def shop(url: str) -> dict[str, Any]:
    """One component with one quick check."""
    check = {
        "kind": "http",
        "target": url,
        "interval": f"{INTERVAL}s",
        "timeout": "1s",
        "recheck": f"{RECHECK}s",
        "fall": FALL,
        "rise": RISE,
        "expect": {"status": [200], "body": "ok"},
    }
    return {"name": {"en": "Web shop", "zh-CN": "网上商城"}, "tier": "core", "checks": {"home": check}}
