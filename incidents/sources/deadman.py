"""A sender that must call regularly, whatever it says: Prometheus' Watchdog over Alertmanager, a night's backup.

A call that is late by more than `grace` opens an incident on `component`; the next call ends it.
"""

from collections.abc import Sequence

from pydantic import Field

from config.instant import DAY, MINUTE, SECOND, Instant
from config.value import Duration
from incidents.routing import Trusted
from incidents.source import Called, Sent, Source


class Options(Trusted):
    every: Duration = Field(ge=SECOND, le=366 * DAY)
    grace: Duration = Field(default=5 * MINUTE, ge=0, le=366 * DAY)


def read(options: Options, sent: Sent) -> Sequence[Called]:
    return [_call(options, sent.received_at)]


def _call(options: Options, at: Instant) -> Called:
    return Called(due_at=at + options.every + options.grace)


SOURCE = Source(options=Options, read=read, first_call=_call)
