"""Which components depend on which: an order to judge in, and who may have waited for an end. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from config.model import Component


class Family:
    """The components of one configuration by what they depend on."""

    def __init__(self, components: Mapping[str, Component]) -> None:
        children: dict[str, list[str]] = {}
        for name, one in components.items():
            for parent in dict.fromkeys(one.after):
                children.setdefault(parent, []).append(name)
        self._children: Mapping[str, Sequence[str]] = children

    def dependants(self, component: str) -> list[str]:
        """Those whose own incident may have waited for this one's end, through others too, the nearest first."""
        found: dict[str, None] = {}
        nearest = [component]
        while nearest:
            below = [child for one in nearest for child in self._children.get(one, ())]
            nearest = [one for one in dict.fromkeys(below) if one not in found and one != component]
            found.update(dict.fromkeys(nearest))
        return list(found)

    def parents_first(self, components: Sequence[str]) -> list[str]:
        """In the order in which they are to be judged, so that what fails because of another does not go before it."""
        if len(components) < 2 or not self._children:
            return list(components)
        above = Counter(below for one in dict.fromkeys(components) for below in self.dependants(one))
        return sorted(components, key=lambda one: above[one])
