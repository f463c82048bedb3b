"""Who is on call now and over the coming days, and who takes whose place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import Connection
from typing_extensions import override

from config.instant import DAY
from config.look.reason import reason_text
from console.form import Form, written
from console.formpage import FormPage
from console.store import every_user
from console.user import Access, allowed
from console.visit import Visit
from console.voice import Voice
from incidents import dutycalendar, offering, rostering
from incidents.oncall import Roster
from incidents.readiness import Concern, Kind, concerns
from incidents.rota import Change, Deed, Shift
from incidents.store import duty
from incidents.trying import verified

PLAN = "/desk/oncall"
DAYS = 14
_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One shift; `gap`: nobody is on call."""

    start: str
    end: str
    names: str
    gap: bool
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    rota: str
    now: str
    turns: Sequence[Turn]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    id: int
    rota: str
    text: str
    reason: str
    start: str
    end: str
    by: str
    over: bool


class OncallPage(FormPage):
    """Staff look; who may act on incidents changes it."""

    async def act(self, visit: Visit) -> web.Response:
        """Change somebody's place, or take a change back, by the button that was pressed."""
        form, voice = Form(visit.typed, visit.voice), visit.voice
        why = voice.t("Write why; whoever reads the plan wants to know.")
        match form.get("act"):
            case "withdraw" if form.get("id").isascii() and form.get("id").isdigit():
                reason = form.text("withdrawal", why)
                id, by, now = int(form.get("id")[:15]), visit.user.by, visit.now
                return await self._carry_out(visit, form, lambda tx: rostering.withdraw(tx, id, reason, by, now))
            case "ask":
                return await self._ask(visit, form, why)
            case "renew" if visit.user.person in visit.config.people:
                me = visit.user.person or ""
                return await self._carry_out(visit, form, lambda tx: duty.renew(tx, me))
            case "override":
                change = _read(form, visit, why)
                config = visit.config
                return await self._carry_out(visit, form, lambda tx: rostering.record(tx, config, change))
            case _:
                return await self._unpressed(visit, form)

    async def _ask(self, visit: Visit, form: Form, why: str) -> web.Response:
        """The other is asked; the plan stays until he accepts."""
        voice, config, me = visit.voice, visit.config, visit.user.person or ""
        rota = form.one_of("swap_rota", dict.fromkeys(config.rotas, ""), voice.t("Choose a rota."))
        other = form.one_of("other", dict.fromkeys(config.people, ""), voice.t("Choose who it is."))
        reason = form.text("swap_reason", why)
        if len(reason) > _REASON:
            form.errors["swap_reason"] = voice.t("At most {n} characters.", n=_REASON)
        ways, now = self._rules.caseload().ways, visit.now
        return await self._carry_out(
            visit,
            form,
            lambda tx: offering.ask(tx, config, ways, rota, (me, other), reason, now),
            lambda offer: f"{PLAN}?asked={offer.other}",
        )

    @override
    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        config, end = visit.config, visit.now + DAYS * DAY

        ways = self._rules.caseload().ways

        me = visit.user.person if visit.user.person in config.people else None

        def read(tx: Connection) -> tuple[Roster, Sequence[Concern], Mapping[str, str | None], int]:
            people = {user.name: user.person for user in every_user(tx)}
            roster = rostering.roster_of(tx, config, visit.now, end)
            renewed = duty.renewed(tx, me or "")
            return roster, concerns(roster, ways, visit.now, verified(tx)), people, renewed

        roster, worries, people, renewed = await self._rules.database.read(read)
        voice = replace(visit.voice, people=people)
        plans = [_plan(rota, roster, voice) for rota in config.rotas]
        return visit.page(
            "oncall.html",
            status=status,
            voice=voice,
            form=form,
            days=DAYS,
            plans=plans,
            concerns=[_worry(one, voice) for one in worries],
            changes=[_changed(one, voice) for one in roster.changes],
            rotas={rota: rota for rota in config.rotas},
            people={one: voice.person(one) for one in config.people},
            deeds={one.value: voice.t(text) for one, text in _DEEDS.items()},
            may_act=allowed(visit.user, Access.INCIDENTS),
            me=me,
            asked=voice.person(asked) if (asked := visit.request.query.get("asked")) in config.people else "",
            calendar=None if me is None else dutycalendar.address(ways.links, me, renewed),
            example=written(visit.now, voice.zone),
        )


_DEEDS: Mapping[Deed, str] = {
    Deed.REPLACE: "takes the place",
    Deed.ADD: "comes beside",
    Deed.REMOVE: "is taken out",
}


def _read(form: Form, visit: Visit, why: str) -> Change:
    """What does not fit stands in `form.errors`."""
    voice, config = visit.voice, visit.config
    deed = form.one_of("deed", {one.value: "" for one in Deed}, voice.t("Choose what is changed."))
    form.one_of("rota", dict.fromkeys(config.rotas, ""), voice.t("Choose a rota."))
    form.one_of("person", dict.fromkeys(config.people, ""), voice.t("Choose who it is."))
    end = form.coming("end", voice.t("Write until when."))
    return Change(
        id=0,
        rota=form.get("rota"),
        deed=Deed(deed) if deed in set(Deed) else Deed.ADD,
        person=form.get("person"),
        instead_of=(form.get("instead_of") or None) if deed == Deed.REPLACE else None,
        start=form.coming("start"),
        end=end,
        reason=form.text("reason", why),
        by=visit.user.by,
        recorded_at=visit.now,
    )


def _worry(one: Concern, voice: Voice) -> str:
    """`Wang Fang: called for severity 1 over one channel alone`."""
    subject = one.subject if one.kind is Kind.GAP else voice.person(one.subject)
    when = [] if one.at is None else [voice.clock(one.at, seconds=False)]
    what = [reason_text(one.kind.value, voice.language), *when, *([one.channel] if one.channel else [])]
    return voice.t("{subject}: {what}", subject=subject, what=voice.comma.join(what))


def _plan(rota: str, roster: Roster, voice: Voice) -> Plan:
    turns = roster.shifts(rota, (voice.now, voice.now + DAYS * DAY))
    return Plan(
        rota=rota,
        now=_names(turns[0], voice) if turns else "",
        turns=[
            Turn(
                start=voice.clock(one.start, seconds=False),
                end=voice.clock(one.end, seconds=False),
                names=_names(one, voice),
                gap=not one.people,
                changed=one.changed,
            )
            for one in turns
        ],
    )


def _names(shift: Shift, voice: Voice) -> str:
    return voice.listed([voice.person(one) for one in shift.people])


def _changed(one: Change, voice: Voice) -> Changed:
    return Changed(
        id=one.id,
        rota=one.rota,
        text=_text(one, voice),
        reason=one.reason,
        start=voice.clock(one.start, seconds=False),
        end=voice.clock(one.end, seconds=False),
        by=voice.who(one.by),
        over=one.withdrawn_at is not None,
    )


def _text(one: Change, voice: Voice) -> str:
    person = voice.person(one.person)
    match one.deed:
        case Deed.ADD:
            return voice.t("{person} comes beside", person=person)
        case Deed.REMOVE:
            return voice.t("{person} is taken out", person=person)
        case Deed.REPLACE if one.instead_of is None:
            return voice.t("{person} for everybody", person=person)
        case Deed.REPLACE:
            return voice.t("{person} for {other}", person=person, other=voice.person(one.instead_of))
