"""The forms a report is written in: a page, paper, or its data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sla.paper.typeset import typeset
from sla.paper.web import Back, page_of
from sla.report import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`render` may raise `sla.format.Unwritable`, and take long: a server calls it in a thread."""

    content_type: str
    render: Callable[[Paper, str], bytes]
    binary: bool = False


PAGE = "html"


def page(paper: Paper, language: str, back: Back | None = None) -> bytes:
    return page_of(paper.sheet(language), paper.frame.zone, back)


FORMS: Mapping[str, Form] = {
    PAGE: Form(content_type="text/html; charset=utf-8", render=page),
    "pdf": Form(
        content_type="application/pdf", render=lambda paper, language: typeset(paper.sheet(language)), binary=True
    ),
    "json": Form(content_type="application/json", render=lambda paper, _: paper.record()),
}
