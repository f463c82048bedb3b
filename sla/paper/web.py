"""A sheet as one printable page, complete in itself: what typeset prints, for a browser."""

from dataclasses import dataclass

from config.look import environment
from sla.paper.sheet import Sheet
from sla.paper.style import SHEET, style


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """The page of ours that a reader came from; never printed."""

    href: str
    text: str


def page_of(sheet: Sheet, zone: str, back: Back | None = None) -> bytes:
    """`zone` is that of its times; they are texts already. A file that is kept leads nowhere: without `back`."""
    page = environment("sla", sheet.language, zone).get_template("sheet.html")
    return page.render(sheet=sheet, back=back, style=style(SHEET)).encode()
