"""Who is on call: turns by the rota's wall clock, layers, and what people changed."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import DAY, HOUR, MINUTE, Instant, instant_of
from config.oncall import Layer, Rota
from incidents.oncall import Roster
from incidents.rota import Change, Deed, Shift, gaps, schedule
from tests.incidents.samples import config, office

PEOPLE = ("li", "wang", "zhao")
BERLIN = "Europe/Berlin"


def layer(**changes: object) -> Layer:
    return Layer.model_validate({"people": PEOPLE, **changes})


def rota(zone: str = "Asia/Shanghai", **changes: object) -> Rota:
    return layered(layer(**changes), zone=zone)


def layered(*layers: Layer, zone: str = "Asia/Shanghai") -> Rota:
    return Rota(id="primary", timezone=zone, layers=layers)


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> Instant:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold))


def after(person: str) -> str:
    return PEOPLE[(PEOPLE.index(person) + 1) % 3]


def between(one: Rota, start: Instant, end: Instant, *changes: Change) -> tuple[Shift, ...]:
    return schedule(one, {"cn": office()}, changes, (start, end))


def on_call(one: Rota, moment: Instant, *changes: Change) -> str:
    """Everybody who is on call then, by name."""
    return " ".join(between(one, moment, moment + 1, *changes)[0].people)


def change(deed: Deed, person: str, start: Instant, end: Instant, **more: Any) -> Change:
    given: dict[str, Any] = {"id": 1, "rota": "primary", "instead_of": None, "reason": "", "by": "", "recorded_at": 0}
    return Change(deed=deed, person=person, start=start, end=end, **{**given, **more})


def told(shifts: Sequence[Shift], zone: str = "Asia/Shanghai") -> list[tuple[str, str]]:
    """(from, who) of every shift."""
    begins = [datetime.fromtimestamp(one.start / 1000, ZoneInfo(zone)).isoformat()[:16] for one in shifts]
    return [(begin, " ".join(one.people)) for begin, one in zip(begins, shifts, strict=True)]


# turns


def test_a_week_s_turn_lasts_from_hand_off_to_hand_off() -> None:
    turn = on_call(rota(), at("2026-11-16T09:00:00"))

    assert on_call(rota(), at("2026-11-22T23:59:59")) == turn
    assert on_call(rota(), at("2026-11-23T09:00:00") - 1) == turn
    assert on_call(rota(), at("2026-11-23T09:00:00")) == after(turn)
    assert on_call(rota(), at("2026-11-16T09:00:00") - 1) != turn


def test_everybody_has_a_turn_and_in_the_order_written() -> None:
    turns = [on_call(rota(), at(f"2026-11-{day:02d}T12:00:00")) for day in (2, 9, 16, 23)]

    assert turns[3] == turns[0]
    assert turns[1] == after(turns[0])
    assert turns[2] == after(turns[1])


def test_a_daily_rota_changes_every_day_at_its_time() -> None:
    daily = rota(rotate="daily", handoff="18:00")
    turn = on_call(daily, at("2026-11-20T18:00:00"))

    assert on_call(daily, at("2026-11-21T18:00:00") - 1) == turn
    assert on_call(daily, at("2026-11-21T18:00:00")) == after(turn)


def test_a_daily_rota_does_not_mind_a_weekday_in_its_hand_off() -> None:
    moment = at("2026-11-20T09:00:00")

    assert on_call(rota(rotate="daily", handoff="Mon 09:00"), moment) == on_call(rota(rotate="daily"), moment)


def test_a_monthly_rota_changes_on_its_day_and_on_the_last_one_of_a_short_month() -> None:
    monthly = rota(rotate="monthly", handoff="31 09:00")
    shifts = between(monthly, at("2027-01-31T09:00:00"), at("2027-05-01T00:00:00"))

    assert [begin for begin, _ in told(shifts)] == [
        "2027-01-31T09:00",
        "2027-02-28T09:00",
        "2027-03-31T09:00",
        "2027-04-30T09:00",
    ]


def test_turns_of_hours_follow_each_other_through_the_day() -> None:
    shifts = between(
        rota(rotate={"every": 8, "unit": "hours"}, start=at("2026-11-20T06:00:00")),
        at("2026-11-20T06:00:00"),
        at("2026-11-21T06:00:00"),
    )

    assert told(shifts) == [("2026-11-20T06:00", "li"), ("2026-11-20T14:00", "wang"), ("2026-11-20T22:00", "zhao")]


def test_turns_of_two_weeks_begin_with_the_first_person_where_the_layer_starts() -> None:
    start = at("2026-11-18T00:00:00")
    shifts = between(rota(rotate={"every": 2, "unit": "weeks"}, start=start), start, at("2026-12-20T00:00:00"))

    assert told(shifts) == [("2026-11-18T00:00", "li"), ("2026-11-30T09:00", "wang"), ("2026-12-14T09:00", "zhao")]


def test_before_its_start_a_layer_has_nobody() -> None:
    """G9: a schedule that starts in the future."""
    starting = rota(start=at("2026-11-18T00:00:00"))

    assert on_call(starting, at("2026-11-18T00:00:00") - 1) == ""
    assert on_call(starting, at("2026-11-18T00:00:00")) == "li"


@pytest.mark.parametrize("handoff", ["mon 09:00", "MON 09:00", "Mon 09:00"])
def test_a_weekday_may_be_written_as_the_configuration_allows_it(handoff: str) -> None:
    """The configuration takes a weekday in any case, so paging must not stumble over one."""
    moment = at("2026-11-18T12:00:00")

    assert on_call(rota(handoff=handoff), moment) == on_call(rota(), moment)


def test_one_person_is_always_on_call_also_before_the_beginning_of_time() -> None:
    alone = rota(people=("li",))

    assert on_call(alone, -(10**12)) == on_call(alone, 0) == "li"


def test_whoever_goes_takes_nobody_s_place_but_his_own() -> None:
    """G25 deluser: the order of those who stay is kept."""
    turns = [on_call(rota(people=("li", "zhao")), at(f"2026-11-{day:02d}T12:00:00")) for day in (2, 9, 16)]

    assert turns in (["li", "zhao", "li"], ["zhao", "li", "zhao"])


# changes of the clock


@pytest.mark.parametrize(("before", "changed"), [("2026-03-23", "2026-03-30"), ("2026-10-19", "2026-10-26")])
def test_the_wall_clock_decides_across_a_change_of_the_clock(before: str, changed: str) -> None:
    """The week is an hour shorter or longer; nobody is on call at nine o'clock and an hour."""
    berlin = rota(BERLIN)
    turn = on_call(berlin, at(f"{before}T09:00:00", BERLIN))

    handoff = at(f"{changed}T09:00:00", BERLIN)

    assert on_call(berlin, handoff - 1) == turn
    assert on_call(berlin, handoff) == after(turn)


