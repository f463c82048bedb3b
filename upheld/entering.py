"""`indicator.enter`: a person types in a figure that comes from outside, before its period is sealed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.agreement import Indicator
from config.instant import Instant
from config.model import Customer
from sla.contract import Refused
from sla.entered import Entered, in_force, value_typed
from sla.period import Period, parse_period
from sla.store import entered as store
from sla.store.statement import sealed_periods
from upheld.call import Call, Command
from upheld.obligations import agreement_meant
from upheld.shown import at


def enter(tx: Connection, call: Call) -> Any:
    """`customer, agreement, indicator, period, value, n, proof, reason`; `reason` where one was entered before."""
    given = call.arguments
    known, agreement = agreement_meant(call, "promises it")
    proof, reason = given["proof"].strip(), (given.get("reason") or "").strip() or None
    try:
        period = parse_period(given["period"])
        promise, ends_at = _promise(known, agreement, period, given["indicator"], call.now)
        value = value_typed(promise, given["value"], given["n"])
    except ValueError as error:
        raise Refused(str(error)) from error
    if str(period) in sealed_periods(tx, known.id):
        raise Refused(f"{known.id} {period} is sealed; what was sealed is not entered any more")
    if not proof:
        raise Refused("say where it can be checked: --proof with the report, the log, the ticket")
    made = Entered(
        agreement=agreement,
        indicator=promise.id,
        period=str(period),
        value=value,
        n=given["n"],
        proof=proof,
        by=call.by,
        recorded_at=call.now,
        reason=reason,
    )
    before = [one for one in store.entered(tx, known.id, call.now, str(period)) if _same(one, made)]
    if before and reason is None:
        raise Refused(f"{before[-1].value} was entered already; say why it is another now: --reason")
    store.add(tx, known.id, made, ends_at)
    return shown(in_force([*before, made])[0])


def shown(one: Entered) -> dict[str, Any]:
    return {
        "agreement": one.agreement,
        "indicator": one.indicator,
        "period": one.period,
        "value": one.value,
        "n": one.n,
        "proof": one.proof,
        "by": one.by,
        "entered_at": at(one.recorded_at),
        "before": one.before,
        "reason": one.reason,
    }


def _promise(known: Customer, agreement: str, period: Period, name: str, now: Instant) -> tuple[Indicator, Instant]:
    """What the statement of the period prints it as, and when the period ends. Raises Refused."""
    versions = [one for one in known.agreements if one.id == agreement]
    start, end = period.window(versions[-1].availability.timezone)
    if now < start:
        raise Refused(f"{period} has not begun")
    there = [one for one in versions if one.effective < end and (one.until is None or start < one.until)]
    if not there:
        raise Refused(f"{agreement} is not in force in {period}")
    newest = max(there, key=lambda one: one.effective).indicators
    entered = ", ".join(sorted(id for id, one in newest.items() if one.entered)) or "(none)"
    if name not in newest:
        raise Refused(f"{agreement} has no indicator '{name}'; entered are: {entered}")
    if not newest[name].entered:
        raise Refused(f"'{name}' is counted from the facts; entered are: {entered}")
    return newest[name], end


def _same(one: Entered, other: Entered) -> bool:
    return (one.agreement, one.indicator) == (other.agreement, other.indicator)


COMMANDS: Mapping[str, Command] = {"indicator.enter": enter}
