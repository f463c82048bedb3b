"""A grave case under service-process: the whole emergency team is called at once, and the customer hears it too."""

from datetime import UTC, datetime

import pytest

from tests.scenarios import town
from tests.servers.nginx import Nginx
from tests.servers.process import Serve
from tests.servers.smtp import Smtp

TEAM = {"li": "engineer", "sun": "team-lead", "zhao": "legal", "chief": "executive"}
CALLED = "You are called to case CASE-"
BROUGHT_IN = "was escalated"


@pytest.mark.server
def test_engineering_legal_and_management_are_called_and_the_customer_is_told(
    nginx: Nginx, smtp: Smtp, serve: Serve
) -> None:
    nginx.page("/", "ok")
    written = town.people(smtp.port, escalates_after=600)
    team = {
        name: {"name": name.title(), "email": f"{name}@example.com", "role": role, "language": "en"}
        for name, role in TEAM.items()
    }
    agreement = {
        "profile": "service-process@1",
        "terms": "strict-7x24@1",
        "target": "99.9",
        "covers": ["shop"],
        "measured_from": datetime.now(UTC).date().replace(day=1),
    }
    contact = {"name": "Chen", "email": "chen@acme.example", "language": "en"}
    upheld = serve(
        {
            **written,
            "people": {**written["people"], **team},
            "components": {"shop": town.shop(nginx.url)},
            "customers": {"acme": {"name": "Acme", "contact": contact, "agreement": agreement}},
        }
    )
    town.wait(lambda: town.component_status(upheld, "Web shop") == "operational", "the shop is up")

    nginx.switch_off()
    town.wait(lambda: len(_to(smtp, CALLED)) == len(TEAM), "the whole team is called")
    town.wait(lambda: _to(smtp, BROUGHT_IN) == {"chen@acme.example"}, "the customer is told")

    assert _to(smtp, CALLED) == {f"{name}@example.com" for name in TEAM}
    (told,) = [mail for mail in smtp.mails if BROUGHT_IN in mail.subject]
    assert "engineering, legal department, management" in told.text


def _to(smtp: Smtp, subject: str) -> set[str]:
    return {one for mail in smtp.mails if subject in mail.subject for one in mail.recipients}
