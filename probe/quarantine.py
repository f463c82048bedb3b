"""Whether failures are our own: nearly all targets turned bad at once. The edge "nearly all targets bad" of the law.

Only who is contradicted is quarantined: this module finds the crowd, and whether one could still gather; that every
witness or another location contradicts is found out elsewhere. Whatever is left open here falls on the measurer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from config.instant import Instant, Span
from probe.net.address import is_literal
from probe.net.policy import Zone, zone_of
from probe.verdict import CheckState

HOSTS = 5
"""As many distinct hosts, each with a check of its own, must have turned bad."""
NEARLY_ALL = 9
"""So many bad hosts for each that answered since: nine of ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One check at this location. `bad_since`: the start of the run of bad results it is in, confirmed or not."""

    check: str
    host: str
    interval: Span
    bad_since: Instant | None
    good_at: Instant | None
    """The newest good result, if that is the newest valid one."""
    out: bool = False
    """Its outage is told already: it can turn bad no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Those that turned bad within one interval of the newest one. Distinct hosts only; `good` answered since."""

    since: Instant
    checks: frozenset[str]
    bad: frozenset[str]
    good: frozenset[str]
    gathered: bool
    possible: bool
    """Whether it could still gather: too few hosts have been asked since to know."""


def seen_of(check: str, host: str, interval: Span, state: CheckState, first_held: Instant | None = None) -> Seen:
    """`first_held`: the start of a bad result that is not judged yet."""
    vote = state.down
    running = vote.since if not vote.on and vote.against else None
    bad_since = running if running is not None else first_held
    good = bad_since is None and (not vote.on or vote.against > 0)
    return Seen(
        check=check,
        host=host,
        interval=interval,
        bad_since=bad_since,
        good_at=state.seen_at if good else None,
        out=vote.on,
    )


def crowd(seen: Iterable[Seen]) -> Crowd | None:
    """Around the check that turned bad last; None when none is bad."""
    everybody = list(seen)
    turned = [(one.bad_since, one) for one in everybody if one.bad_since is not None]
    if not turned:
        return None
    last_at, last = max(turned, key=lambda pair: (pair[0], pair[1].check))
    members = [(at, one) for at, one in turned if last_at - at <= min(one.interval, last.interval)]
    since = min(at for at, _ in members)
    good = {one.host for one in everybody if one.good_at is not None and one.good_at >= since}
    bad = {one.host for _, one in members} - good
    told = {one.host for one in everybody if one.out} | {one.host for at, one in turned if at < since}
    silent = {one.host for one in everybody} - good - bad - told
    return Crowd(
        since=since,
        checks=frozenset(one.check for _, one in members if one.host in bad),
        bad=frozenset(bad),
        good=frozenset(good),
        gathered=_enough(len(bad), len(good)),
        possible=_enough(len(bad | silent), len(good)),
    )


def _enough(bad: int, good: int) -> bool:
    return bad >= HOSTS and bad >= NEARLY_ALL * good


@lru_cache(maxsize=16384)
def host_of(target: str) -> str | None:
    """The host a target names, in small letters; None for this machine, which says nothing about our uplink."""
    try:
        host = urlsplit(target if "://" in target else f"//{target}").hostname
    except ValueError:
        return None
    if not host or host == "localhost" or host.endswith(".localhost"):
        return None
    return None if is_literal(host) and zone_of(host) is Zone.LOOPBACK else host
