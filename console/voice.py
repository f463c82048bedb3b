"""How one page speaks to one reader: language, zone, the moment it was made, and the names of all it shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.agreement import Agreement
from config.instant import Instant, Span
from config.language import CHINESE, ENGLISH, choose
from config.look import figure, sentence
from config.look.reason import reason_text
from config.look.subject import subject_text
from config.model import Config
from config.refusal import Refusal
from console import words
from incidents.case import Case
from incidents.drill import drilled, of_drill
from incidents.level import standing
from incidents.stage import agreed_word, agreement_of, stage

ROOM = "console"

_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """`people`: whom a user name stands for, the ids of `people:`."""

    language: str
    config: Config
    now: Instant
    people: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.config.site.timezone

    def t(self, text: str, /, **values: object) -> str:
        """The sentence in this language."""
        return sentence(ROOM, self.language, text, **values)

    def count(self, number: int, one: str, many: str, **values: object) -> str:
        """`{n}` things, in the singular or the plural."""
        return self.t(one if number == 1 else many, n=number, **values)

    def code(self, known: Mapping[str, str], code: str | None) -> str:
        """The words for a code; a code without words is shown as it is."""
        sentence_of = known.get(code or "")
        return self.t(sentence_of) if sentence_of is not None else code or ""

    def tongue(self, text: str) -> str:
        """The language to set what somebody wrote in: quotes and dashes are wider in a Chinese face."""
        return CHINESE if _CHINESE.search(text) else ENGLISH

    def refusal(self, error: Exception) -> str:
        """What incidents/ or sla/ refused, in this language where the catalogue has it."""
        if isinstance(error, Refusal):
            shown = self.t(error.text, **error.values)
        else:
            text = str(error)
            ending = next((one for one in words.REFUSALS if text.endswith(one)), None)
            shown = text if ending is None else self.t(ending)
        return shown[:1].upper() + shown[1:] + ("。" if self.language == CHINESE else ".")

    # names

    def component(self, id: str | None) -> str:
        known = self.config.components.get(drilled(id or ""))
        name = choose(known.name, self.language) if known is not None else subject_text(id or "", self.language)
        return self.t("Drill: {component}", component=name) if of_drill(id or "") else name

    def customer(self, id: str) -> str:
        known = self.config.customers.get(id)
        return choose(known.name, self.language) if known is not None else id

    def person(self, id: str) -> str:
        known = self.config.people.get(id)
        return choose(known.name, self.language) if known is not None else id

    def who(self, by: str | None) -> str:
        """Who signed a fact: `person:li`, `customer:acme`, `probe:local`, `source:am`, `upheld`."""
        kind, _, name = (by or "").partition(":")
        if kind == "person":
            return self.person(self.people.get(name) or name)
        if kind == "customer":
            return self.customer(name)
        if kind == "probe":
            return self.t("the probes")
        return name or kind

    def level(self, case: Case) -> str:
        """`Level 2 Important`."""
        return self.numbered(case, standing(case, self.agreement(case)))

    def numbered(self, case: Case, level: int) -> str:
        """A level of its agreement by its number, with its name."""
        agreement = self.agreement(case)
        named = [] if agreement is None else [one for one in agreement.levels if one.number == level]
        name = choose(named[0].name, self.language) if named else ""
        return self.t("Level {number} {name}", number=level, name=name).strip()

    def scores(self, scores: Mapping[str, int]) -> str:
        """`Speed 4, Skill 5`."""
        return self.listed([f"{self.t(name)} {scores[one]}" for one, name in words.SCORES.items() if one in scores])

    def agreement(self, case: Case) -> Agreement | None:
        """The version the case stands under; None when it is no longer configured."""
        return agreement_of(case, self.config)

    def progress(self, case: Case) -> str:
        """How far it is, in the agreement's own word where it has one."""
        own = agreed_word(case, self.agreement(case))
        return self.t(words.PROGRESS[stage(case)]) if own is None else choose(own, self.language)

    def cause(self, title: str) -> str:
        """What an incident is called: a probe's reason in words, a sender's summary as it came."""
        return reason_text(title, self.language) or title

    # figures

    def length(self, span: Span) -> str:
        return figure.length(span, self.language)

    def today(self, at: Instant) -> bool:
        return figure.local(at, self.zone).date() == figure.local(self.now, self.zone).date()

    def clock(self, at: Instant, *, seconds: bool = True) -> str:
        """The time alone where it is today's, else with its day."""
        if self.today(at):
            return figure.time_of_day(at, self.zone, seconds=seconds)
        return figure.moment(at, self.zone, self.language, seconds=seconds)

    def time(self, at: Instant) -> str:
        return figure.time_of_day(at, self.zone, seconds=True)

    def day(self, at: Instant) -> str:
        """Empty where it is today's."""
        return "" if self.today(at) else figure.day(at, self.zone, self.language)

    def as_of(self) -> str:
        """`18 November 2026, 14:32:08 UTC+8`."""
        gap = " " if self.language == CHINESE else ", "
        day = figure.full_day(self.now, self.zone, self.language)
        zone = figure.zone_name(self.zone, self.now, self.language)
        return f"{day}{gap}{self.time(self.now)} {zone}"

    def sentences(self, whole: list[str]) -> str:
        """One after another; Chinese puts no space between them."""
        return ("" if self.language == CHINESE else " ").join(whole)

    @property
    def comma(self) -> str:
        return "，" if self.language == CHINESE else ", "

    @property
    def stop(self) -> str:
        return "；" if self.language == CHINESE else "; "

    def listed(self, names: list[str]) -> str:
        return figure.listed(names, self.language)
