"""A sheet as one printable page, complete in itself: what typeset prints, for a browser."""

from config.look import environment
from sla.paper.sheet import Sheet
from sla.paper.style import SHEET, style


def page_of(sheet: Sheet, zone: str) -> bytes:
    """`zone` is that of its times; they are texts already."""
    page = environment("sla", sheet.language, zone).get_template("sheet.html")
    return page.render(sheet=sheet, style=style(SHEET)).encode()
