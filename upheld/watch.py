"""Looking after the house itself: who serves, whether every severe incident has a next step, the heartbeat that leaves
the house only while all of it works, and the installations that are watched from here.
"""

import asyncio
from collections.abc import Callable
from functools import partial

import aiohttp
import orjson
import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import Connection

from config.instant import DAY, SECOND, Instant
from config.outward import Peer as Watched
from db.engine import Database
from db.ledger.note import NoteUnreadable, read_checkpoint, read_note
from incidents import household, rostering
from incidents.audit import ON_CALL
from incidents.readiness import AHEAD, Kind, concerns
from incidents.reading import GRAVE, INTAKE, UNHEARD
from incidents.store import duty, inbox
from incidents.trying import verified
from notify.store.told import oldest_due
from upheld import store
from upheld.peer import BEAT, PATIENCE, Look, Peer, judge
from upheld.pulse import STALE, Pulse, ailing
from upheld.rules import Rules
from upheld.ticker import Ticker

log = structlog.get_logger(__name__)

AUDIT_SECONDS = 15.0
PULSE = "pulse"
PEER = "peer"
DEAD, LATE, SHRANK = "peer_dead", "peer_heartbeat_late", "peer_ledger_shrank"
_GRAVE, _MILD = "major", "info"
NOBODY_TOLD = "nobody_told"
READINESS_SECONDS = 300.0
_LARGEST_ANSWER = 1 << 16


