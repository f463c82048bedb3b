"""The workbook's sheet of consents: for each version and side its last word, also where there is none."""

from collections.abc import Iterator

from sla.contract import Confirmed, Side
from sla.page import Page
from sla.paper.book import At, Field, Tab, Value
from sla.title import agreement_name

SIDES = {Side.CUSTOMER: "Customer", Side.PROVIDER: "Provider"}


def consents(page: Page, zone: str) -> Tab:
    say = page.say
    titles = (
        (say("Agreement"), 36),
        (say("Version"), 10),
        (f"{say('In force since')} ({zone})", 24),
        (say("Side"), 12),
        (say("Said"), 12),
        (f"{say('When')} ({zone})", 24),
        (f"{say('Recorded')} ({zone})", 24),
        (say("By"), 20),
        (say("Where it can be read, or why not"), 48),
    )
    return Tab(
        name=say("Consents"),
        fields=tuple(Field(title=title, width=width) for title, width in titles),
        rows=tuple(_rows(page)),
    )


def _rows(page: Page) -> Iterator[tuple[Value, ...]]:
    say = page.say
    for part in page.statement.agreements:
        for version in part.versions:
            name = agreement_name(version, page.language)
            for side in Side:
                word = part.word(version.version, side)
                about = (name, version.version, At(instant=version.effective), say(SIDES[side]))
                if word is None:
                    yield (*about, say("nothing"), None, None, None, None)
                    continue
                confirmed = isinstance(word, Confirmed)
                times = (At(instant=word.happened_at), At(instant=word.recorded_at))
                text = word.reference if isinstance(word, Confirmed) else word.reason
                yield (*about, say("confirmed") if confirmed else say("declined"), *times, page.who(word.by), text)
