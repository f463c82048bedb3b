"""The demo's past is measured closely enough that no month of it stands within its measuring error."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

from config.instant import DAY, MINUTE, SECOND, instant_of, moment_of
from probe.result import Outcome
from upheld.demo import story
from upheld.demo.rhythm import CLOSELY, INTERVAL, ticks
from upheld.demo.setting import ZONE, history_begins


def test_both_edges_of_a_fault_are_seen_within_half_a_minute_and_the_rest_is_asked_rarely() -> None:
    begins, fault = 1_000_000, (1_000_000 + 5 * 60 * MINUTE, 1_000_000 + 6 * 60 * MINUTE)
    asked = list(takewhile(lambda at: at < begins + DAY, ticks(begins, begins + DAY, [fault], lambda most: most // 3)))
    assert asked[0] - begins < CLOSELY
    for edge in fault:
        before, after = max(at for at in asked if at < edge), min(at for at in asked if at >= edge)
        assert after - before <= CLOSELY
    assert max(later - earlier for earlier, later in pairwise(asked)) == INTERVAL
    assert len(asked) < DAY // INTERVAL + (60 * MINUTE + 2 * INTERVAL) // CLOSELY + 3


def test_whenever_a_demo_begins_its_outages_keep_away_from_the_budget_of_a_month() -> None:
    for day in range(731):
        begins = moment_of(history_begins(instant_of(datetime(2027, 1, 1, 12, tzinfo=UTC) + timedelta(days=day))))
        first = begins.astimezone(ZoneInfo(ZONE)).date()
        lost: dict[tuple[str, int, int], list[int]] = defaultdict(list)
        for episode in story.EPISODES:
            at = first + timedelta(days=episode.day)
            if episode.outcome is Outcome.DOWN:
                lost[episode.checks[0], at.year, at.month].append(episode.length)
        for (check, *_), outages in lost.items():
            sundays = 2 if check in story.SUNDAY_WORK.checks else 0
            error = (len(outages) + sundays) * 2 * CLOSELY
            shortest, longest = (days * DAY // 1000 for days in (28, 31))
            assert not shortest - error - 5 * SECOND <= sum(outages) <= longest + error, first
