"""Where the raw options of a check, channel or source become the plug-in's own frozen model."""

from collections.abc import Hashable, Mapping
from typing import TypeVar
from weakref import WeakValueDictionary

from pydantic import BaseModel

from config.alike import mark
from config.secret import revealed

Options = TypeVar("Options", bound=BaseModel)


def parse(model: type[Options], options: Mapping[str, object]) -> Options:
    """The plug-in's options with secrets revealed to it. Never fails for a loaded configuration: loading tried it."""
    return model.model_validate(revealed(options), context=None)


class Shelf:
    """The options of many checks: what is written alike is parsed once and kept once, as long as somebody uses it."""

    def __init__(self) -> None:
        self._kept = WeakValueDictionary[tuple[type[BaseModel], Hashable], BaseModel]()

    def __len__(self) -> int:
        return len(self._kept)

    def parse(self, model: type[Options], options: Mapping[str, object]) -> Options:
        """As the function of this name."""
        key = (model, mark(options))
        found = self._kept.get(key)
        if not isinstance(found, model):
            found = self._kept[key] = parse(model, options)
        return found
