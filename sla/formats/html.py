"""One printable page, complete in itself: no script, no other file, nothing fetched. The same sheet as on paper."""

from markupsafe import Markup

from config.look import environment
from sla.format import Format
from sla.paper.sheet import Strips
from sla.paper.statement import statement_sheet
from sla.paper.style import STATEMENT, style
from sla.statement import Statement

_HEIGHTS = {"up": 9, "degraded": 15, "partial": 22, "down": 30, "unknown": 19, "excluded": 30}
_PITCH, _BAR, _FULL = 20, 12, 32


def _render(statement: Statement, language: str) -> bytes:
    text = (
        environment("sla", language, statement.zone)
        .get_template("statement.html")
        .render(sheet=statement_sheet(statement, language), strip=_strip, axis=_axis, style=style(STATEMENT))
    )
    return text.encode()


def _strip(days: tuple[str, ...]) -> Markup:
    """A bar a day: the height says how bad, hollow is not measured, dashes are agreed maintenance."""
    bars: list[str] = []
    for place, shows in enumerate(days):
        left = place * _PITCH
        if shows == "inactive":
            continue
        if shows == "maintenance":
            bars += [
                f'<rect class="maintenance" x="{left}" y="{_FULL - 3 - n * 5}" width="{_BAR}" height="3"/>'
                for n in range(4)
            ]
            continue
        high = _HEIGHTS[shows]
        if shows in ("unknown", "excluded"):
            bars.append(
                f'<rect class="{shows}" x="{left + 0.5}" y="{_FULL - high + 0.5}"'
                f' width="{_BAR - 1}" height="{high - 1}"/>'
            )
        else:
            bars.append(f'<rect class="{shows}" x="{left}" y="{_FULL - high}" width="{_BAR}" height="{high}"/>')
    return Markup("".join(bars))


def _axis(strips: Strips) -> list[tuple[int, int]]:
    """(x, day) of the days that are named below the strips."""
    return [((number - 1) * _PITCH + _BAR // 2, number) for number in strips.named]


FORMAT = Format(content_type="text/html; charset=utf-8", extension="html", render=_render)
