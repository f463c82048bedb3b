"""The style sheets that stand in our printable pages: whoever serves one must let them, and no others."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from config.look.asset import assets

STATEMENT = ("statement.css",)
SHEET = ("statement.css", "sheet.css")


@cache
def style(names: tuple[str, ...]) -> Markup:
    """The shared look, then `names` of our own folder `static`."""
    own = [(files("sla") / "static" / name).read_text(encoding="utf-8") for name in names]
    return Markup(assets("config.look")["upheld.css"].body.decode() + "".join(own))


def allowed() -> str:
    """For `style-src` in a Content-Security-Policy: by their hashes they may stand in a page, and nothing else."""
    hashes = (sha256(style(names).encode()).digest() for names in (STATEMENT, SHEET))
    return " ".join(f"'sha256-{b64encode(each).decode()}'" for each in hashes)
