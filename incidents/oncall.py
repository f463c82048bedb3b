"""Whom a name of a policy stands for now: a person, whoever is on call by a rota or has a role. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.instant import Instant
from config.model import Config
from config.oncall import During
from incidents.rota import Change, Shift, schedule
from sla.calendar import local
from sla.hours import calendar_of
from sla.interval import Interval

ROTA, ROLE = "rota:", "role:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The rotas as configured, with what people changed of them over the time that is asked for."""

    config: Config
    changes: Sequence[Change] = ()

    def on_call(self, rota: str, at: Instant) -> tuple[str, ...]:
        """Nobody also where there is no such rota."""
        shifts = self.shifts(rota, (at, at + 1))
        return shifts[0].people if shifts else ()

    def shifts(self, rota: str, window: Interval) -> tuple[Shift, ...]:
        """The whole window, gaps too; empty where there is no such rota."""
        known = self.config.rotas.get(rota)
        return () if known is None else schedule(known, self.config.calendars, self.changes, window)

    def who(self, name: str, at: Instant) -> tuple[str, ...]:
        """The people of the configuration that a name of a policy stands for at that instant."""
        if name.startswith(ROLE):
            role = name.removeprefix(ROLE)
            return tuple(one.id for one in self.config.people.values() if one.role == role)
        people = self.on_call(name.removeprefix(ROTA), at) if name.startswith(ROTA) else (name,)
        return tuple(person for person in people if person in self.config.people)

    def holds(self, during: During, at: Instant) -> bool:
        """Whether these hours are now; those of a calendar that is gone always are, so that somebody is told."""
        written = self.config.calendars.get(during.calendar)
        if written is None:
            return True
        calendar = calendar_of(written)
        working = any(start <= at < end for start, end in calendar.pieces(local(at, calendar.zone).date()))
        return working == (during.hours == "working-hours")

    def on_duty(self, at: Instant) -> tuple[str, ...]:
        """Of all rotas, in the order written."""
        return tuple(dict.fromkeys(person for rota in self.config.rotas for person in self.on_call(rota, at)))
