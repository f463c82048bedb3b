"""What is installed: for each plug-in family, the options model behind every `kind:` word."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

OptionsModels = Mapping[str, type[BaseModel]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """The roof fills it from the plug-in folders.

    An options model of a kind may say `needs_target: ClassVar[bool] = False` (a heartbeat is asked nothing).
    """

    kinds: OptionsModels = field(default_factory=dict)
    channels: OptionsModels = field(default_factory=dict)
    sources: OptionsModels = field(default_factory=dict)


def needs_target(model: type[BaseModel]) -> bool:
    return bool(getattr(model, "needs_target", True))
