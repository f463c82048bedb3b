"""A sheet as one printable page, complete in itself: what typeset prints, for a browser."""

from importlib.resources import files

from markupsafe import Markup

from config.look import environment
from config.look.asset import assets
from sla.paper.sheet import Sheet


def page_of(sheet: Sheet, zone: str) -> bytes:
    """`zone` is that of its times; they are texts already."""
    text = environment("sla", sheet.language, zone).get_template("sheet.html").render(sheet=sheet, style=_style())
    return text.encode()


def _style() -> Markup:
    own = [(files("sla") / "static" / name).read_text(encoding="utf-8") for name in ("statement.css", "sheet.css")]
    return Markup(assets("config.look")["upheld.css"].body.decode() + "".join(own))
