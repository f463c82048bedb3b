"""What holds an incident's calls now. Everything that fails of it must be held: what one alert is silenced for says
nothing of the next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from incidents.incident import Incident
from incidents.inhibition import Traits, rule_of
from incidents.silence import SILENCE, Silence
from incidents.store import incident as incidents
from incidents.store import silence as silences
from incidents.trait import known_of, traits
from incidents.work import WORK, works_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`open`: incidents by number, the oldest first, without those that are part of another. `explaining`: of those
    that explain others, the traits that do."""

    open: dict[str, Incident]
    explaining: Mapping[str, Sequence[Traits]]


class Quiet:
    """By one configuration."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.rules = tuple(rule_of(one) for one in config.incidents.inhibit)

    def scene(self, tx: Connection, now: Instant) -> Scene:
        """What there is to explain anything. Looked at once for many: each look asks for all that is open."""
        known = reversed(incidents.unresolved(tx)) if self.rules else ()
        unresolved = {one.id: one for one in known if one.merged_into is None}
        found = {id: tuple(self._explaining(tx, one, now)) for id, one in unresolved.items()}
        return Scene(open=unresolved, explaining={id: those for id, those in found.items() if those})

    def holders(self, tx: Connection, incident: Incident, now: Instant, scene: Scene | None = None) -> tuple[str, ...]:
        """Names of silences and of planned work, numbers of incidents, in order; none: it is called."""
        if not incident.unresolved or incident.merged_into is not None:
            return ()
        components = (incident.component, *(one.component for one in incidents.parts_of(tx, incident)))
        in_force = silences.in_force(tx, now)
        standing = [one for one in in_force if any(one.concerns(each, incident.severity) for each in components)]
        sources = self._sources(tx, incident, now, scene)
        works = self._works(tx, incident, components, now)
        if not standing and not sources and not works:
            return ()
        found: set[str] = set()
        for one in traits(tx, self._config, incident, now):
            holder = works.get(one["component"]) or self._holder(one, standing, sources)
            if holder is None:
                return ()
            found.add(holder)
        # Where nothing fails at the moment, because it comes and goes, nothing says that it is something else now.
        return tuple(
            sorted(found or {*sources, *works.values(), *(one.name for one in standing)} & {*incident.held_by})
        )

    def because(self, tx: Connection, holders: Sequence[str]) -> str:
        """Why, in the words of those who silenced it, or what explains it."""
        return "; ".join(why for name in holders if (why := _why(tx, name)))

    def explains(self, tx: Connection, incident: Incident, now: Instant) -> bool:
        """Whether others may be held because of it."""
        return bool(self.rules) and incident.unresolved and next(self._explaining(tx, incident, now), None) is not None

    def _works(self, tx: Connection, incident: Incident, components: Sequence[str], now: Instant) -> Mapping[str, str]:
        """Component -> the planned work on it in whose course the incident opened, and that calls nobody."""
        beginning = incident.cycle < incident.told_from
        if not beginning and not any(one.startswith(WORK) for one in incident.held_by):
            return {}  # what was called once is called on, and nobody need be asked for the work at every alert
        begun = [one for one in works_at(tx, self._config, components, now) if one.start <= incident.opened_at]
        calling = {component for one in begun if one.page for component in one.components}
        return {
            component: f"{WORK}{one.id}" for one in begun for component in one.components if component not in calling
        }

    def _holder(
        self, target: Traits, standing: Sequence[Silence], sources: Mapping[str, Sequence[Traits]]
    ) -> str | None:
        silenced = next((one.name for one in standing if one.holds(target)), None)
        if silenced is not None:
            return silenced
        held = (id for id, those in sources.items() if not those or any(self._explained(target, one) for one in those))
        return next(held, None)

    def _explained(self, target: Traits, source: Traits) -> bool:
        return any(rule.holds(target, source) for rule in self.rules)

    def _sources(
        self, tx: Connection, target: Incident, now: Instant, scene: Scene | None
    ) -> Mapping[str, Sequence[Traits]]:
        """What is open and explains others, the oldest first, with those of its traits that do (none: it rests); never
        what is itself held because of the target."""
        if not any(rule.may_hold(one) for rule in self.rules for one in known_of(tx, target)):
            return {}  # of a storm most are none that a rule speaks of, and need not be held against all that is open
        seen = scene or self.scene(tx, now)
        return {
            id: seen.explaining.get(id, ())
            for id, one in seen.open.items()
            if id != target.id
            and (id in seen.explaining or self._rests(tx, one, target, now))
            and not _because_of(target.id, one, seen.open)
        }

    def _rests(self, tx: Connection, source: Incident, target: Incident, now: Instant) -> bool:
        """What comes and goes explains also while it is gone, until its incident ends."""
        return source.id in target.held_by and next(traits(tx, self._config, source, now), None) is None

    def _explaining(self, tx: Connection, incident: Incident, now: Instant) -> Iterator[Traits]:
        known = list(known_of(tx, incident))
        if not any(rule.may_explain(one) for rule in self.rules for one in known):
            return iter(())
        failing = traits(tx, self._config, incident, now)
        return (one for one in failing if any(rule.explains(one) for rule in self.rules))


def _because_of(id: str, incident: Incident, known: Mapping[str, Incident]) -> bool:
    """Whether it is held because of that one, through others too."""
    seen: set[str] = set()
    left = [incident]
    while left:
        one = left.pop()
        if id in one.held_by:
            return True
        seen.add(one.id)
        left += [known[name] for name in one.held_by if name in known and name not in seen]
    return False


def _why(tx: Connection, name: str) -> str:
    if name.startswith(SILENCE):
        silence = silences.find(tx, int(name.removeprefix(SILENCE)))
        return "" if silence is None else silence.reason
    if name.startswith(WORK):
        return name.removeprefix(WORK)
    incident = incidents.find(tx, name)
    return "" if incident is None else incident.component
