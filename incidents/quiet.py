"""What holds an incident's calls now. Everything that fails of it must be held: what one alert is silenced for says
nothing of the next."""

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from incidents.incident import Incident
from incidents.silence import SILENCE, Silence
from incidents.store import silence as silences
from incidents.trait import traits


class Quiet:
    """By one configuration."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def holders(self, tx: Connection, incident: Incident, now: Instant) -> tuple[str, ...]:
        """Names of silences, in order; none: it is called."""
        if not incident.unresolved:
            return ()
        standing = [one for one in silences.in_force(tx, now) if one.concerns(incident.component, incident.severity)]
        if not standing:
            return ()
        found: set[str] = set()
        for one in traits(tx, self._config, incident, now):
            holder = next((silence.name for silence in standing if silence.holds(one)), None)
            if holder is None:
                return ()
            found.add(holder)
        # Where nothing fails at the moment, because it comes and goes, nothing says that it is something else now.
        return tuple(sorted(found or {one.name for one in standing} & {*incident.held_by}))

    def because(self, tx: Connection, holders: tuple[str, ...]) -> str:
        """Why, in the words of those who silenced it."""
        return "; ".join(one.reason for name in holders if (one := _silence(tx, name)) is not None)


def _silence(tx: Connection, name: str) -> Silence | None:
    number = name.removeprefix(SILENCE)
    return silences.find(tx, int(number)) if name.startswith(SILENCE) else None