class Watch:
    """`tickers` run with the house. `ticked` is called whenever timers were looked at."""

    def __init__(
        self, database: Database, rules: Callable[[], Rules], now: Callable[[], Instant], registry: CollectorRegistry
    ) -> None:
        self._database = database
        self._rules = rules
        self._now = now
        self._pulse = Pulse(ticked_at=None, written_at=None, waiting_since=None, audited_at=None, violations=0)
        self._ticked_at: Instant | None = None
        self._good_at = now()
        self._ailing: tuple[str, ...] = ()
        self._beat_at = 0
        self._peers: dict[str, Peer] = {}
        self._look_at: dict[str, Instant] = {}
        self._overdue = Counter(
            "upheld_escalation_overdue",
            "Severe incidents nothing was to come of, as the auditor found and mended them.",
            registry=registry,
        )
        beats = Gauge("upheld_heartbeat_good_timestamp_seconds", "When everything last worked.", registry=registry)
        beats.set_function(lambda: self._good_at / 1000)
        self.tickers = (
            Ticker("audit", self._audit, AUDIT_SECONDS),
            Ticker("heartbeat", self._beat),
            Ticker("peers", self._look),
            Ticker("readiness", self._look_ahead, READINESS_SECONDS),
        )

    def ticked(self) -> None:
        self._ticked_at = self._now()

    async def pulse(self, request: web.Request) -> web.Response:
        """`/-/pulse`: how long ago everything worked, for whoever watches from outside."""
        age = (self._now() - self._good_at) // SECOND
        body = {"good": not self._ailing, "age_seconds": age, "ailing": list(self._ailing)}
        return web.Response(body=orjson.dumps(body), content_type="application/json")

    async def _audit(self) -> bool:
        """Look through the severe incidents, mend what is to be mended, and write that we did."""
        now, rules = self._now(), self._rules()
        if self._just_begun(now) and self._ticked_at is None:
            return False  # what fell due while we were away has not had its turn
        neglected = await self._database.read(lambda tx: household.neglected(tx, rules.paging, now))
        mended = [one for one in neglected if not one.untold]
        for one in mended:
            log.error("incident without a next step", incident=one.incident.id, why=one.why)
            self._overdue.inc()

        def work(tx: Connection) -> Instant | None:
            store.put(tx, PULSE, str(now), now)
            for served in rostering.served(tx, rules.config, now):
                duty.serve(tx, served)
            for one in mended:
                rules.incidents.repair(tx, one, now)
            untold = len(mended) < len(neglected)
            rules.incidents.own_news(tx, ON_CALL, NOBODY_TOLD, _GRAVE, now, on=untold)
            return oldest_due(tx, now)

        waiting_since = await self._database.write(work)
        self._pulse = Pulse(
            ticked_at=self._ticked_at,
            written_at=now,
            waiting_since=waiting_since,
            audited_at=now,
            violations=len(mended),
        )
        return False

    async def _look_ahead(self) -> bool:
        """What would keep a call from reaching somebody is a mild incident, until it is mended."""
        now, rules = self._now(), self._rules()

        def found(tx: Connection) -> frozenset[Kind]:
            roster = rostering.roster_of(tx, rules.config, now, now + AHEAD)
            return frozenset(one.kind for one in concerns(roster, rules.paging, now, verified(tx)) if one.grave)

        def work(tx: Connection) -> None:
            wrong = found(tx)
            for kind in Kind:
                rules.incidents.own_news(tx, ON_CALL, kind.value, _MILD, now, on=kind in wrong)
            unheard = inbox.unheard(tx, now - DAY)
            rules.incidents.own_news(tx, INTAKE, UNHEARD, GRAVE, now, on=unheard)

        await self._database.write(work)
        return False

    async def _beat(self) -> bool:
        """Feel the pulse; while nothing ails, the place outside is told once every so often."""
        now, heartbeat = self._now(), self._rules().config.heartbeat
        if self._just_begun(now):
            return False  # no part has had its turn yet
        wrong = ailing(self._felt(), now)
        if wrong != self._ailing:
            log.error("not well", ailing=wrong) if wrong else log.info("well")
            self._ailing = wrong
        if wrong:
            return False
        self._good_at = now
        if heartbeat.url is None or now < self._beat_at:
            return False
        self._beat_at = now + heartbeat.every
        try:
            async with _session() as session, session.get(heartbeat.url.reveal(), allow_redirects=False) as answer:
                if answer.status >= 400:
                    log.warning("heartbeat not taken", status=answer.status)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("heartbeat did not get out", error=str(error) or type(error).__name__)
        return False

    def _just_begun(self, now: Instant) -> bool:
        return self._pulse.audited_at is None and now - self._good_at <= STALE

    def _felt(self) -> Pulse:
        """What timers say is newer than the last audit."""
        pulse = self._pulse
        return Pulse(
            ticked_at=self._ticked_at,
            written_at=pulse.written_at,
            waiting_since=pulse.waiting_since,
            audited_at=pulse.audited_at,
            violations=pulse.violations,
        )

    async def _look(self) -> bool:
        """Every peer whose turn it is."""
        now, peers = self._now(), self._rules().config.peers
        due = [one for one in peers.values() if now >= self._look_at.get(one.id, 0)]
        for one in due:
            self._look_at[one.id] = now + one.every
        await asyncio.gather(*(self._look_at_one(one) for one in due))
        return False

    async def _look_at_one(self, one: Watched) -> None:
        look = await look_at(one.url)
        before = self._peers.get(one.id)
        if before is None:
            known = await self._database.read(lambda tx: store.value_of(tx, f"{PEER}:{one.id}"))
            before = Peer(size=int(known or 0))
        after = judge(before, look)
        if (after.size, after.wrong) != (before.size, before.wrong) or one.id not in self._peers:
            if after.wrong is not None:
                log.error("peer not well", peer=one.id, wrong=after.wrong)
            await self._database.write(partial(self._note, one=one, after=after))
        self._peers[one.id] = after

    def _note(self, tx: Connection, one: Watched, after: Peer) -> None:
        now = self._now()
        store.put(tx, f"{PEER}:{one.id}", str(after.size), now)
        for reason in (DEAD, LATE, SHRANK):
            incidents = self._rules().incidents
            incidents.own_news(tx, f"{PEER}-{one.id}", reason, _GRAVE, now, on=after.wrong == reason)


async def look_at(url: str) -> Look:
    """Ready, its heart beats, its ledger can be read. Whatever goes wrong is an answer."""
    base = url.rstrip("/")
    try:
        async with asyncio.timeout(PATIENCE / 1000), _session() as session:
            async with session.get(f"{base}/-/ready", allow_redirects=False) as answer:
                if answer.status != 200:
                    return Look(wrong=DEAD)
            pulse = orjson.loads(await _body(session, f"{base}/-/pulse"))
            size = read_checkpoint(read_note(await _body(session, f"{base}/checkpoint")).text).size
            late = pulse["age_seconds"] * SECOND > BEAT
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError, NoteUnreadable) as error:
        log.warning("peer did not answer", url=url, error=str(error) or type(error).__name__)
        return Look(wrong=DEAD)
    return Look(wrong=LATE if late else None, size=size)


async def _body(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url, allow_redirects=False) as answer:
        answer.raise_for_status()
        return await answer.content.read(_LARGEST_ANSWER)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE / 1000))
