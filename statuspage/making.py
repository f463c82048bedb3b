"""Making pages: facts in, finished bytes out. Pure but for reading the templates once."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

import orjson

from config.instant import Instant
from config.look import figure
from statuspage import setting
from statuspage.facts import MonthCount, PageFacts
from statuspage.plan import Plan
from statuspage.summary import documents
from statuspage.view import page_view, spans_of

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
class Made:
    """One page as of one refresh."""

    facts: PageFacts
    made_at: Instant
    revision: str
    index: Mapping[str, Rendered]
    documents: Mapping[str, Rendered]


def make(facts: PageFacts, now: Instant) -> Made:
    """Every language and document of a page, worded, set and packed."""
    spans = spans_of(facts, now)
    languages = facts.site.languages
    shown = page_view(facts, languages[0], now, spans)
    ageless = replace(shown, as_of=None, as_of_text="", age="")
    revision = sha256(repr(ageless).encode()).hexdigest()[:16]
    return Made(
        facts=facts,
        made_at=now,
        revision=revision,
        index={one: html(setting.index_html(facts, one, now, revision, spans), one) for one in languages},
        documents={
            path: rendered(orjson.dumps(document), "application/json; charset=utf-8")
            for path, document in documents(facts, now).items()
        },
    )


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


def html(text: str, language: str, status: int = 200) -> Rendered:
    return replace(rendered(text.encode(), "text/html; charset=utf-8"), language=language, status=status)


def rendered(body: bytes, content_type: str) -> Rendered:
    return Rendered(
        gzipped=gzip.compress(body, 6, mtime=0),
        etag=sha256(body).hexdigest()[:20],
        content_type=content_type,
    )
