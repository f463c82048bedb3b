"""Every way to everybody who can be called: which were tried, by whom it was shown that they reach him, trying one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import Connection
from typing_extensions import override

from console import words
from console.form import Form
from console.formpage import FormPage
from console.store import every_user
from console.user import Access, allowed
from console.visit import Visit, see_other
from console.voice import Voice
from incidents import trying
from incidents.decide import Refused
from incidents.trying import Tried
from incidents.ways import Addressee

WAYS = "/desk/ways"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`verified`: since when; empty for never. `last`: what became of the newest test, and when."""

    person: str
    name: str
    channel: str
    address: str
    verified: str
    last: str
    at: str
    usable: bool


class WaysPage(FormPage):
    """Staff look; who may act on incidents tries them."""

    async def act(self, visit: Visit) -> web.Response:
        """Send a test or a code over one way, or take the code that came."""
        form, voice, config, now = Form(visit.typed, visit.voice), visit.voice, visit.config, visit.now
        ways, by = self._rules.caseload().ways, visit.user.by
        channel, person = form.get("channel"), form.get("person")
        said: list[str] = []

        def way_of(tx: Connection) -> Addressee:
            return trying.way_of(config, ways, channel, person, now)

        def test(tx: Connection) -> object:
            return trying.test(tx, way_of(tx), now)

        def ask(tx: Connection) -> object:
            return trying.ask(tx, way_of(tx), now)

        def prove(tx: Connection) -> None:
            why = trying.prove(tx, way_of(tx), form.get("code"), by, now)
            said.extend([] if why is None else [voice.t(why)])

        deeds: dict[str, Callable[[Connection], object]] = {"test": test, "ask": ask, "prove": prove}
        work = deeds.get(form.get("act"))
        if work is None:
            return await self._unpressed(visit, form)
        try:
            await self._rules.database.write(work)
        except Refused as error:
            said.append(voice.refusal(error))
        if said:
            form.errors[""] = said[0]
            return await self._page(visit, form, status=409)
        return see_other(WAYS)

    @override
    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        ways = self._rules.caseload().ways

        def read(tx: Connection) -> tuple[Sequence[Tried], dict[str, str | None]]:
            found = trying.tried(tx, visit.config, ways, visit.now)
            return found, {user.name: user.person for user in every_user(tx)}

        found, people = await self._rules.database.read(read)
        voice = replace(visit.voice, people=people)
        return visit.page(
            "ways.html",
            status=status,
            voice=voice,
            form=form,
            rows=[_row(one, voice, usable=ways.reaches(one.way)) for one in found],
            may_act=allowed(visit.user, Access.INCIDENTS),
        )


def _row(one: Tried, voice: Voice, *, usable: bool) -> Row:
    last = one.last
    ended = None if last is None else last.done_at or last.notification.created_at
    return Row(
        person=one.way.person,
        name=voice.person(one.way.person),
        channel=one.way.channel,
        address=one.way.address,
        verified="" if one.verified_at is None else voice.clock(one.verified_at, seconds=False),
        last="" if last is None else voice.code(words.BECAME, last.state.value),
        at="" if ended is None else voice.clock(ended, seconds=False),
        usable=usable,
    )
