"""What a component depends on is asked at once when it begins to fail, so that the cause is known before the effect.

Once for each beginning, and never while the parent's outage is confirmed: then its ordinary interval holds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from probe.result import Outcome, Result
from probe.schedule import Schedule
from probe.watch import Watch

After = Callable[[str], Sequence[str]]
"""The components that one depends on."""


class Parents:
    def __init__(self, schedule: Schedule, after: After) -> None:
        self._schedule = schedule
        self._after = after
        self._checks: Mapping[str, Sequence[Watch]] = {}

    def know(self, watches: Iterable[Watch]) -> None:
        """All there are now."""
        checks: dict[str, list[Watch]] = {}
        for watch in watches:
            checks.setdefault(watch.check.component, []).append(watch)
        self._checks = checks

    def heard(self, watch: Watch, result: Result) -> None:
        """Before the result is judged."""
        vote = watch.state.down
        if result.answer.outcome is not Outcome.DOWN or vote.on or vote.against:
            return
        for component in self._after(watch.check.component):
            for parent in self._checks.get(component, ()):
                asked_since = parent.started_at is not None and parent.started_at >= result.started_at
                if parent.slot is not None and not parent.state.down.on and not asked_since:
                    self._schedule.hurry(parent.slot)
