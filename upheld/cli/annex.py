"""`upheld agreement annex CUSTOMER`: what a contract must state about counting, as a page, on paper or as data."""

import json
from typing import Any

from config.agreement import Agreement
from config.language import choose
from config.look import sentence
from config.look.figure import full_day
from config.model import Config
from sla.annex import annex
from sla.clause import ROOM, clauses
from sla.commitment import level_text
from sla.contract import Confirmed, Contract, Side, Version
from sla.paper.sheet import Cell, Column, Section, Sheet, Table
from sla.paper.typeset import typeset
from sla.title import agreement_name

FORMATS = ("html", "pdf", "json")


def written(config: Config, contract: Contract, version: Version, form: str, language: str) -> bytes:
    """`html` stands in both languages at once, as the desk prints it; the others in the one that is asked for."""
    number = version.agreement.version
    agreement = next(one for one in contract.in_turn() if one.version == number)
    match form:
        case "html":
            return _page(config, contract, agreement, version.sha256)
        case "pdf":
            return typeset(_sheet(config, agreement, version, language))
        case _:
            return json.dumps(_data(agreement, version.sha256, language), ensure_ascii=False, indent=2).encode() + b"\n"


def _page(config: Config, contract: Contract, agreement: Agreement, digest: str) -> bytes:
    who = config.customers.get(contract.customer)
    said = {side: contract.word(agreement.version, side) for side in Side}
    return annex(
        agreement,
        digest,
        customer=contract.customer if who is None else who.name,
        provider=config.site.name,
        names={one.id: one.name for one in config.components.values()},
        confirmed={side: word for side, word in said.items() if isinstance(word, Confirmed)},
    )


def _data(agreement: Agreement, digest: str, language: str) -> dict[str, Any]:
    return {
        "agreement": agreement.id,
        "version": agreement.version,
        "sha256": digest,
        "clauses": [{"term": one.term, "text": one.text, "origin": one.origin} for one in clauses(agreement, language)],
        "levels": [
            {"name": choose(one.name, language), "texts": list(level_text(one, language))} for one in agreement.levels
        ],
    }


def _sheet(config: Config, agreement: Agreement, version: Version, language: str) -> Sheet:
    def say(text: str) -> str:
        return sentence(ROOM, language, text)

    title, name = say("How availability is counted"), agreement_name(agreement, language)
    rows = tuple((Cell(text=one.text), Cell(text=one.origin)) for one in clauses(agreement, language))
    columns = (Column(title=say("Clause"), share=2), Column(title=say("Where it stands"), share=1))
    sections = [Section(title=title, blocks=(Table(columns=columns, rows=rows),))]
    levels = tuple(
        (Cell(text=choose(one.name, language), small=tuple(level_text(one, language))),) for one in agreement.levels
    )
    if levels:
        heading = say("Levels and time limits")
        sections.append(Section(title=heading, blocks=(Table(columns=(Column(title=heading, share=1),), rows=levels),)))
    since = full_day(agreement.effective, agreement.availability.timezone, language)
    facts = ((say("Version"), str(agreement.version)), (say("In force since"), since))
    return Sheet(
        language=language, title=title, subtitle=name, running=name, number=f"{agreement.id} {agreement.version}",
        author=choose(config.site.name, language), made_at=version.recorded_at, facts=facts, sections=tuple(sections),
        foot=f"sha256 {version.sha256[:24]} …", page=say("Page {page} of {pages}"),
    )  # fmt: skip
