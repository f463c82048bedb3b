from pathlib import Path

import pytest

from config.first import first_config
from tests.config.installed import read


@pytest.mark.parametrize(
    ("addresses", "targets"),
    [
        (["https://shop.example.com/"], {"shop/http": "https://shop.example.com/"}),
        (["shop.example.com"], {"shop/http": "https://shop.example.com"}),
        (["db.example.com:5432"], {"db/tcp": "db.example.com:5432"}),
        (["http://127.0.0.1:8000/x?y=1"], {"host-127/http": "http://127.0.0.1:8000/x?y=1"}),
        (
            ["https://www.example.com/", "https://www.example.com/en", "https://www.example.com/"],
            {"example/http": "https://www.example.com/", "example-2/http": "https://www.example.com/en"},
        ),
        (["http://[::1]:80/"], {"host-1/http": "http://[::1]:80/"}),
        (["https://银行.example/"], {"host/http": "https://银行.example/"}),
    ],
)
def test_the_first_file_loads_and_asks_what_was_named(
    tmp_path: Path, addresses: list[str], targets: dict[str, str]
) -> None:
    config = read(tmp_path, first_config(addresses))
    assert {check.id: check.target for check in config.checks()} == targets


def test_its_commented_parts_load_when_their_sign_is_taken_away(tmp_path: Path) -> None:
    lines = first_config(["https://shop.example.com/", "db.example.com:5432"]).splitlines()
    opened = [
        line.removeprefix("# ") if line.startswith(("# mail", "# on_call", "# customers", "#   ")) else line
        for line in lines
    ]
    config = read(tmp_path, "\n".join(line for line in opened if not line.lstrip().startswith("upheld ")))
    assert config.people["on_call"].reach[0].channel == "mail"
    assert config.customers["acme"].agreements[0].components == ("shop", "db")


@pytest.mark.parametrize(
    "address", ["", "ftp://a.example/", "https://", "tcp://db.example.com", 'https://a"b/', "a b", "http://x:y/"]
)
def test_an_odd_address_is_named(address: str) -> None:
    with pytest.raises(ValueError, match="is no address; write https://"):
        first_config([address])


def test_no_address_at_all_is_told_too() -> None:
    with pytest.raises(ValueError, match="at least one address"):
        first_config([])
