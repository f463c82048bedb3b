"""A badge: glyph, name, word; 24 px high, no coloured ground. Width is reckoned on the server, text never scripted."""

from typing import Any

from markupsafe import escape

from config.look.state import LIGHT, SHAPES, Shown
from statuspage.standing import Standing
from statuspage.voice import Voice

_COLOURS = {
    Shown.UP: "brightgreen",
    Shown.DEGRADED: "yellow",
    Shown.PARTIAL: "orange",
    Shown.DOWN: "red",
    Shown.MAINTENANCE: "blue",
    Shown.UNKNOWN: "lightgrey",
}

_NARROW = frozenset("ijl|.,:;'!`() ")
_WIDE = frozenset("mwMW@%")
_MOST = 60
_FONT = "-apple-system,Segoe UI,Helvetica Neue,Arial,PingFang SC,Microsoft YaHei,Noto Sans CJK SC,sans-serif"


def svg(standing: Standing, word: str) -> str:
    """One component's badge as a file of its own; it needs nothing from anywhere."""
    name = standing.name if len(standing.name) <= _MOST else standing.name[: _MOST - 1] + "…"
    left, right = width(name), width(word, bold=True)
    whole = 27 + left + 14 + right + 9
    shape = SHAPES[standing.state].replace("var(--paper,#fff)", "#fff")
    colour = LIGHT[standing.state]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="24" viewBox="0 0 {whole} 24" role="img"'
        f' aria-label="{escape(name)}: {escape(word)}"><title>{escape(name)}: {escape(word)}</title>'
        f'<rect x=".5" y=".5" width="{whole - 1}" height="23" rx="2" fill="#fff" stroke="#868e93"/>'
        f'<g transform="translate(8 6) scale(.75)" color="{colour}">{shape}</g>'
        f'<g font-family="{_FONT}" font-size="12" fill="#12181c">'
        f'<text x="27" y="16" textLength="{left}">{escape(name)}</text>'
        f'<text x="{27 + left + 14}" y="16" textLength="{right}" font-weight="700">{escape(word)}</text></g></svg>'
    )


def endpoint(standing: Standing, word: str, voice: Voice) -> dict[str, Any]:
    """The same in the schema badge servers read."""
    return {
        "schemaVersion": 1,
        "label": standing.name,
        "message": word or voice.t("Unknown"),
        "color": _COLOURS[standing.state],
        "isError": standing.state in (Shown.DOWN, Shown.PARTIAL),
        "cacheSeconds": 60,
    }


def width(text: str, *, bold: bool = False) -> int:
    """Pixels at 12 px: full-width characters 12, others by their class."""
    total = 0.0
    for character in text:
        if ord(character) >= 0x2E80:
            total += 12
        elif character in _NARROW:
            total += 3.3
        elif character in _WIDE:
            total += 10
        elif character.isupper():
            total += 8
        else:
            total += 6.7
    return round(total * (1.06 if bold and text.isascii() else 1))
