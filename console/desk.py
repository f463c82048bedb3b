"""The on-call desk's lists: what is not done yet, every incident, every case."""

from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection

from config.instant import DAY, Span
from config.look.state import Shown, worst
from console import reading
from console.listing import by_clock, case_row, incident_row, worst_first
from console.owed import SHOWN, due_rows
from console.reading import DeskFacts
from console.rules import Rules
from console.user import Access, allowed
from console.visit import Visit
from console.voice import Voice
from incidents.incident import Progress
from incidents.store import mail

LATELY: Span = 7 * DAY


class Desk:
    """Read-only; acts belong to one incident or one case."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def show(self, visit: Visit) -> web.Response:
        """Unresolved incidents worst first, open cases nearest clock first."""
        caseload = self._rules.caseload()
        facts = await self._rules.database.read(lambda tx: reading.desk(tx, caseload, visit.now))
        reports = self._rules.reports
        owed = [] if reports is None else await self._rules.database.read(lambda tx: reports.due(tx, visit.now))
        mails = await self._rules.database.read(lambda tx: mail.aside_since(tx, visit.now - LATELY))
        voice = replace(visit.voice, people=facts.people)
        rows = [
            incident_row(one, [case for case in facts.cases if case.case.incident == one.id], voice)
            for one in worst_first(facts.incidents)
        ]
        cases = by_clock([case_row(one, voice) for one in facts.cases])
        return visit.page(
            "desk.html",
            voice=voice,
            headline=_headline(facts, voice),
            state=worst(Shown(one.state.value) for one in facts.incidents).value,
            incidents=rows,
            due=next((row.id for row in rows if row.free), None),
            cases=cases,
            owed=due_rows(owed, voice),
            more=max(0, len(owed) - SHOWN),
            mails=mails,
            may_act=allowed(visit.user, Access.INCIDENTS),
            may_open=allowed(visit.user, Access.CASES),
        )

    async def incidents(self, visit: Visit) -> web.Response:
        facts = await self._rules.database.read(reading.every_incident)
        voice = replace(visit.voice, people=facts.people)
        rows = [incident_row(one, (), voice) for one in facts.incidents]
        return visit.page("incidents.html", voice=voice, incidents=rows, limit=reading.NEWEST)

    async def cases(self, visit: Visit) -> web.Response:
        caseload = self._rules.caseload()

        def read(tx: Connection) -> DeskFacts:
            return reading.every_case(tx, caseload, visit.now)

        facts = await self._rules.database.read(read)
        voice = replace(visit.voice, people=facts.people)
        rows = [case_row(one, voice) for one in facts.cases]
        may_open = allowed(visit.user, Access.CASES)
        return visit.page("cases.html", voice=voice, cases=rows, limit=reading.NEWEST, may_open=may_open)


def _headline(facts: DeskFacts, voice: Voice) -> str:
    number = len(facts.incidents)
    free = sum(one.progress is Progress.TRIGGERED for one in facts.incidents)
    if not number:
        return voice.t("No incident is open")
    opened = voice.count(number, "One incident is open", "{n} incidents are open")
    if not free:
        return opened
    nobody = voice.t("nobody has it yet") if number == 1 else voice.t("{n} not acknowledged", n=free)
    return f"{opened}{voice.comma}{nobody}"
