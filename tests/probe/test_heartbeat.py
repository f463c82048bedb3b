"""Beats that come in time, late, failed, or while nobody listened."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from config.instant import DAY, HOUR, MINUTE, Instant, instant_of
from config.state import State
from probe.heartbeat import Beat, Entrance, Pulse, Rhythm, Signal, Words, awake, hear, moved, overdue
from probe.kinds.heartbeat import KIND, Options
from probe.result import Reason, Result
from probe.verdict import CheckState, Thresholds, judge
from probe.watch import Watch
from tests.probe.stage import check

RHYTHM = Rhythm(every=HOUR, grace=10 * MINUTE)


class Diary:
    """One heartbeat's life, in minutes."""

    def __init__(self) -> None:
        self.pulse = Pulse()
        self.results: list[Result] = []

    def beat(
        self, minute: int, signal: Signal = Signal.SUCCESS, run: str | None = None, code: int | None = None
    ) -> None:
        self.look(minute)
        beat = Beat(check="db/backup", received_at=minute * MINUTE, signal=signal, run=run, exit_code=code)
        self.pulse, results = hear(self.pulse, beat, RHYTHM, "local")
        self.results += results

    def look(self, minute: int) -> None:
        self.pulse, results = overdue(self.pulse, "db/backup", minute * MINUTE, "local")
        self.results += results

    def sleep(self, minute: int, until: int) -> None:
        self.look(minute)
        self.pulse, results = awake(self.pulse, "db/backup", minute * MINUTE, until * MINUTE, RHYTHM, "local")
        self.results += results

    @property
    def line(self) -> list[tuple[Instant, State]]:
        state, changes = CheckState(), list[tuple[Instant, State]]()
        for result in self.results:
            judgement = judge(state, result, Thresholds(fall=1, rise=1, evidence=None))
            state = judgement.state
            changes += [(change.happened_at // MINUTE, change.state) for change in judgement.changes]
        return changes


@pytest.fixture
def diary() -> Diary:
    return Diary()


def test_a_heartbeat_never_heard_of_is_unknown(diary: Diary) -> None:
    diary.look(100_000)
    assert diary.line == []


def test_beats_in_time_are_up(diary: Diary) -> None:
    for minute in (0, 60, 125, 190):
        diary.beat(minute)
    diary.look(259)
    assert diary.line == [(0, State.UP)]


def test_a_late_beat_is_down_from_the_instant_it_was_due(diary: Diary) -> None:
    diary.beat(0)
    diary.look(69)
    assert diary.line == [(0, State.UP)]
    diary.look(500)
    diary.look(600)
    assert diary.line == [(0, State.UP), (60, State.DOWN)]
    assert diary.results[-1].answer.reason is Reason.HEARTBEAT_LATE


def test_a_beat_that_comes_before_anybody_looked_still_finds_the_one_before_late(diary: Diary) -> None:
    diary.beat(0)
    diary.beat(90)
    assert diary.line == [(0, State.UP), (60, State.DOWN), (90, State.UP)]


def test_a_failed_run_is_down_at_once(diary: Diary) -> None:
    diary.beat(0)
    diary.beat(30, Signal.FAIL, code=3)
    assert diary.line == [(0, State.UP), (30, State.DOWN)]
    assert diary.results[-1].answer.detail == "it ended with 3"
    assert diary.results[-1].answer.reason is Reason.HEARTBEAT_FAILED


def test_a_run_that_started_has_the_grace_to_end(diary: Diary) -> None:
    diary.beat(0)
    diary.beat(20, Signal.START, run="a")
    diary.look(29)
    assert diary.line == [(0, State.UP)]
    diary.look(30)
    assert diary.line == [(0, State.UP), (30, State.DOWN)]


@pytest.mark.parametrize(
    "story, line",
    [
        # A start does not put off what was due anyway; down is from when the success was due.
        ("0 success, 65 start, 69 look", "0 up"),
        ("0 success, 65 start, 70 look", "0 up, 60 down"),
        ("0 success, 55 start, 64 look", "0 up"),
        ("0 success, 55 start, 65 look", "0 up, 60 down"),
        ("0 success, 65 start, 69 success, 128 look", "0 up"),
        # The newest start counts; before the first success too.
        ("0 success, 20 start a, 28 start b, 37 look", "0 up"),
        ("0 success, 20 start a, 28 start b, 38 look", "0 up, 38 down"),
        ("0 start, 9 look", ""),
        ("0 start, 10 look", "10 down"),
        # The end of another run does not end this one; a failure does, and an end without a name.
        ("0 start a, 5 success b, 9 look", "5 up"),
        ("0 start a, 5 success b, 10 look", "5 up, 10 down"),
        ("0 start a, 5 success, 64 look", "5 up"),
        ("0 start a, 5 success a, 64 look", "5 up"),
        ("0 start a, 5 fail b, 64 look, 70 success", "5 down, 70 up"),
        # What is no end changes nothing.
        ("0 success, 59 log, 70 look", "0 up, 60 down"),
        ("0 success, 59 ignored, 70 look", "0 up, 60 down"),
        ("0 ignored, 500 look", ""),
        ("0 fail, 5 success, 10 fail", "0 down, 5 up, 10 down"),
    ],
)
def test_starts_and_ends_count_as_healthchecks_counts_them(diary: Diary, story: str, line: str) -> None:
    for one in story.split(", "):
        minute, word, *run = one.split()
        if word == "look":
            diary.look(int(minute))
        else:
            diary.beat(int(minute), Signal(word), run=run[0] if run else None)
    assert ", ".join(f"{minute} {state}" for minute, state in diary.line) == line


def test_the_length_of_a_run_is_known_when_start_and_end_belong_together(diary: Diary) -> None:
    diary.beat(0, Signal.START, run="a")
    diary.beat(5, run="a")
    diary.beat(6, Signal.START, run="b")
    diary.beat(7, run="c")
    assert [result.answer.latency_us for result in diary.results] == [5 * MINUTE * 1000, 0]


def test_a_note_changes_nothing(diary: Diary) -> None:
    diary.beat(0)
    before = diary.pulse
    diary.beat(5, Signal.LOG)
    assert diary.pulse == before


def test_a_beat_due_while_nobody_listened_is_unknown_and_gets_a_full_period_again(diary: Diary) -> None:
    diary.beat(0)
    diary.sleep(30, until=300)
    assert diary.line == [(0, State.UP), (60, State.UNKNOWN)]
    diary.look(369)
    assert diary.line == [(0, State.UP), (60, State.UNKNOWN)]
    diary.look(370)
    assert diary.line == [(0, State.UP), (60, State.UNKNOWN), (360, State.DOWN)]


def test_a_short_sleep_before_a_beat_is_due_changes_nothing(diary: Diary) -> None:
    diary.beat(0)
    before = diary.pulse
    diary.sleep(30, until=59)
    assert diary.pulse == before
    assert diary.line == [(0, State.UP)]


def test_a_beat_that_was_late_before_we_slept_is_down_all_the_same(diary: Diary) -> None:
    diary.beat(0)
    diary.sleep(80, until=300)
    assert diary.line == [(0, State.UP), (60, State.DOWN)]


def test_a_pulse_survives_the_store(diary: Diary) -> None:
    diary.beat(0, Signal.START, run="a")
    assert Pulse.from_dict(diary.pulse.to_dict()) == diary.pulse
    old = {"due_at": 5, "late_at": 6, "started_at": None, "run": None}
    assert Pulse.from_dict(old) == Pulse(due_at=5, late_at=6, next_at=5)


def test_its_options_are_spans_and_a_token_for_an_address() -> None:
    options = Options.model_validate({"period": "1d", "grace": "2h", "token": "backup-7f3a"})
    assert options.rhythm == Rhythm(every=DAY, grace=2 * HOUR)
    with pytest.raises(ValueError, match="token"):
        Options.model_validate({"period": "1d", "token": "a/b/c/d/e"})
    for wrong in ({}, {"period": "1h", "cron": "* * * * *"}):
        with pytest.raises(ValueError, match="either 'period' or 'cron'"):
            Options.model_validate({"token": "backup-7f3a", **wrong})


def at(text: str, zone: str) -> Instant:
    """`fold` as a last word: the second time the clock shows it."""
    local = datetime.fromisoformat(text.removesuffix(" fold"))
    return instant_of(local.replace(tzinfo=ZoneInfo(zone), fold=int(text.endswith("fold"))))


@pytest.mark.parametrize(
    "cron, zone, after, due",
    [
        ("30 2 * * *", "Asia/Shanghai", "2026-02-28T02:30", "2026-03-01T02:30"),
        ("0 9 * * mon-fri", "UTC", "2026-11-27T09:00", "2026-11-30T09:00"),
        ("0 0 13 * 5", "UTC", "2026-11-01T00:00", "2026-11-06T00:00"),  # the 13th or a Friday, as cron has it
        ("0 0 29 2 *", "UTC", "2026-01-01T00:00", "2028-02-29T00:00"),
        # Clocks go back: what has a fixed time comes once, what comes every half hour comes in both hours.
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T02:30", "2026-10-25T02:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T02:30", "2026-10-26T02:30"),
        ("*/30 * * * *", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:00 fold"),
        ("*/30 * * * *", "Europe/Berlin", "2026-10-25T02:30 fold", "2026-10-25T03:00"),
        # Clocks go forward over it: it comes after the gap, and the next day in its time.
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T02:30", "2026-03-29T03:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-29T03:00", "2026-03-30T02:30"),
    ],
)
def test_a_crontab_fires_on_the_clocks_of_its_zone(cron: str, zone: str, after: str, due: str) -> None:
    options = Options.model_validate({"cron": cron, "timezone": zone, "token": "backup-7f3a"})
    assert options.rhythm.due_after(at(after, zone)) == at(due, zone)


def test_a_nightly_job_is_late_a_grace_after_its_hour_however_long_the_night() -> None:
    rhythm = Rhythm(cron="30 2 * * *", zone="Europe/Berlin", grace=HOUR)
    first, second = at("2026-10-25T02:35", "Europe/Berlin"), at("2026-10-26T02:30", "Europe/Berlin")
    assert second - first == DAY - 5 * MINUTE + HOUR
    pulse, _ = hear(Pulse(), Beat(check="db/backup", received_at=first, signal=Signal.SUCCESS), rhythm, "local")
    assert overdue(pulse, "db/backup", second + HOUR - 1, "local") == (pulse, ())
    _, (late,) = overdue(pulse, "db/backup", second + HOUR, "local")
    assert late.started_at == second
    assert moved(pulse, -DAY, rhythm, first - DAY).next_at == at("2026-10-25T02:30", "Europe/Berlin")
    assert Rhythm(cron="0 9 * * 1-5", grace=HOUR).period == 3 * DAY


@pytest.mark.parametrize("cron", ["", "* * * *", "* * * * * *", "61 * * * *", "0 0 30 2 *", "0 0 * * nox", "@daily"])
def test_what_is_no_line_of_a_crontab_is_refused(cron: str) -> None:
    with pytest.raises(ValueError, match=r"five fields|no line of a crontab|never fires"):
        Options.model_validate({"cron": cron, "token": "backup-7f3a"})


@pytest.mark.parametrize(
    "signal, plain, method, said, meant",
    [
        ("success", True, "POST", "saved 5 files, done", "success"),
        ("success", True, "POST", "saved 5 files, done, 1 ERROR", "fail"),
        ("success", True, "POST", "starting, all done", "success"),
        ("success", True, "POST", "starting", "start"),
        ("success", True, "POST", "error", "ignored"),  # as written, and it is written in capitals
        ("success", True, "POST", "", "ignored"),
        ("success", True, "GET", "done", "ignored"),
        ("success", True, "HEAD", "", "ignored"),
        ("fail", False, "GET", "", "ignored"),
        ("fail", False, "POST", "done", "fail"),  # an address that says it needs no words
        ("log", False, "POST", "ERROR", "log"),
    ],
)
def test_words_say_what_a_plain_report_means_and_the_method_whether_it_counts(
    signal: str, plain: bool, method: str, said: str, meant: str
) -> None:
    words = {"fail": ["ERROR", "FATAL"], "success": ["done"], "start": ["starting"]}
    written = {"period": "1d", "token": "backup-7f3a", "post_only": True, "keywords": words}
    entrance = Options.model_validate(written).entrance("db/backup")
    assert entrance.meaning(Signal(signal), plain, method, said) is Signal(meant)


def test_without_any_of_its_words_a_report_may_be_a_failure() -> None:
    assert Words(success=("done",), otherwise=Signal.FAIL).meaning("killed") is Signal.FAIL
    assert Entrance(check="db/backup").meaning(Signal.SUCCESS, True, "GET", "ERROR") is Signal.SUCCESS


def test_a_beat_within_the_grace_leaves_no_tick_missing(diary: Diary) -> None:
    for minute in (0, 65, 134, 203, 260):
        diary.beat(minute)
    options = {"period": "1h", "grace": "10m", "token": "backup-7f3a"}
    watch = Watch(check("db/backup", kind="heartbeat", target="", options=options), KIND, "local")
    for result in diary.results:
        watch.take(result)
    assert watch.run is not None
    assert (watch.run.run.count, watch.run.run.missing) == (5, ())
