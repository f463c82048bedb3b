"""A month as bad as a statement may have to show: twelve services, forty outages, thirty cases, hostile words."""

from dataclasses import replace
from pathlib import Path

from config.state import State
from sla.parties import parties_of
from sla.period import parse_period
from sla.record import CaseRecord, Facts, Outcome, Transition
from sla.statement import Statement, compose
from tests.config.installed import read
from tests.sla.contract import AGREEMENT, BASE, EXCLUSIONS, LATER, facts, transition

SERVICES = tuple(f"c{number}" for number in range(10))
MARKUP = '#import "x.typ" *bold* $y$ `z` @ref <b> \\ 1--2'
LONG_WORD = "INC-2026-0163/a-very-long-word-without-any-space" * 3


def long_month(folder: Path, *, period: str = "2026-10") -> Statement:
    named = "\n".join(
        f"  {one}: {{name: {{zh-CN: 名称很长需要换行的客户服务系统之{one}, en: A service with a long name {one}}},"
        f' checks: {{home: {{kind: http, target: "https://x.example.com/"}}}}}}'
        for one in SERVICES
    )
    base = BASE.replace("customers:", f"{named}\ncustomers:")
    agreement = AGREEMENT.replace("[pay, shop]", f"[pay, shop, {', '.join(SERVICES)}]")
    settings = read(folder, base + agreement + EXCLUSIONS)
    known = facts(settings)
    up = transition("09-20 00:00:00", State.UP)
    transitions = {**dict.fromkeys(SERVICES, (up,)), **known.transitions, "c3": (up, *_forty())}
    return compose(
        parties_of(settings, "harbour-bank"),
        parse_period(period),
        replace(
            known,
            transitions=transitions,
            cases=_thirty(known),
            observers={"pay": ("pay/home@east", "pay/home@west"), "shop": ("shop/home@east",)},
        ),
        LATER,
    )


def _forty() -> list[Transition]:
    made: list[Transition] = []
    for number in range(40):
        day, hour = number % 28 + 1, 3 + number // 28 * 9
        state = State.DOWN if number % 3 else State.PARTIAL
        made += [
            transition(f"10-{day:02d} {hour:02d}:10:00", state, bound=30, reason="timeout"),
            transition(f"10-{day:02d} {hour:02d}:2{number % 10}:0{number % 7}", State.UP, bound=30),
        ]
    return sorted(made, key=lambda one: one.happened_at)


def _thirty(known: Facts) -> tuple[CaseRecord, ...]:
    (case,) = known.cases
    (respond,) = case.commitments
    clocks = (respond, replace(respond, name="workaround", outcome=Outcome.MET), replace(respond, name="resolve"))
    titles = (MARKUP, LONG_WORD, "支付接口故障，影响全部银行卡支付")
    return tuple(
        replace(case, id=f"CASE-{number:02d}", title=titles[number % 3], incident=None, commitments=clocks)
        for number in range(30)
    )
