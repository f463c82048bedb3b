"""One printable page, complete in itself: no script, no other file, nothing fetched."""

from importlib.resources import files

from markupsafe import Markup

from config.agreement import Period as Kind
from config.look import environment
from config.look.asset import assets
from sla.clause import clauses, hours_text
from sla.days import Mark, marks
from sla.format import Format
from sla.page import Page
from sla.paper.budget import budgets
from sla.paper.change import changed
from sla.statement import Statement

_HEIGHTS = {"up": 9, "degraded": 15, "partial": 22, "down": 30, "unknown": 19, "excluded": 30}
_PITCH, _BAR, _FULL = 20, 12, 32


def _render(statement: Statement, language: str) -> bytes:
    page = Page(statement, language)
    zone = statement.zone
    strips = [
        (part, _strip(marks(part.counted, zone)))
        for part in statement.components
        if statement.period.kind is Kind.MONTH
    ]
    text = (
        environment("sla", language, zone)
        .get_template("statement.html")
        .render(
            statement=statement,
            page=page,
            strips=strips,
            axis=_axis(statement),
            budgets=tuple(budgets(page)),
            changed=changed(page),
            terms=[(version, clauses(version, language)) for part in statement.agreements for version in part.versions],
            hours=hours_text(statement.agreements[0].newest, language),
            style=_style(),
        )
    )
    return text.encode()


def _style() -> Markup:
    own = (files("sla") / "static" / "statement.css").read_text(encoding="utf-8")
    return Markup(assets("config.look")["upheld.css"].body.decode() + own)


def _strip(days: tuple[Mark, ...]) -> Markup:
    """A bar a day: the height says how bad, hollow is not measured, dashes are agreed maintenance."""
    bars: list[str] = []
    for place, mark in enumerate(days):
        left = place * _PITCH
        if mark.shows == "inactive":
            continue
        if mark.shows == "maintenance":
            bars += [
                f'<rect class="maintenance" x="{left}" y="{_FULL - 3 - n * 5}" width="{_BAR}" height="3"/>'
                for n in range(4)
            ]
            continue
        high = _HEIGHTS[mark.shows]
        if mark.shows in ("unknown", "excluded"):
            bars.append(
                f'<rect class="{mark.shows}" x="{left + 0.5}" y="{_FULL - high + 0.5}"'
                f' width="{_BAR - 1}" height="{high - 1}"/>'
            )
        else:
            bars.append(f'<rect class="{mark.shows}" x="{left}" y="{_FULL - high}" width="{_BAR}" height="{high}"/>')
    return Markup("".join(bars))


def _axis(statement: Statement) -> list[tuple[int, int]]:
    """(x, day) of the days that are named below the strips."""
    if statement.period.kind is not Kind.MONTH or not statement.components:
        return []
    last = len(marks(statement.components[0].counted, statement.zone))
    named = sorted({1, *range(5, last - 2, 5), last})
    return [((number - 1) * _PITCH + _BAR // 2, number) for number in named]


FORMAT = Format(content_type="text/html; charset=utf-8", extension="html", render=_render)
