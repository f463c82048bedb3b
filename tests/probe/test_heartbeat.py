"""Beats that come in time, late, failed, or while nobody listened."""

import pytest

from config.instant import DAY, HOUR, MINUTE, Instant
from config.state import State
from probe.heartbeat import Beat, Pulse, Rhythm, Signal, awake, hear, overdue
from probe.kinds.heartbeat import Options
from probe.result import Reason, Result
from probe.verdict import CheckState, Thresholds, judge

RHYTHM = Rhythm(period=HOUR, grace=10 * MINUTE)


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
    diary.beat(65, Signal.START, run="a")
    diary.look(74)
    assert diary.line == [(0, State.UP)]
    diary.look(75)
    assert diary.line == [(0, State.UP), (75, State.DOWN)]


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


def test_its_options_are_spans_and_a_token_for_an_address() -> None:
    options = Options.model_validate({"period": "1d", "grace": "2h", "token": "backup-7f3a"})
    assert options.rhythm == Rhythm(period=DAY, grace=2 * HOUR)
    with pytest.raises(ValueError, match="token"):
        Options.model_validate({"period": "1d", "token": "a/b/c/d/e"})
