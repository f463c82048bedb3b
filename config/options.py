"""Where the raw options of a check, channel or source become the plug-in's own frozen model."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from config.secret import revealed

Options = TypeVar("Options", bound=BaseModel)


def parse(model: type[Options], options: Mapping[str, object]) -> Options:
    """The plug-in's options with secrets revealed to it. Never fails for a loaded configuration: loading tried it."""
    return model.model_validate(revealed(options), context=None)
