"""An agreement with the remedies a test names, without a configuration around it, and figures to work them out from."""

from fractions import Fraction

from config.agreement import Agreement
from config.instant import Instant, parse_rfc3339
from sla.remedy import Failing, Figure

BEGUN = parse_rfc3339("2026-03-15T00:00:00+08:00")


def contract(*remedies: object, **changes: object) -> Agreement:
    """A month's target of 99.5 %, a fee of 120,000.00 CNY a month, a total of 1,440,000.00 CNY."""
    written = {
        "id": "bank/agreement",
        "customer": "bank",
        "effective": BEGUN,
        "measured_from": BEGUN,
        "components": ["pay", "shop"],
        "availability": {
            "target": "99.5",
            "period": "month",
            "service_hours": "24x7",
            "exclusion_effect": "removed",
            "unknown": "exclude",
            "partial_weight": Fraction(1, 2),
            "timezone": "Asia/Shanghai",
        },
        "fee": {"amount": "120000", "currency": "CNY"},
        "amounts": {"total": {"name": "the contract's total", "amount": "1440000", "currency": "CNY"}},
        "remedies": remedies,
    }
    return Agreement.model_validate({**written, **changes})


def figure(
    percent: str | None,
    component: str = "pay",
    period: str = "2026-10",
    outages: dict[str, tuple[int, int]] | None = None,
) -> Figure:
    share = None if percent is None else Fraction(percent) / 100
    return Figure(
        component=component,
        period=period,
        window=(0, 1),
        availability=share,
        met=None if share is None else share >= Fraction("0.995"),
        outages=tuple((outages or {}).items()),
    )


def failing(
    case: str, commitment: str = "resolve", *, level: int = 1, ran: tuple[Instant, Instant] = (10, 20)
) -> Failing:
    return Failing(case=case, commitment=commitment, component="pay", level=level, started_at=ran[0], due_at=ran[1])
