"""The main job from end to end, with a real nginx, a real mail server and the whole program in its own process."""

import time
from typing import Any

import pytest

from config.instant import parse_rfc3339
from tests.scenarios import town
from tests.servers.nginx import Nginx
from tests.servers.process import Serve, Upheld
from tests.servers.smtp import Mail, Smtp

LI, WANG, CHEN = "li@example.com", "wang@example.com", "chen@acme.example"


def to(address: str, *words: str) -> Any:
    def wanted(mail: Mail) -> bool:
        return address in mail.recipients and all(word in mail.subject for word in words)

    return wanted


def serve_shop(serve: Serve, url: str, page: Nginx, smtp: Smtp, *, escalates_after: int) -> Upheld:
    """The shop is watched and up."""
    page.page("/", "ok")
    upheld = serve(
        {
            "store": {"url": url},
            **town.people(smtp.port, escalates_after=escalates_after),
            "components": {"shop": town.shop(page.url)},
            "customers": town.customer("shop"),
        }
    )
    town.wait(lambda: town.indicator(upheld) == "none", "the shop is up")
    return upheld


@pytest.mark.server
def test_the_incident_opens_by_itself_is_told_shown_acknowledged_resolved_and_counted(
    nginx: Nginx, smtp: Smtp, serve: Serve, database_url: str
) -> None:
    escalates_after = 10
    upheld = serve_shop(serve, database_url, nginx, smtp, escalates_after=escalates_after)

    after_a_check(nginx)
    broken_at = town.now()
    nginx.switch_off()
    (page,) = smtp.wait_for(to(LI, "Down: Web shop"))
    (incident,) = upheld.incidents()
    acknowledged = upheld.cli("incident", "ack", incident["id"], "--by", "li", "--json")

    assert (incident["component"], incident["severity"], incident["state"]) == ("shop", 1, "triggered")
    assert incident["id"] in page.subject
    opened_at, started_at = parse_rfc3339(incident["opened_at"]), parse_rfc3339(incident["started_at"])
    assert abs(started_at - broken_at) <= town.INTERVAL * 1000
    assert opened_at - broken_at <= (town.INTERVAL + (town.FALL - 1) * town.RECHECK + 1) * 1000
    assert acknowledged["state"] == "acknowledged"
    assert parse_rfc3339(acknowledged["acknowledged_at"]) < opened_at + escalates_after * 1000

    shown_on_the_page(upheld)
    told_to_the_customer(upheld, smtp, incident["id"])
    town.wait(lambda: town.now() > opened_at + (escalates_after + 2) * 1000, "Wang would have been told")
    assert [mail.subject for mail in smtp.to(WANG) if "Down" in mail.subject] == []

    after_a_check(nginx)
    mended_at = town.now()
    nginx.switch_on()
    smtp.wait_for(to(LI, "Resolved"))
    (resolved,) = upheld.incidents(resolved=True)
    assert (resolved["state"], resolved["acknowledged_by"]) == ("resolved", "person:li")
    assert town.indicator(upheld) == "none"
    counted(upheld, broken_at, mended_at)


def after_a_check(page: Nginx) -> None:
    """A quarter of an interval after the next check: most of an interval will pass unnoticed, however slow we are."""
    seen = len(page.requests("/"))
    town.wait(lambda: len(page.requests("/")) > seen, "the page is asked")
    time.sleep(town.INTERVAL / 4)


def shown_on_the_page(upheld: Upheld) -> None:
    town.wait(lambda: town.indicator(upheld) == "critical", "summary.json says so")
    summary = upheld.get("/api/v2/summary.json").json()
    assert [one["status"] for one in summary["components"]] == ["major_outage"]
    assert len(summary["incidents"]) == 1
    assert "Down: Web shop" in upheld.get("/en/").text
    assert "严重故障" in upheld.get("/zh-CN/").text


def told_to_the_customer(upheld: Upheld, smtp: Smtp, incident: str) -> None:
    """The respond clock of the case is met when the customer's mail server has taken the mail."""
    smtp.wait_for(to(CHEN))
    (case,) = upheld.cli("case", "list", "--json")
    assert (case["customer"], case["level"], case["incident"]) == ("acme", 1, incident)

    def respond() -> dict[str, Any]:
        clocks = upheld.cli("case", "show", case["id"], "--json")["clocks"]
        return next(clock for clock in clocks if clock["name"] == "respond")

    town.wait(lambda: respond()["state"] == "met", "the response was in time")


def counted(upheld: Upheld, broken_at: int, mended_at: int) -> None:
    """The statement has one outage, its begin and its end each within one interval of the truth."""
    words = ("statement", "acme", town.month(), "--format", "json")
    (component,) = upheld.cli(*words)["components"]
    assert component["outages"] == 1
    (outage,) = component["outage_list"]
    assert abs(town.seconds(outage["start"]) - broken_at / 1000) <= town.INTERVAL
    assert abs(town.seconds(outage["end"]) - mended_at / 1000) <= town.INTERVAL
    truth = (mended_at - broken_at) / 1000
    assert abs(town.seconds(component["counted_down_s"]) - truth) <= town.INTERVAL


@pytest.mark.server
def test_nobody_answers_so_the_second_contact_is_told_also_after_kill_9(
    nginx: Nginx, smtp: Smtp, serve: Serve, database_url: str
) -> None:
    upheld = serve_shop(serve, database_url, nginx, smtp, escalates_after=4)

    nginx.switch_off(how="closed")
    smtp.wait_for(to(LI, "Down"))
    upheld.kill9()
    told_before_the_kill = smtp.to(WANG)
    upheld.start()
    upheld.wait_ready()

    assert [mail.subject for mail in told_before_the_kill if "Down" in mail.subject] == []
    smtp.wait_for(to(WANG, "Down"))
    (incident,) = upheld.incidents(resolved=True)
    shown = upheld.cli("incident", "show", incident["id"], "--json")
    steps = [(event["round"], event["step"]) for event in shown["events"] if event["event"] == "escalated"]
    assert steps[:2] == [(1, 1), (1, 2)]
