"""What the prober has learned since the last write, in the shape the store takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.instant import Instant
from probe.ending import Ending, Warned
from probe.flap import Flap
from probe.heartbeat import Pulse
from probe.observation import Run
from probe.result import Plain, Result
from probe.verdict import CheckChange, CheckState


@dataclass(slots=True, eq=False)
class OpenRun:
    """A run and its row: `row` is None until it is stored, and the run grows until its end."""

    run: Run
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How far judging one check has come. `pulse` only for a heartbeat."""

    check: str
    location: str
    definition: str
    state: CheckState
    pulse: Pulse | None = None
    flap: Flap = field(default_factory=Flap)
    ending: Ending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    check: str
    location: str
    bucket_at: Instant
    count: int
    sum_us: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """The check's bad results from `since` on were our own fault: they are `invalid`, and `facts` say why."""

    check: str
    location: str
    since: Instant
    detail: str
    facts: Mapping[str, Plain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One transaction. `runs` pairs each open or ended run with its content when the batch was made."""

    runs: tuple[tuple[OpenRun, Run], ...] = ()
    failing: tuple[Result, ...] = ()
    changes: tuple[CheckChange, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    forgotten: tuple[str, ...] = ()
    """Checks whose snapshot goes: they were removed from the configuration."""
    buckets: tuple[Bucket, ...] = ()
    taken: tuple[int, ...] = ()
    """Rows of heartbeats that have been heard."""
    flapped: tuple[str, ...] = ()
    """Checks that began or ceased to flap."""
    warned: tuple[Warned, ...] = ()
    restated: tuple[Restated, ...] = ()
    """After everything else: it concerns results of this batch and of earlier ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store knows of one check when the prober starts."""

    snapshot: Snapshot
    recorded_at: Instant
    run: OpenRun | None = None
    """The newest one: it may go on."""