def test_a_hand_off_in_the_hour_that_does_not_exist_is_at_the_gap_s_end() -> None:
    berlin = rota(BERLIN, rotate="daily", handoff="02:30")
    gap_end = at("2026-03-29T03:00:00", BERLIN)

    assert on_call(berlin, gap_end) == after(on_call(berlin, gap_end - 1))
    assert on_call(berlin, gap_end + 30 * MINUTE) == on_call(berlin, gap_end)


def test_a_hand_off_in_the_hour_that_comes_twice_is_in_the_first() -> None:
    berlin = rota(BERLIN, rotate="daily", handoff="02:30")
    first = at("2026-10-25T02:30:00", BERLIN)

    assert on_call(berlin, first) == after(on_call(berlin, first - 1))
    assert on_call(berlin, first + 60 * MINUTE) == on_call(berlin, first)


def test_shanghai_has_no_change_of_the_clock() -> None:
    turn = on_call(rota(), at("2026-03-23T09:00:00"))

    assert on_call(rota(), at("2026-03-30T09:00:00") - 1) == turn


def test_a_turn_of_an_hour_lasts_two_when_its_hour_comes_twice() -> None:
    """Hourly turns keep to the wall clock: who has two o'clock has it both times."""
    two = at("2026-10-25T02:00:00", BERLIN)
    shifts = between(rota(BERLIN, rotate="hourly"), two - HOUR, two + 3 * HOUR)

    assert [one.end - one.start for one in shifts] == [HOUR, 2 * HOUR, HOUR]


