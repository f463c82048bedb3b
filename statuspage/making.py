"""Making pages: facts in, finished bytes out. Pure but for reading the templates once."""

import gzip
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

import orjson

from config.apart import NotDone, apart
from config.instant import Instant
from config.look import figure
from statuspage import setting
from statuspage.facts import MonthCount, PageFacts
from statuspage.plan import Plan
from statuspage.summary import documents
from statuspage.view import PageView, page_view, spans_of

GZIP = 16 + zlib.MAX_WBITS
"""The packer writes gzip's frame, without an instant."""
LARGE = 200
"""Components. Less is made here and now, which is quicker; while more of them are, the store's one writer waits for the
interpreter after each of its statements."""
MONTHS = 12
"""So many months of history are offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One answer, ready to send. Kept as nearly everybody takes it: of thousands of components a page is megabytes."""

    gzipped: bytes
    etag: str
    content_type: str
    language: str | None = None
    status: int = 200

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.gzipped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One page in every language of the site, and its documents."""

    revision: str
    index: Mapping[str, Rendered]
    documents: Mapping[str, Rendered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One page as of one refresh."""

    facts: PageFacts
    made_at: Instant
    print: Print

    @property
    def revision(self) -> str:
        """Of what is shown, not of its age."""
        return self.print.revision


def make(facts: PageFacts, now: Instant) -> Made:
    """Large ones beside this process: nobody's check waits meanwhile."""
    printed = None
    if len(facts.components) >= LARGE:
        with suppress(NotDone):
            printed = apart(print_page, facts, now)
    return Made(facts=facts, made_at=now, print=printed or print_page(facts, now))


def print_page(facts: PageFacts, now: Instant) -> Print:
    """Worded, set and packed."""
    spans = spans_of(facts, now)
    revision = ""
    index: dict[str, Rendered] = {}
    for language in facts.site.languages:
        view = page_view(facts, language, now, spans)
        revision = revision or revision_of(view)
        index[language] = html(setting.index_html(facts, view, now, revision), language)
    return Print(
        revision=revision,
        index=index,
        documents={
            path: rendered([orjson.dumps(document)], "application/json; charset=utf-8")
            for path, document in documents(facts, now).items()
        },
    )


def revision_of(view: PageView) -> str:
    """Of what is shown, but for how old it is."""
    told = sha256(repr(replace(view, as_of=None, as_of_text="", age="", groups=())).encode())
    for group in view.groups:
        told.update(repr(replace(group, components=())).encode())
        for component in group.components:
            told.update(repr(component).encode())
    return told.hexdigest()[:16]


def months_of(
    counts: Mapping[tuple[int, int], int], begin: Instant | None, now: Instant, zone: str
) -> tuple[MonthCount, ...]:
    """Every month from the first fact on, at most a year, newest first."""
    if begin is None:
        return ()
    first, last = figure.local(begin, zone), figure.local(now, zone)
    numbers = range(last.year * 12 + last.month - 1, first.year * 12 + first.month - 2, -1)
    found = [divmod(number, 12) for number in numbers[:MONTHS]]
    return tuple(
        MonthCount(year=year, month=month + 1, incidents=counts.get((year, month + 1), 0)) for year, month in found
    )


def bare(plan: Plan) -> PageFacts:
    """A page without anything on it, for errors before the first refresh."""
    return PageFacts(site=plan.site, path="/", title=None, groups=(), components={})


def html(pieces: Iterable[str], language: str, status: int = 200) -> Rendered:
    made = rendered((piece.encode() for piece in pieces), "text/html; charset=utf-8")
    return replace(made, language=language, status=status)


def rendered(pieces: Iterable[bytes], content_type: str) -> Rendered:
    told, packer, packed = sha256(), zlib.compressobj(level=6, wbits=GZIP), bytearray()
    for piece in pieces:
        told.update(piece)
        packed += packer.compress(piece)
    packed += packer.flush()
    return Rendered(gzipped=bytes(packed), etag=told.hexdigest()[:20], content_type=content_type)
