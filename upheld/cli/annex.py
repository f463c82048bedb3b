"""`upheld agreement annex CUSTOMER`: what a contract must state about counting, as a page, on paper or as data."""

import json
from typing import Any

from config.language import CHINESE, choose
from config.look import sentence
from config.look.figure import full_day
from sla.annex import annex, renewal
from sla.annexed import Annexed, Signatory
from sla.clause import ROOM, clauses
from sla.commitment import level_text
from sla.paper.sheet import Cell, Column, Note, Section, Sheet, Signatures, Table
from sla.paper.typeset import typeset
from sla.title import agreement_name

FORMATS = ("html", "pdf", "json")


def written(one: Annexed, form: str, language: str) -> bytes:
    """`html` stands in both languages at once, as the desk prints it; the others in the one that is asked for."""
    match form:
        case "html":
            return annex(one)
        case "pdf":
            return typeset(sheet(one, language))
        case _:
            return json.dumps(_data(one, language), ensure_ascii=False, indent=2).encode() + b"\n"


def _data(one: Annexed, language: str) -> dict[str, Any]:
    return {
        "agreement": one.agreement.id,
        "version": one.agreement.version,
        "sha256": one.version.sha256,
        "clauses": [
            {"term": each.term, "text": each.text, "origin": each.origin} for each in clauses(one.agreement, language)
        ],
        "levels": [
            {"name": choose(each.name, language), "texts": list(level_text(each, language))} for each in one.levels
        ],
    }


def sheet(one: Annexed, language: str) -> Sheet:
    """The paper; it says what the page says."""

    def say(text: str) -> str:
        return sentence(ROOM, language, text)

    agreement, title = one.agreement, say("How availability is counted")
    name, digest = agreement_name(agreement, language), one.version.sha256
    rows = tuple((Cell(text=each.text), Cell(text=each.origin)) for each in clauses(agreement, language))
    columns = (Column(title=say("Clause"), share=2), Column(title=say("Where it stands"), share=1))
    sections = [Section(title=title, blocks=(Table(columns=columns, rows=rows),))]
    levels = tuple(
        (Cell(text=choose(each.name, language), small=tuple(level_text(each, language))),) for each in one.levels
    )
    if levels:
        heading = say("Levels and time limits")
        sections.append(Section(title=heading, blocks=(Table(columns=(Column(title=heading, share=1),), rows=levels),)))
    return Sheet(
        language=language, title=title, subtitle=name, running=name, number=f"{agreement.id} {agreement.version}",
        author=_name(one.parties[-1], language), made_at=one.version.recorded_at, facts=_facts(one, language),
        sections=(*sections, _signatures(one, language)),
        foot=f"sha256 {digest[:24]} …", page=say("Page {page} of {pages}"),
    )  # fmt: skip


def _facts(one: Annexed, language: str) -> tuple[tuple[str, str], ...]:
    """The parties, and what else stands at the head of the page."""

    def say(text: str) -> str:
        return sentence(ROOM, language, text)

    agreement, zone = one.agreement, one.agreement.availability.timezone
    ends = say("No end is agreed.") if agreement.until is None else full_day(agreement.until, zone, language)
    further, place = renewal(agreement), _place(language)
    services = [choose(one.names.get(name, name), language) for name in agreement.components]
    return (
        *((each.called[place], _name(each, language)) for each in one.parties),
        *(((say("Contract"), agreement.contract),) if agreement.contract else ()),
        (say("Version"), str(agreement.version)),
        (say("In force since"), full_day(agreement.effective, zone, language)),
        (say("Ends"), ends if further is None else f"{ends} {further[place]}"),
        (say("Services"), say(", ").join(services)),
    )


def _signatures(one: Annexed, language: str) -> Section:
    """A place for each side, and where it signed already."""

    def say(text: str) -> str:
        return sentence(ROOM, language, text)

    zone, place = one.agreement.availability.timezone, _place(language)
    names = [f"{each.called[place]}{say(', ')}{_name(each, language)}" for each in one.parties]
    signed = [
        Note(text=f"{name}: {say('Signed')} {full_day(word.happened_at, zone, language)}, {word.reference}")
        for name, word in zip(names, (each.signed for each in one.parties), strict=True)
        if word is not None
    ]
    places = Signatures(sides=tuple(names), signature=say("Signature"), date=say("Date"), stamp=say("(seal)"))
    return Section(title=say("Confirmed by both sides"), blocks=(*signed, places))


def _name(one: Signatory, language: str) -> str:
    return one.name[_place(language)]


def _place(language: str) -> int:
    """In a pair of Chinese and English."""
    return 0 if language == CHINESE else 1
