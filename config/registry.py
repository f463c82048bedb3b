"""What is installed: for each plug-in family, the options model behind every `kind:` word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic import BaseModel

OptionsModels: TypeAlias = Mapping[str, type[BaseModel]]
Fault: TypeAlias = Callable[[str, Any], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """The roof fills it from the plug-in folders.

    An options model of a kind may say `needs_target: ClassVar[bool] = False` (a heartbeat is asked nothing).
    """

    kinds: OptionsModels = field(default_factory=dict)
    channels: OptionsModels = field(default_factory=dict)
    sources: OptionsModels = field(default_factory=dict)
    anchors: OptionsModels = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    """For a probe kind: what is wrong with a target and the kind's parsed options, None when nothing is."""


def needs_target(model: type[BaseModel]) -> bool:
    return bool(getattr(model, "needs_target", True))
