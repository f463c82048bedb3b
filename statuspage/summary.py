"""The Statuspage v2 documents: exact paths, keys and enum values, so that every existing watcher reads us.

States we know and it does not are mapped to the worse side, never to green: clients take an unknown word for
"operational". Pure; instants become RFC 3339 in UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

from config.instant import Instant, rfc3339
from config.language import ENGLISH
from config.look.state import Shown, worst
from statuspage import place
from statuspage.facts import Component, Incident, PageFacts, Phase, Update, Window
from statuspage.incident import title, wording
from statuspage.standing import Standing, seen_at, standings_of
from statuspage.voice import Voice

Document: TypeAlias = dict[str, Any]

STATUS = {
    Shown.UP: "operational",
    Shown.DEGRADED: "degraded_performance",
    Shown.UNKNOWN: "degraded_performance",
    Shown.PARTIAL: "partial_outage",
    Shown.DOWN: "major_outage",
    Shown.MAINTENANCE: "under_maintenance",
}

IMPACT = {Shown.DOWN: "critical", Shown.PARTIAL: "major", Shown.DEGRADED: "minor", Shown.UNKNOWN: "minor"}

INDICATOR = {
    Shown.UP: ("none", "All Systems Operational"),
    Shown.DEGRADED: ("minor", "Partially Degraded Service"),
    Shown.UNKNOWN: ("minor", "Partially Degraded Service: not everything is measured"),
    Shown.PARTIAL: ("major", "Partial System Outage"),
    Shown.DOWN: ("critical", "Major System Outage"),
    Shown.MAINTENANCE: ("maintenance", "Service Under Maintenance"),
}

_MOST = 50


def documents(facts: PageFacts, now: Instant) -> dict[str, Document]:
    """Path below `/api/v2/` without `.json` -> document. `now` is when they are made."""
    made = Documents(facts, now)
    page, components = made.page(), made.components()
    unresolved = [made.incident(one) for one in facts.incidents if one.resolved_at is None]
    work = [window for window in sorted(facts.windows, key=lambda one: -one.start) if window.maintenance]
    upcoming = [made.maintenance(window) for window in work if window.start > made.now]
    active = [made.maintenance(window) for window in work if window.start <= made.now < window.end]
    return {
        "summary": {
            "page": page,
            "components": components,
            "incidents": unresolved,
            "scheduled_maintenances": active + upcoming,
            "status": made.status(),
        },
        "status": {"page": page, "status": made.status()},
        "components": {"page": page, "components": components},
        "incidents": {"page": page, "incidents": [made.incident(one) for one in facts.incidents[:_MOST]]},
        "incidents/unresolved": {"page": page, "incidents": unresolved},
        "scheduled-maintenances": {
            "page": page,
            "scheduled_maintenances": [made.maintenance(window) for window in work[:_MOST]],
        },
        "scheduled-maintenances/upcoming": {"page": page, "scheduled_maintenances": upcoming},
        "scheduled-maintenances/active": {"page": page, "scheduled_maintenances": active},
    }


def short_id(kind: str, key: str) -> str:
    """Twelve characters of [a-z0-9], the same for ever for the same thing."""
    number = int.from_bytes(sha256(f"{kind}:{key}".encode()).digest()[:16], "big")
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    found = ""
    for _ in range(12):
        number, rest = divmod(number, 36)
        found += letters[rest]
    return found


class Documents:
    """One page's records in Statuspage's shapes."""

    def __init__(self, facts: PageFacts, made_at: Instant) -> None:
        now = seen_at(facts, made_at)
        self.facts = facts
        self.now = now
        languages = facts.site.languages
        language = ENGLISH if ENGLISH in languages else languages[0]
        self.voice = Voice(language=language, zone=facts.site.zone, now=now)
        self.page_id = short_id("page", facts.path)
        self.standings: Mapping[str, Standing] = standings_of(facts, made_at, self.voice)

    def page(self) -> Document:
        return {
            "id": self.page_id,
            "name": self.voice.text(self.facts.name),
            "url": self.facts.site.url or self.facts.path,
            "time_zone": self.facts.site.zone,
            "updated_at": rfc3339(self.now),
        }

    def status(self) -> Document:
        state = worst(standing.state for standing in self.standings.values())
        indicator, description = INDICATOR[state]
        return {"indicator": indicator, "description": description}

    def components(self) -> list[Document]:
        """Groups are rows of their own before their children, and alone have the key `components`."""
        rows: list[Document] = []
        for number, group in enumerate(self.facts.groups):
            inside = [id for id in group.components if id in self.standings]
            if group.name is None:
                rows += [
                    self.component(self.facts.components[id], None, len(rows) + place + 1)
                    for place, id in enumerate(inside)
                ]
                continue
            name = self.voice.text(group.name)
            group_id = short_id("group", f"{self.facts.path}:{number}:{name}")
            state = worst(self.standings[id].state for id in inside)
            rows.append(self._row(group_id, name, state, self._first(inside), len(rows) + 1, None, None))
            rows[-1] |= {"group": True, "components": [short_id("component", id) for id in inside]}
            rows += [
                self.component(self.facts.components[id], group_id, len(rows) + place + 1)
                for place, id in enumerate(inside)
            ]
        return rows

    def component(self, component: Component, group_id: str | None, position: int) -> Document:
        standing = self.standings[component.id]
        begin = self._first([component.id])
        description = self.voice.text(component.description) if component.description is not None else None
        if standing.state is Shown.UNKNOWN:
            doubt = self.voice.t("Not measured: this counts neither as up nor as down.")
            description = self.voice.joined(description or "", doubt)
        row = self._row(
            short_id("component", component.id), standing.name, standing.state, begin, position, group_id, description
        )
        return row | {"updated_at": rfc3339(standing.since if standing.since is not None else begin)}

    def incident(self, incident: Incident) -> Document:
        known = self.facts.components.get(incident.component)
        name = self.voice.text(known.name) if known is not None else incident.component
        updates = [self._update(update, incident, name) for update in reversed(incident.updates)]
        link = f"{self.facts.site.url}{place.base(self.facts.path, self.voice.language)}incidents/{incident.id}"
        return {
            "id": short_id("incident", incident.id),
            "name": title(incident, name, self.voice),
            "status": incident.phase.value,
            "created_at": rfc3339(incident.opened_at),
            "updated_at": updates[0]["updated_at"] if updates else rfc3339(incident.resolved_at or incident.opened_at),
            "monitoring_at": _when(incident.updates, Phase.MONITORING),
            "resolved_at": rfc3339(incident.resolved_at) if incident.resolved_at is not None else None,
            "impact": IMPACT.get(incident.state, "none"),
            "shortlink": link,
            "started_at": rfc3339(incident.started_at),
            "page_id": self.page_id,
            "incident_updates": updates,
            "components": [self.component(known, None, 1)] if known is not None and known.id in self.standings else [],
            "reminder_intervals": None,
        }

    def maintenance(self, window: Window) -> Document:
        known = [self.facts.components[id] for id in window.components if id in self.standings]
        status = "scheduled" if window.start > self.now else "in_progress" if window.end > self.now else "completed"
        announced = rfc3339(window.announced_at if window.announced_at is not None else min(self.now, window.start))
        work = self.voice.text(window.text) if window.text is not None else self.voice.t("planned work")
        id = short_id("maintenance", f"{window.id}:{window.start}")
        update = _update_row(id, "u1", "scheduled", work, announced, None)
        return {
            "id": id,
            "name": self.voice.t(
                "{name}: {work}", name=self.voice.listed([self.voice.text(one.name) for one in known]), work=work
            ),
            "status": status,
            "created_at": announced,
            "updated_at": announced,
            "monitoring_at": None,
            "resolved_at": rfc3339(window.end) if status == "completed" else None,
            "impact": "maintenance",
            "shortlink": f"{self.facts.site.url}{place.base(self.facts.path, self.voice.language)}maintenance",
            "started_at": rfc3339(window.start),
            "page_id": self.page_id,
            "incident_updates": [update],
            "components": [self.component(one, None, number) for number, one in enumerate(known, start=1)],
            "reminder_intervals": None,
            "scheduled_for": rfc3339(window.start),
            "scheduled_until": rfc3339(window.end),
        }

    def _update(self, update: Update, incident: Incident, name: str) -> Document:
        body = self.voice.text(update.text) if update.text is not None else wording(update, incident, name, self.voice)
        new = "operational" if update.phase is Phase.RESOLVED else STATUS[update.state or incident.state]
        old = "operational" if update.seq == 1 else STATUS[incident.state]
        code = short_id("component", incident.component)
        affected = [{"code": code, "name": name, "old_status": old, "new_status": new}]
        return _update_row(
            short_id("incident", incident.id),
            f"{incident.id}:{update.seq}",
            update.phase.value,
            body,
            rfc3339(update.at),
            affected,
        )

    def _row(
        self,
        id: str,
        name: str,
        state: Shown,
        begin: Instant,
        position: int,
        group_id: str | None,
        description: str | None,
    ) -> Document:
        return {
            "id": id,
            "name": name,
            "status": STATUS[state],
            "created_at": rfc3339(begin),
            "updated_at": rfc3339(begin),
            "position": position,
            "description": description,
            "showcase": False,
            "start_date": rfc3339(begin)[:10],
            "group_id": group_id,
            "page_id": self.page_id,
            "group": False,
            "only_show_if_degraded": False,
        }

    def _first(self, ids: Iterable[str]) -> Instant:
        changes = [self.facts.components[id].changes for id in ids]
        return min((line[0].at for line in changes if line), default=self.now)


def _update_row(
    incident_id: str, key: str, status: str, body: str, at: str, affected: Sequence[Document] | None
) -> Document:
    return {
        "id": short_id("update", f"{incident_id}:{key}"),
        "status": status,
        "body": body,
        "incident_id": incident_id,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": affected,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _when(updates: Sequence[Update], phase: Phase) -> str | None:
    return next((rfc3339(update.at) for update in updates if update.phase is phase), None)
