"""The demo's own configuration, as an operator would write it, and where it lies."""

import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from config.instant import Instant, instant_of, moment_of

FOLDER = Path("upheld-demo")
CUSTOMER = "harbour-bank"
ZONE = "Asia/Shanghai"
HOST = "127.0.0.1"
HISTORY_DAYS = 90
PING_TOKEN = "nightly-backup-of-the-demo"


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
    page = wanted if wanted is not None else next(port for port in range(8080, 8280) if _is_free(port))
    shop, payments, database, mail = _any_free(4)
    return Ports(page=page, shop=shop, payments=payments, database=database, mail=mail)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
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
    """upheld.yaml of the demo. Long forms throughout, so that a newcomer sees what can be said."""
    first = moment_of(begins).astimezone(ZoneInfo(ZONE)).date()
    agreement = {
        "profile": "sla-standard@1",
        "terms": "strict-7x24@1",
        "effective": first,
        "measured_from": first,
        "components": ["shop", "payments", "database"],
        "availability": {"target": "99.9", "period": "month"},
    }
    quick = {"interval": "2s", "timeout": "1s", "recheck": "1s", "fall": 3, "rise": 2}
    config = {
        "site": {
            "name": {"zh-CN": "北风托管", "en": "Northwind Hosting"},
            "external_url": f"http://{HOST}:{ports.page}",
            "timezone": ZONE,
        },
        "store": {"url": "sqlite:///upheld.db"},
        "listen": {"address": f"{HOST}:{ports.page}"},
        "signing": {"key_file": "signing.key"},
        "channels": {
            "mail": {"kind": "email", "host": HOST, "port": ports.mail, "tls": "none", "sender": "upheld@example.com"}
        },
        "people": {
            "li": {
                "name": {"zh-CN": "李伟", "en": "Li Wei"},
                "email": "li@example.com",
                "role": "engineer",
                "reach": [{"channel": "mail"}],
            },
            "wang": {
                "name": {"zh-CN": "王芳", "en": "Wang Fang"},
                "email": "wang@example.com",
                "role": "service-manager",
                "reach": [{"channel": "mail"}],
            },
        },
        "escalations": {
            "default": {
                "steps": [{"notify": ["li"]}, {"after": "5m", "notify": ["wang"]}],
                "repeat": 3,
                "fallback": ["wang"],
            }
        },
        "components": {
            "shop": {
                "name": {"zh-CN": "网上商城", "en": "Web shop"},
                "tier": "core",
                "owner": "li",
                "checks": {
                    "home": {
                        "kind": "http",
                        "target": f"http://{HOST}:{ports.shop}/",
                        "expect": {"status": [200], "body": "open"},
                        "degraded_over": "800ms",
                        **quick,
                    }
                },
            },
            "payments": {
                "name": {"zh-CN": "支付接口", "en": "Payment API"},
                "tier": "core",
                "owner": "li",
                "checks": {
                    "health": {
                        "kind": "http",
                        "target": f"http://{HOST}:{ports.payments}/health",
                        "expect": {"status": [200], "body": '"ok"'},
                        "degraded_over": "800ms",
                        **quick,
                    }
                },
            },
            "database": {
                "name": {"zh-CN": "客户数据库", "en": "Customer database"},
                "tier": "important",
                "owner": "li",
                "checks": {"port": {"kind": "tcp", "target": f"{HOST}:{ports.database}", **quick}},
            },
            "backup": {
                "name": {"zh-CN": "夜间备份", "en": "Nightly backup"},
                "tier": "minor",
                "owner": "li",
                "checks": {"nightly": {"kind": "heartbeat", "period": "24h", "grace": "1h", "token": PING_TOKEN}},
            },
        },
        "customers": {
            CUSTOMER: {
                "name": {"zh-CN": "海港银行", "en": "Harbour Bank"},
                "contacts": [
                    {"name": {"zh-CN": "陈静", "en": "Chen Jing"}, "email": "chen@harbour.example", "kind": "primary"}
                ],
                "agreements": [agreement],
            }
        },
        "exclusions": {
            "sunday-work": {
                "components": ["payments"],
                "category": "maintenance",
                "every": "Sun 01:00",
                "duration": "2h",
                "timezone": ZONE,
                "notice": {"given": first - timedelta(days=2), "ref": "annex 2"},
            }
        },
        "pages": {
            "public": {
                "path": "/",
                "title": {"zh-CN": "海港银行", "en": "Harbour Bank"},
                "components": [
                    {"group": {"zh-CN": "渠道", "en": "Channels"}, "of": ["shop", "payments"]},
                    {"group": {"zh-CN": "后台", "en": "Core and data"}, "of": ["database", "backup"]},
                ],
            }
        },
    }
    head = "# Made by `upheld demo`. A made-up customer with real systems on this machine.\n"
    return head + yaml.safe_dump(config, allow_unicode=True, sort_keys=False, width=110)
