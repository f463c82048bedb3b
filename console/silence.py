"""What is silenced: who holds which calls until when, and why; silencing, and ending it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import Connection
from typing_extensions import override

from console.form import Form, written
from console.formpage import FormPage
from console.store import every_user
from console.user import Access, allowed
from console.visit import Visit
from console.voice import Voice
from incidents.silence import SILENCE, Silence, matchers
from incidents.store import incident as incidents
from incidents.store import silence as silences
from incidents.work import WORK

SILENCES = "/desk/silences"
SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`holds`: incidents nobody is called for because of it; `over`: why it holds nothing any more, if so."""

    id: int
    matchers: Sequence[str]
    worst_too: bool
    reason: str
    start: str
    end: str
    by: str
    over: str
    holds: Sequence[str]


class SilencePage(FormPage):
    """Staff look; who may act on incidents silences."""

    async def act(self, visit: Visit) -> web.Response:
        """Silence, or end a silence, by the button that was pressed."""
        form, voice, now = Form(visit.typed, visit.voice), visit.voice, visit.now
        work, by = self._rules.incidents(), visit.user.by
        match form.get("act"):
            case "end" if form.get("id").isascii() and form.get("id").isdigit():
                id, reason = int(form.get("id")[:15]), form.text("ending", voice.t("Write why it is over."))
                return await self._carry_out(visit, form, lambda tx: work.end_silence(tx, id, by, reason, now))
            case "add":
                start, end = form.coming("start"), form.coming("end", voice.t("Write until when."))
                reason = form.text("reason", voice.t("Write why nobody needs to be called until then."))
                lines = form.text("matchers", voice.t("Write what is silenced, one matcher a line.")).split("\n")
                worst_too = bool(form.get("worst_too"))

                def add(tx: Connection) -> object:
                    made = Silence(
                        id=0,
                        matchers=matchers([line for line in lines if line.strip()]),
                        start=start,
                        end=end,
                        reason=reason,
                        by=by,
                        recorded_at=now,
                        worst_too=worst_too,
                    )
                    return work.silence(tx, made, now)

                return await self._carry_out(visit, form, add)
            case _:
                return await self._unpressed(visit, form)

    @override
    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        def read(tx: Connection) -> tuple[Sequence[Silence], Mapping[str, Sequence[str]], Mapping[str, str | None]]:
            held: dict[str, list[str]] = {}
            for one in incidents.unresolved(tx):
                for holder in one.held_by:
                    held.setdefault(holder, []).append(one.id)
            return silences.newest(tx, SHOWN), held, {user.name: user.person for user in every_user(tx)}

        found, held, people = await self._rules.database.read(read)
        voice = replace(visit.voice, people=people)
        return visit.page(
            "silences.html",
            status=status,
            voice=voice,
            form=form,
            silences=[_row(one, held.get(one.name, ()), voice) for one in found],
            may_act=allowed(visit.user, Access.INCIDENTS),
            example=written(visit.now, voice.zone),
        )


def held_by(holders: Sequence[str], voice: Voice) -> str:
    """`silence 3`, for people."""
    return voice.listed([_holder(one, voice) for one in holders])


def why_held(holders: Sequence[str], because: str, voice: Voice) -> str:
    """In the words of those who silenced it; what explains it by its name, where it is clear which is which."""
    reasons = because.split("; ")
    if len(reasons) != len(holders):
        return because
    ours = (one.startswith((SILENCE, WORK)) for one in holders)
    return "; ".join(why if own else voice.component(why) for why, own in zip(reasons, ours, strict=True))


def _holder(name: str, voice: Voice) -> str:
    if name.startswith(SILENCE):
        return voice.t("silence {n}", n=name.removeprefix(SILENCE))
    if name.startswith(WORK):
        return voice.t("planned work {n}", n=name.removeprefix(WORK))
    return name


def _row(one: Silence, holds: Sequence[str], voice: Voice) -> Row:
    return Row(
        id=one.id,
        matchers=[each.written for each in one.matchers],
        worst_too=one.worst_too,
        reason=one.reason,
        start=voice.clock(one.start, seconds=False),
        end=voice.clock(one.end, seconds=False),
        by=voice.who(one.by),
        over=_over(one, voice),
        holds=holds,
    )


def _over(one: Silence, voice: Voice) -> str:
    if one.ended_at is not None:
        return voice.t("ended {time} by {who}", time=voice.clock(one.ended_at), who=voice.who(one.ended_by))
    return voice.t("over") if one.end <= voice.now else ""
