"""How much of each budget the running periods have used and what is left, for the customers' rooms and the metrics."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection

from config.agreement import Agreement
from config.instant import Instant
from config.model import Config
from console.budget import Budget
from sla.account import Account, Verdict
from sla.correction import Correction, lying
from sla.exclusions import Exclusions
from sla.forecast import Forecast, Running, running, standing
from sla.interval import Interval
from sla.line import line_of
from sla.proposal import Proposal
from sla.record import Changes
from sla.store.correction import corrections
from sla.store.transition import Laid, changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One component under one agreement in the period of its target that runs now."""

    agreement: Agreement
    component: str
    passed: Account
    forecast: Forecast


def standings(tx: Connection, config: Config, customers: Collection[str], now: Instant) -> list[Standing]:
    """Of these customers. All components whose periods began together are read at once."""
    agreements = [one for one in config.agreements() if one.customer in customers]
    components = sorted({name for one in agreements for name in one.components})
    proposals, settled = Exclusions(config).known(tx, components, now), corrections(tx, components, now)
    going = list(_running(agreements, proposals, now))
    laid = lying(settled)
    lines = {window: _lines(tx, going, window, now, laid) for window in sorted({one.passed for one in going})}
    return [
        _standing(one, component, lines[one.passed].get(component), settled, now)
        for one in going
        for component in one.agreement.components
    ]


def budgets(tx: Connection, config: Config, customer: str, now: Instant) -> Sequence[Budget]:
    """One for each component and agreement in force."""
    return [_budget(one) for one in standings(tx, config, [customer], now)]


def _running(agreements: Iterable[Agreement], proposals: Sequence[Proposal], now: Instant) -> Iterator[Running]:
    for _, versions in groupby(agreements, key=lambda one: one.id):
        found = running(tuple(versions), proposals, now)
        if found is not None:
            yield found


def _lines(tx: Connection, going: Sequence[Running], window: Interval, now: Instant, laid: Laid) -> dict[str, Changes]:
    concerned = [one.agreement for one in going if one.passed == window]
    slack = max(max(one.availability.merge_gap, one.availability.bridge_max) for one in concerned)
    return changes(tx, sorted({name for one in concerned for name in one.components}), window, now, slack, laid)


def _standing(
    going: Running, component: str, told: Changes | None, settled: Sequence[Correction], now: Instant
) -> Standing:
    line = line_of(told, going.passed, now)
    passed, forecast = standing(going, line, component, settled)
    return Standing(agreement=going.agreement, component=component, passed=passed, forecast=forecast)


def _budget(one: Standing) -> Budget:
    budget = one.passed.budget
    return Budget(
        component=one.component,
        agreement=one.agreement.id,
        target=one.agreement.availability.target,
        since=max(one.passed.window[0], one.agreement.measured_from),
        availability=one.passed.availability,
        used=one.passed.counted,
        allowed=one.forecast.allowed,
        unknown=one.passed.unobserved,
        coverage=one.passed.coverage,
        open=budget is not None and budget.verdict is Verdict.SENSITIVE,
        used_up_at=one.forecast.used_up_at,
    )
