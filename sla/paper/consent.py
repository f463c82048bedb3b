"""Which versions of the agreement were in force, and what each side had said of them: on the first page."""

from collections.abc import Iterator

from config.agreement import Agreement
from config.look.figure import full_day
from sla.contract import Confirmed, Consent, Side
from sla.page import Page
from sla.statement import AgreementPart
from sla.title import agreement_name

_CONFIRMED = {
    Side.CUSTOMER: "confirmed by the customer on {day} ({who})",
    Side.PROVIDER: "confirmed by the provider on {day} ({who})",
}
_DECLINED = {
    Side.CUSTOMER: "declined by the customer on {day} ({who})",
    Side.PROVIDER: "declined by the provider on {day} ({who})",
}
_SILENT = {
    Side.CUSTOMER: "not confirmed by the customer",
    Side.PROVIDER: "not confirmed by the provider",
}


def agreed(page: Page) -> Iterator[tuple[str, str]]:
    """A line for each version: since when, and who of each side confirmed it and when, or that nobody did."""
    parts = page.statement.agreements
    for part in parts:
        named = f"{agreement_name(part.newest, page.language)}{page.say(', ')}" if len(parts) > 1 else ""
        for one in part.versions:
            said = [_in_force(page, one), *(_said(page, part, one, side) for side in Side)]
            yield f"{named}{page.say('Version {number}', number=one.version)}", page.say("; ").join(said)


def _in_force(page: Page, version: Agreement) -> str:
    zone, language = page.statement.zone, page.language
    since = full_day(version.effective, zone, language)
    if version.until is None:
        return page.say("in force since {day}", day=since)
    return page.say("in force from {day} to {end}", day=since, end=full_day(version.until, zone, language))


def _said(page: Page, part: AgreementPart, version: Agreement, side: Side) -> str:
    word = part.word(version.version, side)
    if word is None:
        return page.say(_SILENT[side])
    known = _CONFIRMED if isinstance(word, Confirmed) else _DECLINED
    day = full_day(word.happened_at, page.statement.zone, page.language)
    return page.say(known[side], day=day, who=page.say(", ").join(_who(page, word)))


def _who(page: Page, word: Consent) -> Iterator[str]:
    """Who gave or recorded it, where it can be read or why it was declined, and when it was written down if later."""
    zone, language = page.statement.zone, page.language
    yield page.who(word.by)
    text = word.reference if isinstance(word, Confirmed) else word.reason
    if text:
        yield text
    recorded = full_day(word.recorded_at, zone, language)
    if recorded != full_day(word.happened_at, zone, language):
        yield page.say("recorded {day}", day=recorded)
