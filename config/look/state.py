"""The six states as every page, mail and badge shows them: a shape, a word, a colour, and their order in a headline."""

from collections.abc import Iterable
from enum import StrEnum

from config.language import say


class Shown(StrEnum):
    """A component's state as people see it: the five of its transitions, and maintenance."""

    UP = "up"
    DEGRADED = "degraded"
    PARTIAL = "partial"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


_WORDS = {
    Shown.UP: "Up",
    Shown.DEGRADED: "Degraded",
    Shown.PARTIAL: "Partial outage",
    Shown.DOWN: "Down",
    Shown.MAINTENANCE: "Maintenance",
    Shown.UNKNOWN: "Unknown",
}

_WORST_FIRST = (Shown.DOWN, Shown.PARTIAL, Shown.UNKNOWN, Shown.DEGRADED, Shown.MAINTENANCE, Shown.UP)

RANK = {state: len(_WORST_FIRST) - place for place, state in enumerate(_WORST_FIRST)}
"""The higher the worse. Maintenance never hides an outage."""

LIGHT = {
    Shown.UP: "#2f9c76",
    Shown.DEGRADED: "#a96f06",
    Shown.PARTIAL: "#a83c0a",
    Shown.DOWN: "#780b29",
    Shown.MAINTENANCE: "#3357a8",
    Shown.UNKNOWN: "#666e75",
}
"""The colours on paper, for what stands outside a page: favicons, badges."""

SHAPES = {
    Shown.UP: '<circle cx="8" cy="8" r="6.75" fill="currentColor"/>',
    Shown.DEGRADED: '<path d="M8 1 15.5 14.5H.5Z" fill="currentColor"/>',
    Shown.PARTIAL: '<path d="M1 1H15V15H1ZM8 2.5V13.5H13.5V2.5Z" fill="currentColor" fill-rule="evenodd"/>',
    Shown.DOWN: '<path d="M1 1H15V15H1Z" fill="currentColor"/>'
    '<path d="m4.8 4.8 6.4 6.4m0-6.4-6.4 6.4" stroke="var(--paper,#fff)" stroke-width="2"/>',
    Shown.MAINTENANCE: '<path d="M8 0 16 8 8 16 0 8Z" fill="currentColor"/>',
    Shown.UNKNOWN: '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"'
    ' stroke-dasharray="4.19 2.09"/>',
}
"""SVG on a grid of 16, in the current colour."""


def word(state: Shown, language: str) -> str:
    """`Partial outage`, `部分故障`."""
    return say("config.look", language, _WORDS[state])


def worst(states: Iterable[Shown]) -> Shown:
    """The worst in the order of the headline; up when there is none."""
    return max(states, key=RANK.__getitem__, default=Shown.UP)


def glyph_file(state: Shown) -> str:
    """The glyph as an SVG of its own: a favicon."""
    shape = SHAPES[state].replace("currentColor", LIGHT[state])
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{shape}</svg>'
