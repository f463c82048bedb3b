"""A person's shifts as text of RFC 5545: cut nowhere without need, the same tomorrow as today."""

import re
from dataclasses import replace

import pytest

from config.instant import DAY, HOUR, Instant
from config.model import Config
from config.oncall import Every, Layer, Rota, Unit
from incidents import signet
from incidents.dutycalendar import Duty, address, duties, person_of, text_of, window
from incidents.link import Links
from incidents.oncall import Roster
from incidents.rota import Change, Deed
from tests.incidents.samples import NOON, config, named

LINKS = Links(base="https://status.example.com/", secret=b"s" * 32)
WEEKLY = Layer(people=("li", "wang"), rotate=Every(unit=Unit.WEEKS), handoff="Mon 09:00")
NIGHT = Change(
    id=1, rota="primary", deed=Deed.REPLACE, person="wang", instead_of=None, start=NOON + DAY,
    end=NOON + DAY + 8 * HOUR, reason="ill", by="person:li", recorded_at=NOON,
)  # fmt: skip


def house() -> Config:
    return config(rotas=named((Rota(id="primary", timezone="Asia/Shanghai", layers=(WEEKLY,)),)))


def told(person: str, now: Instant, *changes: Change) -> list[tuple[str, ...]]:
    """UID, DTSTART and DTEND of each event."""
    found = duties(Roster(config=house(), changes=changes), person, window(now))
    text = text_of(found, person, LINKS, "en", now)
    return re.findall(r"UID:(\S+)\r\n.*?DTSTART:(\S+)\r\nDTEND:(\S+)\r\n", text, re.S)


def test_a_shift_has_the_same_id_and_instants_whenever_it_is_asked_for() -> None:
    today, tomorrow = told("li", NOON), told("li", NOON + DAY)
    assert today == tomorrow
    (monday,) = [one for one in (*today, *told("wang", NOON)) if one[1] == "20260907T010000Z"]
    assert re.fullmatch(r"primary-1788742800000-(li|wang)@status\.example\.com", monday[0])
    assert monday[2] == "20260914T010000Z"
    assert len({uid for uid, _, _ in today}) == len(today)


def test_who_takes_a_night_has_it_in_his_calendar_and_the_other_has_not() -> None:
    mine = {one[1:] for person in ("li", "wang") for one in told(person, NOON)}
    (holder,) = Roster(config=house()).on_call("primary", NOON + DAY)
    changed = replace(NIGHT, person="wang" if holder == "li" else "li")
    theirs = told(changed.person, NOON, changed)
    night = ("20260905T120000Z", "20260905T200000Z")
    assert night in {one[1:] for one in theirs} - mine
    assert any(one[2] == night[0] for one in told(holder, NOON, changed))


def test_whoever_comes_beside_cuts_no_shift_in_two() -> None:
    (holder,) = Roster(config=house()).on_call("primary", NOON + DAY)
    beside = replace(NIGHT, deed=Deed.ADD, person="wang" if holder == "li" else "li")
    assert told(holder, NOON, beside) == told(holder, NOON)


def test_lines_end_in_crlf_and_are_folded_between_characters() -> None:
    long = Duty(rota="值班表" * 20 + ", one; two", start=NOON, end=NOON + DAY)
    text = text_of([long], "li", LINKS, "zh-CN", NOON)
    assert text.endswith("END:VCALENDAR\r\n") and "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert "SUMMARY:值班：" + "值班表" * 20 + "\\, one\\; two" in text.replace("\r\n ", "")


@pytest.mark.parametrize("token", ["", "x", "%00", "A" * 3000, signet.token(b"t" * 32, "calendar", "li")])
def test_only_the_address_we_gave_names_a_person(token: str) -> None:
    given = address(LINKS, "li", 0)
    assert given is not None and given.startswith("https://status.example.com/oncall/")
    assert person_of(LINKS, given.rpartition("/")[2].removesuffix(".ics")) == ("li", 0)
    renewed = address(LINKS, "li", 2) or ""
    assert person_of(LINKS, renewed.rpartition("/")[2].removesuffix(".ics")) == ("li", 2)
    assert person_of(LINKS, token) is None
    assert person_of(LINKS, signet.token(b"s" * 32, "swap", "li")) is None, "signed for another use"
