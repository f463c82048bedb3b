"""Exclusions and corrections by command: what was typed becomes what sla records. JSON in and out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from config.agreement import Category
from config.state import State
from sla.correction import Correction, Requested
from sla.corrections import Corrections
from sla.exclusions import Exclusions
from sla.interval import Interval
from sla.proposal import Proposal, Proposed
from sla.word import customer_of
from upheld.call import Call, Command
from upheld.effect import compared, spans_of
from upheld.settled import correction_json, exclusion_json

T = TypeVar("T")


def _speaker(call: Call) -> tuple[str, str | None]:
    """(who says it, who wrote it down where that is another): a customer's word comes with the one who typed it."""
    speaker = call.arguments.get("speaker")
    return (call.by, None) if speaker in (None, call.by) else (speaker, call.by)


def _customer(call: Call) -> str:
    return customer_of(call.arguments["speaker"]) or ""


def _exclusion(tx: Connection, call: Call, work: Callable[[], Proposal]) -> Any:
    def touched(made: Proposal) -> tuple[Iterable[str], Sequence[Interval]]:
        return made.components, spans_of(made, call.now)

    return _carried_out(tx, call, work, exclusion_json, touched)


def _correction(tx: Connection, call: Call, work: Callable[[], Correction]) -> Any:
    def touched(made: Correction) -> tuple[Iterable[str], Sequence[Interval]]:
        return [made.component], [made.interval]

    return _carried_out(tx, call, work, correction_json, touched)


def _carried_out(
    tx: Connection,
    call: Call,
    work: Callable[[], T],
    shown: Callable[[T], dict[str, Any]],
    touched: Callable[[T], tuple[Iterable[str], Sequence[Interval]]],
) -> Any:
    if not call.arguments.get("dry_run"):
        return shown(work())
    made, effect = compared(tx, call, work, touched)
    return {**shown(made), "dry_run": True, "effect": effect}


def exclusion_add(tx: Connection, call: Call) -> Any:
    given, (by, entered_by) = call.arguments, _speaker(call)
    plan = Proposed(
        components=tuple(given["components"]),
        category=Category(given["category"]),
        start=given.get("start"),
        end=given.get("end"),
        every=given.get("every"),
        duration=given.get("duration"),
        timezone=given.get("timezone") or call.rules.config.site.timezone,
        text=given.get("text"),
        page=bool(given.get("page")),
        open=bool(given.get("open")),
        count=bool(given.get("count")),
        publish=given.get("publish") is not False,
    )
    all = Exclusions(call.rules.config)
    return _exclusion(tx, call, lambda: all.propose(tx, plan, by, call.now, entered_by=entered_by))


def exclusion_approve(tx: Connection, call: Call) -> Any:
    all, (by, _) = Exclusions(call.rules.config), _speaker(call)
    return _exclusion(tx, call, lambda: all.approve(tx, call.arguments["id"], by, call.now))


def exclusion_countersign(tx: Connection, call: Call) -> Any:
    given, all, (_, entered_by) = call.arguments, Exclusions(call.rules.config), _speaker(call)

    def work() -> Proposal:
        proof, occurrence = given.get("proof") or "", given.get("occurrence")
        return all.countersign(
            tx, given["id"], _customer(call), call.now, proof=proof, occurrence=occurrence, entered_by=entered_by
        )

    return _exclusion(tx, call, work)


def exclusion_notice(tx: Connection, call: Call) -> Any:
    given, all = call.arguments, Exclusions(call.rules.config)

    def work() -> Proposal:
        return all.notice(
            tx,
            given["id"],
            call.by,
            call.now,
            delivered_at=given["delivered_at"],
            proof=given["proof"],
            customer=given.get("customer"),
            occurrence=given.get("occurrence"),
        )

    return _exclusion(tx, call, work)


def exclusion_worked(tx: Connection, call: Call) -> Any:
    given, all = call.arguments, Exclusions(call.rules.config)
    return _exclusion(tx, call, lambda: all.worked(tx, given["id"], given["start"], given["end"], call.by, call.now))


def exclusion_withdraw(tx: Connection, call: Call) -> Any:
    given, all = call.arguments, Exclusions(call.rules.config)

    def work() -> Proposal:
        made = all.withdraw(tx, given["id"], given["reason"], call.by, call.now, since=given.get("since"))
        if given.get("dry_run"):
            return made
        # what it held is held no longer
        call.rules.incidents.judge(tx, dict.fromkeys(made.components, call.by), call.now)
        return made

    return _exclusion(tx, call, work)


def correction_request(tx: Connection, call: Call) -> Any:
    given, (by, entered_by) = call.arguments, _speaker(call)
    asked = Requested(
        component=given["component"],
        start=given["start"],
        end=given["end"],
        state=State(given["state"]),
        reason=given["reason"],
        evidence=given["evidence"],
    )
    all = Corrections(call.rules.config)
    return _correction(tx, call, lambda: all.request(tx, asked, by, call.now, entered_by=entered_by))


def correction_approve(tx: Connection, call: Call) -> Any:
    all, (by, _) = Corrections(call.rules.config), _speaker(call)
    return _correction(tx, call, lambda: all.approve(tx, call.arguments["id"], by, call.now))


def correction_confirm(tx: Connection, call: Call) -> Any:
    given, all, (_, entered_by) = call.arguments, Corrections(call.rules.config), _speaker(call)
    customer, proof = _customer(call), given.get("proof") or ""
    return _correction(
        tx, call, lambda: all.confirm(tx, given["id"], customer, call.now, proof=proof, entered_by=entered_by)
    )


def correction_contest(tx: Connection, call: Call) -> Any:
    given, all, (_, entered_by) = call.arguments, Corrections(call.rules.config), _speaker(call)
    customer, reason = _customer(call), given.get("reason") or ""
    return _correction(
        tx, call, lambda: all.contest(tx, given["id"], customer, reason, call.now, entered_by=entered_by)
    )


COMMANDS: Mapping[str, Command] = {
    "exclusion.add": exclusion_add,
    "exclusion.approve": exclusion_approve,
    "exclusion.countersign": exclusion_countersign,
    "exclusion.notice": exclusion_notice,
    "exclusion.worked": exclusion_worked,
    "exclusion.withdraw": exclusion_withdraw,
    "correction.request": correction_request,
    "correction.approve": correction_approve,
    "correction.confirm": correction_confirm,
    "correction.contest": correction_contest,
}
