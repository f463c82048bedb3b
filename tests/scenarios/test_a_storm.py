"""Five thousand different alerts within a minute, from hundreds of components at once."""

import re
from collections import Counter

import pytest

from tests.scenarios import town
from tests.servers.process import Serve, Upheld
from tests.servers.program import until
from tests.servers.sender import alert, alert_post
from tests.servers.smtp import Smtp

ALERTS, COMPONENTS, POSTED = 5000, 250, 50
"""Each post brings as many alerts of as many components."""
FIRST_WITHIN, ALL_WITHIN = 30_000, 60_000
WAITING = re.compile(r"^upheld_inbox_waiting (\S+)$", re.MULTILINE)


def name_of(number: int) -> str:
    return f"c{number % COMPONENTS:03d}"


def post(number: int, at: str) -> dict[str, object]:
    each = range(number * POSTED, (number + 1) * POSTED)
    return alert_post([alert(f"f{one}", starts_at=at, component=name_of(one), severity="critical") for one in each])


def storm(serve: Serve, smtp: Smtp, store: str) -> tuple[Upheld, int]:
    """All were taken and are decided; when the first was sent."""
    upheld = serve(
        {
            "store": {"url": store},
            "sources": town.alertmanager(),
            "components": {name_of(number): {"name": name_of(number)} for number in range(COMPONENTS)},
            **town.people(smtp.port, escalates_after=3600),
        }
    )
    begun = town.now()
    for number in range(ALERTS // POSTED):
        assert upheld.post("/hooks/am", post(number, town.rfc3339(begun)), token=town.TOKEN).status == 202
    assert town.now() - begun < ALL_WITHIN
    until(lambda: decided(upheld), "all are decided", timeout=2 * town.PATIENCE)
    return upheld, begun


def decided(upheld: Upheld) -> bool:
    waiting = WAITING.search(upheld.get("/metrics").text)
    assert waiting is not None
    return float(waiting[1]) == 0 and len(upheld.incidents()) == COMPONENTS


@pytest.mark.server
def test_five_thousand_alerts_are_an_incident_a_component_and_a_handful_of_mails(
    serve: Serve, smtp: Smtp, database_url: str
) -> None:
    upheld, begun = storm(serve, smtp, database_url)

    found = upheld.incidents()
    assert Counter(one["component"] for one in found) == Counter(name_of(number) for number in range(COMPONENTS))
    mails = smtp.to("li@example.com")
    assert min(mail.at for mail in mails) - begun < FIRST_WITHIN
    assert len(mails) <= 20 and len(mails) < COMPONENTS // 10
    shown = upheld.cli("incident", "show", found[0]["id"], "--json")
    assert len(shown["alerts"]) == ALERTS // COMPONENTS
    assert [one["person"] for one in shown["told"]] == ["li"]
