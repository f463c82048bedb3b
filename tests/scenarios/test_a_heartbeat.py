"""A job that reports by itself: on time, late, and failed."""

from tests.scenarios import town
from tests.servers.process import Serve, Upheld
from tests.servers.program import until

PING = "/ping/a-secret-part-of-the-address"


def state(upheld: Upheld, state: str) -> bool:
    return town.metric(upheld, f'upheld_component_state{{component="backup",state="{state}"}}') == 1


def ping_until(upheld: Upheld, wanted: str, seconds: float) -> None:
    """Once a second, as a job would after each run."""

    def pinged() -> bool:
        assert upheld.get(PING).status == 200
        return state(upheld, wanted)

    until(pinged, f"the backup is {wanted}", timeout=seconds, pause=1.0)


def test_a_heartbeat_that_is_late_or_says_fail_opens_an_incident_and_the_next_good_one_ends_it(
    serve: Serve,
) -> None:
    check = {"kind": "heartbeat", "period": "3s", "grace": "1s", "token": PING.rpartition("/")[2]}
    upheld = serve({"components": {"backup": {"name": "Backup", "checks": {"nightly": check}}}})
    assert upheld.get("/ping/another-token").status == 404
    ping_until(upheld, "up", town.PATIENCE)

    town.wait(lambda: state(upheld, "down"), "it is late")
    ping_until(upheld, "up", town.PATIENCE)
    assert upheld.post(f"{PING}/fail", b"disk full").status == 200
    town.wait(lambda: state(upheld, "down"), "it said that it failed")
    ping_until(upheld, "up", town.PATIENCE)

    def both_ended() -> bool:
        """The oldest two; a third may have come since, for nothing pings any more."""
        oldest = sorted(upheld.incidents(resolved=True), key=lambda one: str(one["opened_at"]))[:2]
        return [one["state"] for one in oldest] == ["resolved", "resolved"]

    town.wait(both_ended, "what was late and what failed is resolved")
