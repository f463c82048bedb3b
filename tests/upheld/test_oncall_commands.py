"""A change of shifts asked for by command, and the address of somebody's shifts."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from config.instant import DAY, rfc3339
from incidents import dutycalendar, offer
from incidents.link import Links
from tests.upheld.house import write
from tests.upheld.test_cli import refused, upheld
from upheld import signing
from upheld.clock import utc_now

pytestmark = pytest.mark.store

BASE = "https://status.example.com"
PEOPLE = {
    name: {"name": name.title(), "email": f"{name}@example.com", "language": "en", "reach": [{"channel": "mail"}]}
    for name in ("li", "wang")
}
MAIL = {"kind": "email", "host": "127.0.0.1", "port": 25, "tls": "none", "sender": "up@example.com"}
ROTA = {"timezone": "UTC", "rotate": "daily", "handoff": "09:00", "people": ["li", "wang"]}
ASK = ("oncall", "ask", "primary", "wang", "--by", "li", "--reason", "a concert")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store, two people who share a rota, and our key."""
    path = write(
        tmp_path,
        site={"name": "Northwind", "external_url": BASE},
        channels={"mail": MAIL},
        people=PEOPLE,
        rotas={"primary": ROTA},
    )
    monkeypatch.setenv("UPHELD_CONFIG", str(path))
    assert upheld("migrate").exit_code == 0 and upheld("key").exit_code == 0
    return tmp_path


def links(folder: Path) -> Links:
    return Links(base=BASE, secret=signing.links_secret(folder / "signing.key"))


def mails(folder: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(folder / "upheld.db") as store:
        found = [json.loads(row[0]) for row in store.execute("select message from notification order by id")]
    store.close()
    return found


def test_the_other_is_asked_by_a_link_that_says_what_was_asked(folder: Path) -> None:
    made = json.loads(upheld(*ASK, "--json").stdout)
    assert (made["person"], made["other"], [one["person"] for one in made["shifts"]]) == ("li", "wang", ["wang", "li"])
    (mail,) = mails(folder)
    (link,) = mail["links"]
    asked = offer.read(links(folder), link.rpartition("/")[2])
    assert asked is not None and (asked.people, asked.reason) == (("li", "wang"), "a concert")
    assert "nobody changed anything" in upheld("oncall", "changes").stdout


def test_shifts_and_silences_are_told_by_the_site_s_clock_and_to_programs_in_utc(folder: Path) -> None:
    """An engineer wrote 09:00 and read 01:00:00.000Z."""
    write(folder, site={"timezone": "Asia/Shanghai"}, channels={"mail": MAIL}, people=PEOPLE, rotas={"primary": ROTA})
    times = ("--to", "2199-01-02 09:00", "--from", "2199-01-01 09:00")
    change = ("oncall", "override", "primary", "add", "li", *times, "--reason", "r")
    (said, *others) = (upheld(*change), upheld("oncall", "plan"), upheld("oncall", "changes", "--days", "366"))
    until = rfc3339(utc_now() + DAY)
    for shown in (said, *others, upheld("silence", "add", "component=shop", "--until", until, "--reason", "r")):
        assert shown.exit_code == 0 and "Z\n" not in shown.stdout and "Z " not in shown.stdout
    assert "start: 2199-01-01 09:00:00" in said.stdout and "times: Asia/Shanghai" in said.stdout
    assert json.loads(upheld("oncall", "override", "primary", "add", "wang", *times, "--reason", "r", "--json").stdout)[
        "start"
    ].endswith("T01:00:00.000Z")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("oncall", "ask", "primary", "li", "--by", "li", "--reason", "r"), "nobody takes his own place"),
        (("oncall", "ask", "primary", "wang", "--by", "zhao", "--reason", "r"), "no person 'zhao'"),
        (("oncall", "ask", "primary", "zhao", "--by", "li", "--reason", "r"), "no person 'zhao'"),
        (("oncall", "ask", "night", "wang", "--by", "li", "--reason", "r"), "night"),
        (("oncall", "ask", "primary", "wang", "--by", "li", "--reason", " "), "why"),
        (("oncall", "calendar", "zhao"), "no person 'zhao'"),
    ],
)
def test_what_cannot_be_is_said_and_nobody_is_asked(folder: Path, words: tuple[str, ...], why: str) -> None:
    assert why in refused(upheld(*words), 1)
    assert mails(folder) == []


def test_the_address_of_a_calendar_is_the_one_the_desk_shows(folder: Path) -> None:
    address = upheld("oncall", "calendar", "wang").stdout.strip()
    assert address == dutycalendar.address(links(folder), "wang", 0)
    token = address.removeprefix(f"{BASE}/oncall/").removesuffix(".ics")
    assert dutycalendar.person_of(links(folder), token) == ("wang", 0)


def test_a_renewed_address_is_another_one_and_stays(folder: Path) -> None:
    first = upheld("oncall", "calendar", "wang").stdout
    second = upheld("oncall", "calendar", "wang", "--renew", "--by", "li").stdout
    assert second != first and upheld("oncall", "calendar", "wang").stdout == second
    assert upheld("oncall", "calendar", "li").stdout.strip() == dutycalendar.address(links(folder), "li", 0)


def test_without_a_key_or_an_address_of_ours_there_is_none(folder: Path) -> None:
    (folder / "signing.key").unlink()
    assert "no signing key" in refused(upheld("oncall", "calendar", "li"), 1)
    assert not (folder / "signing.key").exists(), "looking makes no key"
    write(folder, people=PEOPLE, channels={"mail": MAIL}, rotas={"primary": ROTA})
    assert "site.external_url" in refused(upheld("oncall", "calendar", "li"), 1)
