"""A small configuration on disk and the house that is built from it, with a clock that stands still."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import Connection

from config.instant import Instant
from config.load import load
from config.model import Config
from incidents.store import evidence
from incidents.store import incident as incidents
from probe.batch import Batch
from probe.result import Answer, Attempt, Outcome, Reason, Result
from probe.store import save
from tests.servers.program import free_port
from upheld.house import House, open_house
from upheld.installed import installed
from upheld.rooms import rooms_of
from upheld.web import application

Reader = TestClient[web.Request, web.Application]
NOON: Instant = 1_788_523_200_000
"""2026-09-04T12:00:00Z, a Friday."""
TOKEN = "a-token-for-the-tests"


def document(**changes: Any) -> dict[str, Any]:
    """One component that senders feed, one customer of it."""
    agreement = {
        "profile": "sla-standard@1",
        "terms": "strict-7x24@1",
        "target": "99.9",
        "covers": ["shop"],
        "measured_from": "2026-09-01",
    }
    contact = {"name": "Chen", "email": "chen@acme.example", "language": "en"}
    return {
        "listen": {"address": f"127.0.0.1:{free_port()}"},
        "sources": {"am": {"kind": "alertmanager", "token": TOKEN}},
        "components": {"shop": {"name": {"en": "Web shop", "zh-CN": "网上商城"}, "tier": "core"}},
        "customers": {"acme": {"name": "Acme", "contact": contact, "agreement": agreement}},
        **changes,
    }


def write(folder: Path, **changes: Any) -> Path:
    """upheld.yaml in this folder."""
    path = folder / "upheld.yaml"
    path.write_text(yaml.safe_dump(document(**changes), allow_unicode=True, sort_keys=False))
    return path


def configuration(folder: Path, **changes: Any) -> Config:
    return load(write(folder, **changes), kinds=installed().registries)


@asynccontextmanager
async def house(folder: Path, **changes: Any) -> AsyncIterator[House]:
    """Everything running, on SQLite in this folder unless `store` says otherwise."""
    config = configuration(folder, **changes)
    async with open_house(config, folder / "upheld.yaml", lambda: NOON) as opened:
        yield opened


@asynccontextmanager
async def served(opened: House, client: AiohttpClient) -> AsyncIterator[Reader]:
    async with rooms_of(opened) as rooms:
        yield await client(application(opened, rooms.routes, rooms.stop))


def seen_failing(tx: Connection, id: str) -> None:
    """An incident whose check saw it begin, and its frozen evidence."""
    fault = incidents.find(tx, id)
    assert fault is not None
    answer = Answer(
        outcome=Outcome.DOWN,
        reason=Reason.STATUS,
        detail="answered 503, expected 200",
        latency_us=31_400,
        phases={"connect": 1_000},
        facts={"status": 503, "tls": False},
        attempts=(Attempt(outcome=Outcome.DOWN, reason=Reason.TIMEOUT, latency_us=5_000_000, address="192.0.2.1"),),
    )
    at = fault.started_at
    bad = Result(check="shop/home", location="local", tick=at, started_at=at, answer=answer)
    save(tx, Batch(failing=(bad,)), at)
    evidence.freeze(tx, fault, ["shop/home"], at)
