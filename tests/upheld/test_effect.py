"""Which statements a change of exclusions or corrections can touch."""

from pathlib import Path

import pytest

from config.agreement import Period
from config.instant import DAY, MINUTE
from tests.upheld.house import NOON, configuration
from upheld.effect import periods_of

AUGUST: int = NOON - 10 * DAY
"""2026-08-25."""


@pytest.mark.parametrize(
    ("kind", "start", "end", "touched"),
    [
        (Period.MONTH, AUGUST, AUGUST + MINUTE, {"2026-08"}),
        (Period.MONTH, AUGUST - 170 * DAY, AUGUST, {f"2026-{month:02d}" for month in range(3, 9)}),
        (Period.MONTH, AUGUST, NOON + 90 * DAY, {"2026-08", "2026-09"}),
        (Period.MONTH, NOON + DAY, NOON + 2 * DAY, set()),
        (Period.QUARTER, AUGUST - 230 * DAY, AUGUST, {"2026-Q1", "2026-Q2", "2026-Q3"}),
        (Period.YEAR, AUGUST - 400 * DAY, AUGUST, {"2025", "2026"}),
    ],
)
def test_a_window_touches_every_period_between_its_ends(
    kind: Period, start: int, end: int, touched: set[str], tmp_path: Path
) -> None:
    (agreement,) = configuration(tmp_path).agreements()
    availability = agreement.availability.model_copy(update={"period": kind})
    agreement = agreement.model_copy(update={"availability": availability})

    assert periods_of(agreement, [(start, end)], NOON) == touched
