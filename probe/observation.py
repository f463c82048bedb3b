"""Observation runs: equal results in a row are one row, and no gap can hide in it.

A run says how many results it holds, from when to when, which ticks inside it were not asked, and the sum of the
latencies. A hole longer than 2 x interval + timeout, another outcome, another question or midnight (UTC) ends it: a day
is a whole number of runs, so that what was observed on it can be said exactly.
Ticks that were not asked between two runs are a run of their own, of missed results.
A run is also closed when it lists many missing ticks, so that its row stays small.
"""

from dataclasses import dataclass, replace

from config.instant import DAY, Instant, Span
from probe.result import Outcome, Result
from probe.verdict import evidence_of

MISSING_LIMIT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`missing` are instants of ticks on the check's grid; latencies in microseconds."""

    check: str
    location: str
    outcome: Outcome
    first_at: Instant
    last_at: Instant
    last_tick: Instant
    count: int
    missing: tuple[Instant, ...]
    interval: Span
    timeout: Span
    latency_sum_us: int
    latency_max_us: int


def extend(run: Run | None, result: Result, interval: Span, timeout: Span) -> tuple[Run | None, Run | None]:
    """The run that now goes on, and the one this result ended. A missed result changes nothing; the next shows it."""
    answer = result.answer
    if answer.outcome is Outcome.MISSED:
        return run, None
    if run is None or not _continues(run, result, interval, timeout):
        return _begin(result, interval, timeout), run
    missing = range(run.last_tick + interval, result.tick, interval)
    midnight = result.started_at - result.started_at % DAY
    if run.first_at < midnight:
        ended = replace(run, missing=(*run.missing, *(tick for tick in missing if tick < midnight)))
        begun = replace(_begin(result, interval, timeout), missing=tuple(tick for tick in missing if tick >= midnight))
        return begun, ended
    return _grown(run, result, missing), None


def hole(ended: Run, begun: Run, tick: Instant) -> tuple[Run, ...]:
    """The ticks between two runs that no run lists, as runs of missed results, each within its day (UTC).

    `tick` is the one of the first result of `begun`. So what was not asked stands in the record, however long it was.
    """
    first, step = ended.last_tick + ended.interval, ended.interval
    listed = any(at >= first for at in (*ended.missing[-1:], *begun.missing[-1:]))
    if listed or begun.interval != step:
        return ()
    found: list[Run] = []
    while first < tick:
        midnight = first - first % DAY + DAY
        number = -((first - min(tick, midnight)) // step)
        last = first + (number - 1) * step
        found.append(
            replace(
                begun,
                outcome=Outcome.MISSED,
                first_at=first,
                last_at=last,
                last_tick=last,
                count=number,
                missing=(),
                latency_sum_us=0,
                latency_max_us=0,
            )
        )
        first = last + step
    return tuple(found)


def _continues(run: Run, result: Result, interval: Span, timeout: Span) -> bool:
    return (
        run.outcome is result.answer.outcome
        and run.interval == interval
        and run.timeout == timeout
        and len(run.missing) < MISSING_LIMIT
        and 0 <= result.started_at - run.last_at <= evidence_of(interval, timeout)
    )


def _grown(run: Run, result: Result, missing: range) -> Run:
    # Field by field: `replace` takes four times as long, and this happens at every result.
    latency = result.answer.latency_us
    return Run(
        check=run.check,
        location=run.location,
        outcome=run.outcome,
        first_at=run.first_at,
        last_at=result.started_at,
        last_tick=result.tick,
        count=run.count + 1,
        missing=(*run.missing, *missing) if missing else run.missing,
        interval=run.interval,
        timeout=run.timeout,
        latency_sum_us=run.latency_sum_us + latency,
        latency_max_us=max(run.latency_max_us, latency),
    )


def _begin(result: Result, interval: Span, timeout: Span) -> Run:
    latency = result.answer.latency_us
    return Run(
        check=result.check,
        location=result.location,
        outcome=result.answer.outcome,
        first_at=result.started_at,
        last_at=result.started_at,
        last_tick=result.tick,
        count=1,
        missing=(),
        interval=interval,
        timeout=timeout,
        latency_sum_us=latency,
        latency_max_us=latency,
    )
