"""Somebody of the demo's rota takes the other's place for a night, so that the plan shows what that looks like."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.instant import HOUR, Instant
from config.model import Config
from incidents import rostering
from incidents.rota import Change, Deed
from sla.calendar import local, starting
from upheld.demo.setting import ZONE

ROTA, BY = "primary", "person:wang"
REASON = "次日上午体检"
BEGINS, LASTS = time(18), 14 * HOUR


def substitute(tx: Connection, config: Config, now: Instant) -> Change:
    """Tomorrow evening, whoever is on call then."""
    zone = ZoneInfo(ZONE)
    day = local(now, zone).date() + timedelta(days=1)
    start = starting(local(now, zone).combine(day, BEGINS), zone)
    (planned,) = rostering.roster_of(tx, config, start, start + LASTS).on_call(ROTA, start)
    (other,) = {one for layer in config.rotas[ROTA].layers for one in layer.people} - {planned}
    change = Change(
        id=0,
        rota=ROTA,
        deed=Deed.REPLACE,
        person=other,
        instead_of=planned,
        start=start,
        end=start + LASTS,
        reason=REASON,
        by=BY,
        recorded_at=now,
    )
    return rostering.record(tx, config, change)
