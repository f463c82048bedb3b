"""Where a reader is: which page, in which language, and what of it. Addresses are read and written here alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from re import compile as pattern

from config.language import LANGUAGES

_ID = pattern(r"[A-Za-z0-9._-]{1,60}")
_MONTH = pattern(r"(\d{4})-(0[1-9]|1[0-2])")


class What(StrEnum):
    INDEX = "index"
    INCIDENT = "incident"
    HISTORY = "history"
    MAINTENANCE = "maintenance"
    ATOM = "feed.atom"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`language` is None where the address names none; `argument` is an incident's id, a month, a document's path."""

    page: str
    language: str | None
    what: What
    argument: str = ""


def place_of(path: str, pages: Iterable[str]) -> Place | None:
    """The place an address means; `pages` are the paths of all pages (`/`, `/bank`). None: there is no such place."""
    language: str | None = None
    rest = path
    for known in LANGUAGES:
        if path == f"/{known}" or path.startswith(f"/{known}/"):
            language, rest = known, path[len(known) + 1 :] or "/"
    for page in sorted(pages, key=len, reverse=True):
        root = page.rstrip("/")
        if rest in (page, root or "/", root + "/"):
            return Place(page=page, language=language, what=What.INDEX)
        if rest.startswith(root + "/"):
            found = _inside(page, language, rest[len(root) + 1 :].rstrip("/"))
            if found is not None:
                return found
    return None


def base(page: str, language: str) -> str:
    """What the addresses of a page in a language begin with: `/en/`, `/zh-CN/bank/`."""
    root = page.strip("/")
    return f"/{language}/{root}/" if root else f"/{language}/"


def api(page: str) -> str:
    """The address of a page's summary document."""
    return f"{page.rstrip('/')}/api/v2/summary.json"


def accepted(header: str, languages: Sequence[str]) -> str:
    """The reader's best language among those of the site; the site's first where none fits. Never raises."""
    wishes: list[tuple[float, int, str]] = []
    for place, item in enumerate(header[:500].split(",")):
        tag, _, weight = item.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if tag and quality > 0:
            wishes.append((-quality, place, tag.lower()))
    for _, _, tag in sorted(wishes):
        for language in languages:
            if tag == language.lower() or tag.split("-")[0] == language.split("-")[0].lower():
                return language
    return languages[0]


def _inside(page: str, language: str | None, rest: str) -> Place | None:
    head, _, tail = rest.partition("/")
    if head == "incidents" and _ID.fullmatch(tail):
        return Place(page=page, language=language, what=What.INCIDENT, argument=tail)
    if head == "history" and _MONTH.fullmatch(tail):
        return Place(page=page, language=language, what=What.HISTORY, argument=tail)
    if rest == "maintenance":
        return Place(page=page, language=language, what=What.MAINTENANCE)
    if rest == "feed.atom":
        return Place(page=page, language=language, what=What.ATOM)
    if language is None and rest.startswith("api/v2/") and rest.endswith(".json"):
        return Place(page=page, language=None, what=What.DOCUMENT, argument=rest[len("api/v2/") : -len(".json")])
    return None
