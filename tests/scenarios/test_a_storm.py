"""Thousands of different alerts within a minute, from hundreds of components at once."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from config.instant import Span
from tests.scenarios import town
from tests.servers.process import Serve, Upheld
from tests.servers.program import until
from tests.servers.sender import alert, alert_post
from tests.servers.smtp import Smtp

POSTED = 50
"""Each post brings as many alerts of as many components."""
FIRST_WITHIN = 30_000
WAITING = re.compile(r"^upheld_inbox_waiting (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """So many alerts, the same number of each component."""

    alerts: int
    components: int

    def names(self) -> list[str]:
        return [self.name_of(number) for number in range(self.components)]

    def name_of(self, number: int) -> str:
        return f"c{number % self.components:03d}"

    def posts(self, at: str) -> list[dict[str, object]]:
        each = [
            alert(f"f{one}", starts_at=at, component=self.name_of(one), severity="critical")
            for one in range(self.alerts)
        ]
        return [alert_post(each[first : first + POSTED]) for first in range(0, self.alerts, POSTED)]


SHORT, LONG = Storm(alerts=1000, components=100), Storm(alerts=5000, components=250)


@pytest.mark.server
def test_a_thousand_alerts_are_an_incident_a_component_and_a_handful_of_mails(
    serve: Serve, smtp: Smtp, database_url: str, show: Callable[[str], None]
) -> None:
    _, told = weathered(SHORT, serve, smtp, database_url)
    show(told)


@pytest.mark.server
@pytest.mark.long(minutes=10)
def test_five_thousand_alerts_are_an_incident_a_component_and_a_handful_of_mails(
    serve: Serve, smtp: Smtp, database_url: str, show: Callable[[str], None]
) -> None:
    first, told = weathered(LONG, serve, smtp, database_url)
    show(told)
    assert first < FIRST_WITHIN


def weathered(storm: Storm, serve: Serve, smtp: Smtp, store: str) -> tuple[Span, str]:
    """When the first page of a storm came, of which all was taken and decided; and its figures in words."""
    upheld, begun = struck(storm, serve, smtp, store)
    decided_at = town.now()

    found = upheld.incidents()
    assert Counter(one["component"] for one in found) == Counter(storm.names())
    mails = smtp.to("li@example.com")
    first = min(mail.at for mail in mails) - begun
    assert len(mails) <= 20 and len(mails) < storm.components // 10
    shown = upheld.cli("incident", "show", found[0]["id"], "--json")
    assert len(shown["alerts"]) == storm.alerts // storm.components
    assert [one["person"] for one in shown["told"]] == ["li"]
    seconds = f"{(decided_at - begun) / 1000:.1f} s, the first told after {first / 1000:.1f} s"
    told = f"{storm.alerts} alerts of {storm.components} components: decided within {seconds}, {len(mails)} mails"
    return first, told


def struck(storm: Storm, serve: Serve, smtp: Smtp, store: str) -> tuple[Upheld, int]:
    """All were taken and are decided; when the first was sent."""
    upheld = serve(
        {
            "store": {"url": store},
            "sources": town.alertmanager(),
            "components": {name: {"name": name} for name in storm.names()},
            **town.people(smtp.port, escalates_after=3600),
        }
    )
    begun = town.now()
    for post in storm.posts(town.rfc3339(begun)):
        assert upheld.post("/hooks/am", post, token=town.TOKEN).status == 202
    until(lambda: decided(upheld, storm.components), "all are decided", pause=0.2)
    return upheld, begun


def decided(upheld: Upheld, incidents: int) -> bool:
    waiting = WAITING.search(upheld.get("/metrics").text)
    assert waiting is not None
    return float(waiting[1]) == 0 and len(upheld.incidents()) == incidents
