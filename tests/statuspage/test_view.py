"""A page as of its last measurement: words, rows, groups, promises."""

from dataclasses import replace

from config.instant import DAY, HOUR, MINUTE, SECOND
from config.look.state import Shown
from statuspage.component import ComponentView
from statuspage.facts import Cause, Component, Incident, PageFacts, Phase, Update
from statuspage.incident import incident_view
from statuspage.view import PageView, page_view
from statuspage.voice import Voice
from tests.statuspage.harbour import HARBOUR, MEASURED, NOW, OPEN, PAST, QUIET, ZONE, at


def component(view: PageView, id: str) -> ComponentView:
    return next(one for group in view.groups for one in group.components if one.id == id)


def with_incident(incident: Incident) -> PageFacts:
    return replace(QUIET, incidents=(incident,))


def test_everything_is_counted_up_to_the_last_measurement_not_to_the_making() -> None:
    row = component(page_view(HARBOUR, "en", NOW), "payments").rows[0]
    assert (row.day, row.word) == ("18 Nov", "Partial outage")
    assert row.counted == "22\u00a0min 19\u00a0s"
    assert row.lasted == "44\u00a0min 38\u00a0s"


def test_the_rows_say_why_and_what_counts() -> None:
    rows = {row.day: row for row in component(page_view(HARBOUR, "en", NOW), "payments").rows}
    assert rows["18 Nov"].reason == "Answered with an error, still open"
    assert rows["18 Nov"].incident == OPEN.id
    assert rows["17 Nov"].reason == "Not measured: check changed"
    assert rows["8 Nov"].reason == "Agreed work, 01:00–05:00"
    assert (rows["18 Oct"].reason, rows["18 Oct"].counted) == ("Network operator’s fault, does not count", "0")
    assert rows["21 Oct"].incident == PAST.id
    chinese = component(page_view(HARBOUR, "zh-CN", NOW), "payments").rows
    assert [row.word for row in chinese[:3]] == ["部分故障", "状态未知", "维护"]


def test_a_figure_has_its_unmeasured_time_beside_it() -> None:
    assert (
        component(page_view(HARBOUR, "en", NOW), "payments").summary == "10 days not fully up, 34\u00a0min not measured"
    )


def test_a_component_that_is_not_measured_says_since_when_and_what_that_means() -> None:
    why = component(page_view(HARBOUR, "en", NOW), "gateway").why
    assert why == (
        "We have not measured since 14:05: our own connection. We do not know whether it runs."
        " This time counts neither as up nor as down."
    )


def test_only_what_is_in_trouble_stands_open() -> None:
    view = page_view(HARBOUR, "en", NOW)
    opened = {one.id for group in view.groups for one in group.components if one.open}
    assert opened == {"payments"}


def test_groups_count_what_is_affected() -> None:
    view = page_view(HARBOUR, "en", NOW)
    assert [group.standing for group in view.groups] == [
        "all 3 up",
        "1 of 3 affected",
        "1 of 3 affected",
        "1 of 3 affected",
    ]


def test_months_are_marked_where_they_begin() -> None:
    assert page_view(HARBOUR, "zh-CN", NOW).ticks == ((77.5, "9月"), (287.5, "10月"), (504.5, "11月"))


def test_an_alert_on_a_component_the_probes_find_well_is_shown_all_the_same() -> None:
    told = replace(OPEN, component="web", state=Shown.DOWN)
    view = page_view(with_incident(told), "en", NOW)
    assert view.headline.sentence == "Down: Web banking"
    assert component(view, "web").availability.startswith("100")


def test_measurements_that_have_stopped_make_everything_unknown() -> None:
    view = page_view(QUIET, "en", MEASURED + 4 * MINUTE)
    assert view.headline.sentence == "We have not measured since 14:32"
    assert {one.state for group in view.groups for one in group.components} == {Shown.UNKNOWN}


def test_before_the_first_measurement_nothing_is_claimed() -> None:
    bare = {id: Component(id=id, name=one.name) for id, one in QUIET.components.items()}
    view = page_view(replace(QUIET, components=bare, measured_at=None), "en", NOW)
    assert view.headline.sentence == "We have not measured yet"
    assert view.as_of is None
    assert component(view, "web").availability == "–"


def test_young_components_say_since_when_they_are_measured() -> None:
    changes = QUIET.components["web"].changes
    young = Component(id="web", name="Web", changes=(replace(changes[0], at=at("2026-11-12 08:00:00")),))
    view = page_view(replace(QUIET, components={**QUIET.components, "web": young}), "en", NOW)
    assert component(view, "web").summary == "measured since 12 Nov"
    assert component(view, "web").label == "7 days, all fully up"


def test_a_promise_is_shown_and_a_broken_one_admitted() -> None:
    kept = incident_view(OPEN, HARBOUR.components, Voice(language="en", zone=ZONE, now=NOW))
    assert kept.promise + kept.promise_rest == "Next update before 15:00, even if nothing has changed."
    late = Voice(language="en", zone=ZONE, now=at("2026-11-18 15:06:00"))
    broken = incident_view(OPEN, HARBOUR.components, late)
    assert broken.promise == "We promised an update before 15:00 and are 6\u00a0min late."
    assert broken.promise_rest == " Nothing has changed since 14:21."


def test_what_upheld_says_by_itself_gives_no_address_away() -> None:
    log = (
        Update(seq=1, at=NOW - HOUR, phase=Phase.INVESTIGATING, cause=Cause.CALLED),
        Update(seq=2, at=NOW - HOUR + MINUTE, phase=Phase.INVESTIGATING, cause=Cause.ACKNOWLEDGED),
        Update(seq=3, at=NOW - HOUR + 2 * MINUTE, phase=Phase.INVESTIGATING, cause=Cause.CHANGED, state=Shown.DOWN),
        Update(seq=4, at=NOW - SECOND, phase=Phase.RESOLVED, cause=Cause.RESOLVED),
    )
    done = replace(OPEN, title=None, updates=log, started_at=NOW - HOUR, resolved_at=NOW)
    english = incident_view(done, HARBOUR.components, Voice(language="en", zone=ZONE, now=NOW))
    assert english.title == "Payment API failed in part"
    assert [update.text for update in reversed(english.updates)] == [
        "Our monitoring has found errors on Payment API since 13:32. The engineer on duty has been called."
        " This text was published automatically.",
        "An engineer is working on it.",
        "The state has changed: Down.",
        "Payment API works again since 14:32, after 1\u00a0h.",
    ]
    chinese = incident_view(done, HARBOUR.components, Voice(language="zh-CN", zone=ZONE, now=NOW))
    assert chinese.updates[-1].text == "监测自13:32起发现支付接口出现错误。已通知值班工程师。本条由系统自动发布。"


def test_of_a_recurring_plan_the_page_shows_the_next_and_leads_to_the_others() -> None:
    night = next(window for window in HARBOUR.windows if window.start > NOW)
    later = [
        replace(night, id=f"n{week}", start=night.start + week * 7 * DAY, end=night.end + week * 7 * DAY)
        for week in (0, 1)
    ]
    view = page_view(replace(QUIET, windows=tuple(replace(one, series="nights") for one in later)), "en", NOW)
    assert [window.spell for window in view.windows] == ["22 Nov 01:00–05:00"]
    assert view.windows[0].announced == "announced 10 Nov 01:00, 12\u00a0d ahead"
    assert view.more_windows
    assert not page_view(HARBOUR, "en", NOW).more_windows