def test_a_turn_of_an_hour_that_does_not_exist_is_left_out() -> None:
    gap = at("2026-03-29T03:00:00", BERLIN)
    shifts = between(rota(BERLIN, rotate="hourly"), gap - HOUR, gap + HOUR)

    assert [one.end - one.start for one in shifts] == [HOUR, HOUR]
    assert shifts[1].people == (after(after(shifts[0].people[0])),)


def test_hours_of_a_layer_begin_at_the_first_and_end_at_the_last_of_a_repeated_time() -> None:
    """At a set-back a shift is an hour longer rather than that nobody is on call for one."""
    night = layered(
        layer(people=("li",), hours={"mon-sun": ("00:00-02:30",)}),
        layer(people=("wang",), hours={"mon-sun": ("02:30-24:00",)}),
        zone=BERLIN,
    )
    start, end = at("2026-10-25T00:00:00", BERLIN), at("2026-10-26T00:00:00", BERLIN)
    shifts = between(night, start, end)

    assert gaps(shifts) == []
    assert [(one.end - one.start, one.people) for one in shifts] == [
        (4 * HOUR - 30 * MINUTE, ("li",)),  # to the second half past two
        (22 * HOUR - 30 * MINUTE, ("wang",)),
    ]


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from(
        [
            {"rotate": "hourly"},
            {"rotate": {"every": 7, "unit": "hours"}, "handoff": "00:30"},
            {"rotate": "daily", "handoff": "02:30"},
            {"rotate": "weekly", "handoff": "Sun 02:00"},
            {"rotate": "monthly", "handoff": "31 01:59"},
        ]
    ),
    st.integers(min_value=0, max_value=2 * 365 * 24),
    st.integers(min_value=1, max_value=5 * 24),
)
def test_shifts_fill_any_window_without_a_hole_and_agree_with_every_instant(
    zone: str, written: dict[str, object], begin: int, hours: int
) -> None:
    start = at("2026-01-01T00:00:00", "UTC") + begin * HOUR
    end = start + hours * HOUR
    one = rota(zone, **written)
    shifts = between(one, start, end)

    assert (shifts[0].start, shifts[-1].end) == (start, end)
    assert all(left.end == right.start for left, right in pairwise(shifts))
    assert gaps(shifts) == []
    for shift in shifts[:3]:
        assert on_call(one, shift.start) == on_call(one, shift.end - 1) == " ".join(shift.people)


# layers


def test_the_first_layer_that_holds_says_whose_turn_it_is() -> None:
    office_hours = layer(people=("li",), hours={"mon-fri": ("09:00-18:00",)})
    rest = layer(people=("wang",))
    shifts = between(layered(office_hours, rest), at("2026-11-20T00:00:00"), at("2026-11-23T12:00:00"))

    assert told(shifts) == [
        ("2026-11-20T00:00", "wang"),
        ("2026-11-20T09:00", "li"),
        ("2026-11-20T18:00", "wang"),
        ("2026-11-23T09:00", "li"),
    ]


def test_where_no_layer_holds_there_is_a_gap() -> None:
    shifts = between(
        layered(layer(people=("li",), hours={"fri": ("09:00-18:00",)})),
        at("2026-11-20T00:00:00"),
        at("2026-11-21T00:00:00"),
    )

    assert told(shifts) == [("2026-11-20T00:00", ""), ("2026-11-20T09:00", "li"), ("2026-11-20T18:00", "")]
    assert gaps(shifts) == [
        (at("2026-11-20T00:00:00"), at("2026-11-20T09:00:00")),
        (at("2026-11-20T18:00:00"), at("2026-11-21T00:00:00")),
    ]


@pytest.mark.parametrize(
    ("on", "moment", "held"),
    [
        ("working-days", "2026-10-10T03:00:00", True),  # a Saturday that is worked
        ("working-days", "2026-10-07T12:00:00", False),  # a Wednesday of the national holiday
        ("days-off", "2026-10-07T12:00:00", True),
        ("days-off", "2026-10-10T12:00:00", False),
        ("working-hours", "2026-10-10T12:00:00", True),
        ("working-hours", "2026-10-10T19:00:00", False),
        ("off-hours", "2026-10-10T19:00:00", True),
        ("off-hours", "2026-10-10T12:00:00", False),
    ],
)
def test_a_layer_keeps_to_the_days_and_hours_of_a_calendar(on: str, moment: str, held: bool) -> None:
    one = layered(layer(people=("li",), calendar="cn", on=on))

    assert bool(on_call(one, at(moment))) is held


