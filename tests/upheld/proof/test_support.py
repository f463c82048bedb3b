"""From which days on the ledger must tell what was observed."""

from config.instant import parse_rfc3339
from upheld.proof.support import days_told


def test_a_day_is_told_of_an_hour_after_it_is_over() -> None:
    midnight = parse_rfc3339("2026-11-02T00:00:00Z")
    for cutoff, told in (("00:59:59", "2026-11-01"), ("01:00:00", "2026-11-02"), ("23:00:00", "2026-11-02")):
        assert days_told(parse_rfc3339(f"2026-11-02T{cutoff}Z")) == parse_rfc3339(f"{told}T00:00:00Z")
    assert days_told(midnight) == parse_rfc3339("2026-11-01T00:00:00Z")
