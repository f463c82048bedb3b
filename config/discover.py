"""What each file of a plug-in package offers: its file name is the word in the configuration and the metric label."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def discover(package: ModuleType, attribute: str, of: type[T]) -> dict[str, T]:
    """Name -> offer, sorted. Raises TypeError naming the module that does not offer `attribute`."""
    found: dict[str, T] = {}
    for name in sorted(info.name for info in iter_modules(package.__path__)):
        module = import_module(f"{package.__name__}.{name}")
        offer = getattr(module, attribute, None)
        if not isinstance(offer, of):
            raise TypeError(f"{module.__name__} must offer {attribute}, a {of.__name__}")
        found[name] = offer
    return found
