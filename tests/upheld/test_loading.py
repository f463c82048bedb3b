"""Whether a configuration is read in a process of its own or here: it is the same, to the word of a mistake."""

from pathlib import Path

import pytest

from config.load import load
from config.node import ConfigError
from tests.upheld.house import write
from upheld import loading
from upheld.installed import installed

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LARGE", 0)
    monkeypatch.delattr(loading, "load")  # in this process nothing is read
    monkeypatch.setenv("PASS", "swordfish")
    monkeypatch.setenv("OTHER", "swordfish")


def checks(**changed: str) -> dict[str, object]:
    """Of one component; each with a password of its own reference."""
    told = {"kind": "http", "target": "https://shop.example.com/", "interval": "30s"}
    return {name: {**told, "headers": {"Authorization": text}} for name, text in changed.items()}


def test_what_was_read_apart_is_what_would_have_been_read_here(tmp_path: Path) -> None:
    shop = {"name": "Shop", "checks": checks(a="${env:PASS}", b="${env:PASS}", c="${env:OTHER}")}
    path = write(tmp_path, components={"shop": shop})
    here, apart = load(path, kinds=installed().registries), loading.loaded(path)
    assert apart == here
    assert [one.definition for one in apart.checks()] == [one.definition for one in here.checks()]
    a, b, c = apart.checks()
    assert a.options is b.options
    assert a.options is not c.options, "the same password today is another question"
    assert "swordfish" not in repr(apart)
    assert c.model_copy(update={"rise": 7}).model_fields_set - c.model_fields_set == {"rise"}


def test_its_mistakes_are_told_with_their_places(tmp_path: Path) -> None:
    path = write(tmp_path, components={"shop": {"name": "Shop", "checks": checks(a="${env:NOBODY}")}}, sites={})
    told = []
    for read in (loading.loaded, lambda path: load(path, kinds=installed().registries)):
        with pytest.raises(ConfigError) as found:
            read(path)
        told.append(found.value.problems)
    assert told[0] == told[1]
    assert len(told[0]) == 2
