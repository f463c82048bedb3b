"""The sample of closed cases at the desk: what was drawn, and the word of whoever reads it again."""

from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import Connection
from typing_extensions import override

from console.form import Form
from console.formpage import FormPage
from console.listing import named
from console.reading import people_of
from console.user import Access, allowed
from console.visit import Visit
from console.voice import Voice
from incidents import sampling
from incidents.sample import Reread
from incidents.sampling import Sampled, samples

SAMPLE = "/desk/sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    turn: str
    id: str
    title: str
    customer: str
    state: str
    findings: str
    by: str


class SamplePage(FormPage):
    """See the module."""

    async def act(self, visit: Visit) -> web.Response:
        form, voice = Form(visit.typed, visit.voice), visit.voice
        found = await self._rules.database.read(samples)
        case = form.one_of("case", _waiting(found), voice.t("Choose a case that waits."))
        sound = form.get("act") == "sound"
        findings = form.get("findings") if sound else form.text("findings", voice.t("Write what was found."))
        caseload, by = self._rules.caseload(), visit.user.by

        def record(tx: Connection) -> None:
            sampling.reread(tx, caseload, case, findings, by, visit.now, sound=sound)

        return await self._carry_out(visit, form, record)

    @override
    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        def read(tx: Connection) -> tuple[list[Sampled], dict[str, str | None]]:
            return samples(tx), people_of(tx)

        found, people = await self._rules.database.read(read)
        voice = replace(visit.voice, people=people)
        return visit.page(
            "sample.html",
            status=status,
            voice=voice,
            form=form,
            rows=[_row(one, voice) for one in found],
            waiting=_waiting(found) if allowed(visit.user, Access.CASES) else {},
        )


def _waiting(found: list[Sampled]) -> dict[str, str]:
    return {one.case.id: f"{one.case.id} {one.turn}" for one in found if one.reread is None}


def _row(one: Sampled, voice: Voice) -> SampleRow:
    word = None if one.reread is None else one.reread.event
    said = word if isinstance(word, Reread) else None
    state = "Waits to be read" if said is None else "Sound" if said.sound else "Findings"
    return SampleRow(
        turn=one.turn,
        id=one.case.id,
        title=named(one.case, voice),
        customer=voice.customer(one.case.customer),
        state=voice.t(state),
        findings="" if said is None else said.findings,
        by=voice.who(one.reread.by) if one.reread is not None else "",
    )
