import gc

from pydantic import BaseModel, ConfigDict, SecretStr

from config.options import Shelf
from config.secret import Secret


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    words: list[str] = []
    number: int | bool = 0
    password: SecretStr = SecretStr("")


def test_what_is_written_alike_is_one() -> None:
    shelf = Shelf()
    first = shelf.parse(Options, {"words": ["a", "b"], "number": 1})
    assert shelf.parse(Options, {"number": 1, "words": ["a", "b"]}) is first


def test_what_is_written_otherwise_is_another() -> None:
    shelf = Shelf()
    kept = [
        shelf.parse(Options, options)
        for options in (
            {},
            {"number": 1},
            {"number": True},
            {"words": ["a", "b"]},
            {"words": ["b", "a"]},
            {"password": Secret("one")},
            {"password": Secret("two")},
        )
    ]
    assert len({id(one) for one in kept}) == len(kept)
    assert kept[-1].password.get_secret_value() == "two"
    assert kept[2].number is True


def test_what_nobody_uses_any_more_is_forgotten() -> None:
    shelf = Shelf()
    kept = shelf.parse(Options, {"password": Secret("one")})
    assert len(shelf) == 1
    del kept
    gc.collect()
    assert len(shelf) == 0