def test_hours_and_calendar_must_both_let_a_layer_hold() -> None:
    evenings = layered(layer(people=("li",), calendar="cn", on="working-days", hours={"mon-sun": ("18:00-24:00",)}))

    assert on_call(evenings, at("2026-10-10T20:00:00")) == "li"
    assert on_call(evenings, at("2026-10-10T12:00:00")) == ""
    assert on_call(evenings, at("2026-10-07T20:00:00")) == ""


# what people changed

MONDAY, TUESDAY = at("2026-11-16T09:00:00"), at("2026-11-17T09:00:00")


def test_somebody_is_added_taken_out_or_put_in_another_s_place() -> None:
    """G24: add, remove, replace."""
    alone = rota(people=("li",))

    assert on_call(alone, MONDAY, change(Deed.ADD, "wang", MONDAY, TUESDAY)) == "li wang"
    assert on_call(alone, MONDAY, change(Deed.REMOVE, "li", MONDAY, TUESDAY)) == ""
    assert on_call(alone, MONDAY, change(Deed.REPLACE, "wang", MONDAY, TUESDAY, instead_of="li")) == "wang"
    assert on_call(alone, MONDAY, change(Deed.REPLACE, "wang", MONDAY, TUESDAY, instead_of="zhao")) == "li"
    assert on_call(alone, MONDAY, change(Deed.REPLACE, "wang", MONDAY, TUESDAY)) == "wang"


def test_a_change_holds_from_its_start_up_to_its_end() -> None:
    alone = rota(people=("li",))
    one = change(Deed.REPLACE, "wang", MONDAY, TUESDAY)

    assert [on_call(alone, moment, one) for moment in (MONDAY - 1, MONDAY, TUESDAY - 1, TUESDAY)] == [
        "li",
        "wang",
        "wang",
        "li",
    ]


def test_a_withdrawn_change_held_up_to_its_withdrawal_and_one_withdrawn_before_never_did() -> None:
    alone = rota(people=("li",))
    cut = change(Deed.REPLACE, "wang", MONDAY, TUESDAY, withdrawn_at=MONDAY + HOUR)
    never = change(Deed.REPLACE, "wang", MONDAY, TUESDAY, withdrawn_at=MONDAY - HOUR)

    assert [on_call(alone, moment, cut) for moment in (MONDAY, MONDAY + HOUR)] == ["wang", "li"]
    assert on_call(alone, MONDAY, never) == "li"


def test_a_substitute_can_be_substituted() -> None:
    alone = rota(people=("li",))
    first = change(Deed.REPLACE, "wang", MONDAY, TUESDAY, instead_of="li", id=1)
    second = change(Deed.REPLACE, "zhao", MONDAY, TUESDAY, instead_of="wang", id=2)

    assert on_call(alone, MONDAY, second, first) == "zhao"


def test_a_change_fills_a_gap() -> None:
    empty = layered(layer(people=("li",), hours={"fri": ("09:00-18:00",)}))

    assert on_call(empty, MONDAY, change(Deed.ADD, "wang", MONDAY, TUESDAY)) == "wang"


def test_a_change_of_another_rota_is_none_of_this_one_s() -> None:
    assert on_call(rota(people=("li",)), MONDAY, change(Deed.REPLACE, "wang", MONDAY, TUESDAY, rota="night")) == "li"


def test_a_shift_that_somebody_changed_says_so() -> None:
    shifts = between(rota(people=("li",)), MONDAY - DAY, TUESDAY + DAY, change(Deed.REPLACE, "wang", MONDAY, TUESDAY))

    assert [(one.people, one.changed) for one in shifts] == [(("li",), False), (("wang",), True), (("li",), False)]


# names of a policy


def test_a_name_stands_for_people_of_the_configuration_only() -> None:
    roster = Roster(config=config(rotas={"primary": rota(people=("li",)), "ghosts": rota(people=("casper",))}))

    assert roster.who("wang", MONDAY) == ("wang",)
    assert roster.who("rota:primary", MONDAY) == ("li",)
    assert roster.who("rota:ghosts", MONDAY) == roster.who("rota:none", MONDAY) == roster.who("casper", MONDAY) == ()
