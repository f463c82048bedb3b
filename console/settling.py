"""What the count rests on beside the measuring: exclusions and corrections, at the desk and in a customer's room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import Connection
from typing_extensions import override

from console.form import Form, written
from console.formpage import FormPage
from console.reading import components_of
from console.settled import Row, correction_row, exclusion_row
from console.store import every_user
from console.user import Access, allowed
from console.visit import Visit
from sla.correction import Correction
from sla.corrections import Corrections
from sla.exclusions import Exclusions
from sla.proposal import Proposal
from sla.store.correction import corrections

DESK = "/desk/exclusions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    proposals: Sequence[Proposal]
    corrections: Sequence[Correction]
    people: Mapping[str, str | None]


class SettlingPage(FormPage):
    """Staff approve, record work and withdraw; the customer countersigns, confirms and contests."""

    @override
    async def show(self, visit: Visit) -> web.Response:
        """At the desk, or in a customer's room."""
        return await super().show(visit) if _known(visit) else visit.not_found()

    async def act(self, visit: Visit) -> web.Response:
        """What a person of ours says."""
        form, voice, by, now = Form(visit.typed, visit.voice), visit.voice, visit.user.by, visit.now
        exclusions, id = Exclusions(visit.config), form.get("id")
        match form.get("act"):
            case "approve":
                return await self._carry_out(visit, form, lambda tx: exclusions.approve(tx, id, by, now))
            case "approve-correction":
                all = Corrections(visit.config)
                return await self._carry_out(visit, form, lambda tx: all.approve(tx, id, by, now))
            case "worked":
                form.text("start", voice.t("Write when the work began."))
                start, end = form.instant("start"), form.instant("end")
                return await self._carry_out(visit, form, lambda tx: exclusions.worked(tx, id, start, end, by, now))
            case "withdraw":
                reason = form.text("reason", voice.t("Write why it is withdrawn; the customer reads it."))
                return await self._carry_out(visit, form, lambda tx: self._withdraw(tx, visit, id, reason))
            case _:
                return await self._unpressed(visit, form)

    async def word(self, visit: Visit) -> web.Response:
        """What the customer says, in the customer's own room."""
        if not _known(visit):
            return visit.not_found()
        form, id, now = Form(visit.typed, visit.voice), visit.typed.get("id", ""), visit.now
        customer, all = visit.request.match_info["customer"], Corrections(visit.config)
        match form.get("act"):
            case "countersign":
                exclusions = Exclusions(visit.config)
                return await self._carry_out(visit, form, lambda tx: exclusions.countersign(tx, id, customer, now))
            case "confirm":
                return await self._carry_out(visit, form, lambda tx: all.confirm(tx, id, customer, now))
            case "contest":
                reason = form.text("reason", visit.voice.t("Write what is wrong with it."))
                return await self._carry_out(visit, form, lambda tx: all.contest(tx, id, customer, reason, now))
            case _:
                return await self._unpressed(visit, form)

    def _withdraw(self, tx: Connection, visit: Visit, id: str, reason: str) -> None:
        by, now = visit.user.by, visit.now
        made = Exclusions(visit.config).withdraw(tx, id, reason, by, now)
        # what it held is held no longer
        self._rules.incidents().judge(tx, dict.fromkeys(made.components, by), now)

    @override
    async def _page(self, visit: Visit, form: Form, status: int = 200) -> web.Response:
        config, customer = visit.config, visit.request.match_info.get("customer")
        components = None if customer is None else components_of(config, customer, visit.now)

        def read(tx: Connection) -> Facts:
            return Facts(
                proposals=Exclusions(config).known(tx, components, visit.now),
                corrections=corrections(tx, components),
                people={user.name: user.person for user in every_user(tx)},
            )

        facts = await self._rules.database.read(read)
        voice = replace(visit.voice, people=facts.people)
        if customer is None:
            speaker, may_act = visit.user.by, allowed(visit.user, Access.CASES)
        else:
            speaker, may_act = f"customer:{customer}", allowed(visit.user, Access.GUEST, customer)
        return visit.page(
            "settling.html",
            status=status,
            voice=voice,
            form=form,
            room=customer is not None,
            customer="" if customer is None else voice.customer(customer),
            exclusions=_newest_first([exclusion_row(one, speaker, customer, voice) for one in facts.proposals]),
            corrections=_newest_first([correction_row(one, speaker, customer, voice) for one in facts.corrections]),
            may_act=may_act,
            example=written(visit.now, voice.zone),
        )


def _newest_first(rows: Sequence[Row]) -> list[Row]:
    """What waits for the reader's word comes first."""
    return sorted(rows, key=lambda row: (not row.waits, -row.at))


def _known(visit: Visit) -> bool:
    customer = visit.request.match_info.get("customer")
    return customer is None or customer in visit.config.customers
