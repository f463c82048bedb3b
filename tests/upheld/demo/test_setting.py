"""The demo's configuration is one an operator could have written, and its past is long enough."""

import socket
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.instant import DAY, Instant, instant_of, moment_of
from config.load import load
from upheld.demo.setting import CUSTOMER, HOST, ZONE, Ports, document, free_ports, history_begins, is_free
from upheld.installed import installed

PORTS = Ports(page=8080, shop=8081, payments=8082, database=8083, mail=8084)


def on(year: int, month: int, day: int) -> Instant:
    return instant_of(datetime(year, month, day, 12, tzinfo=UTC))


@pytest.mark.parametrize("now", [on(2026, 1, 1), on(2026, 3, 1), on(2026, 11, 22), on(2028, 2, 29), on(2026, 12, 31)])
def test_the_past_begins_at_local_midnight_at_least_ninety_days_and_two_whole_months_ago(now: Instant) -> None:
    begins = history_begins(now)
    local, today = moment_of(begins).astimezone(ZoneInfo(ZONE)), moment_of(now).astimezone(ZoneInfo(ZONE))
    assert (local.hour, local.minute, local.second) == (0, 0, 0)
    assert now - begins >= 90 * DAY
    months = today.year * 12 + today.month - local.year * 12 - local.month
    assert months > 2 or (months == 2 and local.day == 1)


def test_its_configuration_loads_without_a_complaint_and_is_what_the_pages_show(tmp_path: Path) -> None:
    path = tmp_path / "upheld.yaml"
    path.write_text(document(PORTS, history_begins(on(2026, 11, 22))), encoding="utf-8")
    config = load(path, kinds=installed().registries)
    assert set(config.components) == {"shop", "payments", "database", "backup"}
    assert list(config.customers) == [CUSTOMER]
    assert config.not_in_use == ()
    assert [one.language for one in config.customers[CUSTOMER].contacts] == [None, "en"], "mails in both languages"
    (agreement,) = config.agreements()
    assert agreement.profile is not None and agreement.profile.ref.startswith("sla-standard@")


def test_a_port_that_something_listens_on_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


def test_a_port_on_which_connections_only_fade_away_is_free() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((HOST, 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection((HOST, port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # whoever closes first keeps the fading connection
            assert client.recv(1) == b""
    assert is_free(port)


def test_it_takes_the_port_asked_for_and_else_the_next_free_one() -> None:
    assert free_ports(4711).page == 4711
    first = free_ports(None)
    with socket.socket() as taken:
        taken.bind((HOST, first.page))
        second = free_ports(None)
    assert second.page > first.page >= 8080
    assert len({second.page, second.shop, second.payments, second.database, second.mail}) == 5
