"""The statement as a sheet of paper: what stands on its first page, and the order of its sections."""

from collections.abc import Iterable

from config.agreement import ExclusionEffect
from config.look.figure import full_day, listed, moment, time_of_day
from sla.clause import hours_text
from sla.document import record
from sla.page import Page
from sla.paper.change import changed_in_short
from sla.paper.consent import agreed
from sla.paper.indicator import indicators_in_short
from sla.paper.place import owners_of, places_of, quorum_of
from sla.paper.section import in_eights, sections
from sla.paper.sheet import Attachment, Figure, Sheet
from sla.seal import digest
from sla.statement import ComponentPart, Statement


def statement_sheet(statement: Statement, language: str) -> Sheet:
    """The record goes along inside, so that the paper and what it was printed from cannot be parted."""
    page = Page(statement, language)
    body, seal = record(statement), statement.seal
    comma = page.say(", ")
    return Sheet(
        language=language,
        title=page.title,
        subtitle=page.period,
        running=f"{page.title}{comma}{page.period}　{page.text(statement.customer_name)}",
        number=page.number,
        author=page.text(statement.provider),
        made_at=statement.issued_at if seal is None else seal.sealed_at,
        facts=tuple(_facts(page)),
        notices=tuple(_notices(page)),
        figures=tuple(_figures(page)),
        summary=page.summary(),
        measured=(*agreed(page), *_measured(page)),
        sections=tuple(sections(page, digest(body))),
        provisional=page.say("Provisional") if statement.provisional else "",
        demo=page.say("Demo data") if statement.marked_as_demo else "",
        foot=_foot(page),
        page=page.say("Page {page} of {pages}"),
        attachment=Attachment(
            name=f"{statement.customer}-{statement.period}.json"
            if seal is None
            else f"{seal.name.replace('/', '-')}.json",
            text=body.decode(),
            media_type="application/json",
            description=page.say("The record this statement was printed from"),
        ),
    )


def _foot(page: Page) -> str:
    """On every page: the zone of its times, and which record it is a page of."""
    zone, seal = page.say("Times in zone {zone}.", zone=page.statement.zone), page.statement.seal
    return zone if seal is None else f"{zone} sha256 {in_eights(seal.record_sha256)[:26]} …"


def _facts(page: Page) -> Iterable[tuple[str, str]]:
    """Parties left, agreement right, in turn."""
    statement, say, language = page.statement, page.say, page.language
    newest = statement.agreements[0].newest
    issued = full_day(statement.issued_at, statement.zone, language)
    yield say("Customer"), page.text(statement.customer_name)
    yield say("Agreement"), page.agreement
    yield say("Provider"), page.text(statement.provider)
    yield say("In force since"), full_day(newest.effective, statement.zone, language)
    start, end = (moment(at, statement.zone, language) for at in statement.window)
    yield say("Period"), say("{start} to {end}", start=start, end=end)
    yield (
        say("Service hours"),
        f"{hours_text(newest, language)}{say(', ')}{say('zone {zone}', zone=statement.zone)}",
    )
    yield say("Issued"), f"{issued} {time_of_day(statement.issued_at, statement.zone)}"
    yield say("Number"), page.number


def _notices(page: Page) -> Iterable[str]:
    statement = page.statement
    if statement.provisional:
        yield page.say("Provisional, up to {end}.", end=moment(statement.window[1], statement.zone, page.language))
    yield from page.obstacles()
    if page.statement.answer is not None:
        yield page.answer()


def _figures(page: Page) -> Iterable[Figure]:
    top = page.headline()
    if top is None:
        return
    say = page.say
    yield Figure(
        title=say("Availability, tightest service: {name}", name=top.name),
        text=top.availability,
        small=say("cut, not rounded: {fraction} s", fraction=top.fraction),
    )
    yield Figure(title=say("Target"), text=top.target, small=top.per)
    yield Figure(title=say("Verdict"), text=page.verdict(top.verdict))
    yield Figure(title=say("Downtime budget used"), text=top.used, small=top.of)


def _measured(page: Page) -> Iterable[tuple[str, str]]:
    """Who measured, and how far the figure above can be trusted: of the service with the least budget left."""
    say, part = page.say, page.tightest()
    yield say("Measured by"), _observers(page)
    yield say("Second source"), _second_source(page)
    panel = page.statement.panel
    if panel.several:
        yield say("Votes of the places"), quorum_of(page, panel.quorum.bad, panel.quorum.least)
    if part is None:
        return
    account = part.account
    yield say("Excluded time"), _both_effects(page, part)
    yield (
        say("Bounds"),
        f"{page.bounds(part)}{say('; all time not measured counted as down, or all as up')}",
    )
    yield (
        say("Coverage"),
        say(
            "{share}; {length} not measured",
            share=page.share(part, account.coverage),
            length=page.lasted(account.unobserved),
        ),
    )
    yield say("Measuring error"), _error(page, part)
    if page.statement.indicators:
        yield say("Indicators"), indicators_in_short(page)
    yield say("Changed by the provider"), changed_in_short(page)


def _observers(page: Page) -> str:
    """`Northwind Hosting, from local`; where nothing of ours asked, senders spoke."""
    provider = page.text(page.statement.provider)
    places = sorted({place for part in page.statement.components for place in page.statement.places(part.component)})
    if not places:
        return page.say("{provider}, from what senders reported", provider=provider)
    owned = owners_of(page.statement.panel, places)
    return page.say("{provider}, from {places}", provider=provider, places=places_of(page, owned))


def _second_source(page: Page) -> str:
    """A second place that asked; the customer's own log is hers to compare."""
    seconds = [
        page.text(part.name) for part in page.statement.components if len(page.statement.places(part.component)) > 1
    ]
    if not seconds:
        return page.say("none: every figure rests on one place's observations")
    if len(seconds) == len(page.statement.components):
        return page.say("every service was observed from two places or more")
    return page.say("only for {names}", names=listed(seconds, page.language))


def _both_effects(page: Page, part: ComponentPart) -> str:
    removed, retained = page.share(part, part.counted.removed), page.share(part, part.counted.retained)
    match part.agreement.availability.exclusion_effect:
        case ExclusionEffect.REMOVED:
            return page.say(
                "taken out of the base, as agreed: {removed}; left in it: {retained}",
                removed=removed,
                retained=retained,
            )
        case ExclusionEffect.RETAINED:
            return page.say(
                "left in the base, as agreed: {retained}; taken out of it: {removed}",
                removed=removed,
                retained=retained,
            )


def _error(page: Page, part: ComponentPart) -> str:
    length = page.say("at most {length}", length=page.lasted(part.counted.uncertainty))
    if part.counted.within_measuring_error:
        return length + page.say("; it alone could turn the verdict")
    return length + page.say("; it cannot turn the verdict")
