"""`--by` where the one who speaks may be a customer, and what a dry run shows."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from config.model import Config
from sla.word import customer_of
from upheld.cli.facts import proposed, told
from upheld.cli.local import for_person, show_one
from upheld.cli.shared import fail, show
from upheld.cli.tongue import tell

by = click.option(
    "--by", metavar="WHO", help="a person, or customer:ID whose word you write down; your login name if not given"
)
customers_word = click.option(
    "--by", metavar="customer:ID", required=True, help="whose word you write down; your login name stands beside it"
)
dry_run = click.option("--dry-run", is_flag=True, help="only show figures, verdicts and money before and after")

EFFECT = (
    *("customer", "period", "component", "before", "after", "verdict_before", "verdict_after"),
    *("money_before", "money_after", "consequence"),
)


def spoken(by: str | None) -> tuple[str | None, dict[str, Any]]:
    """(the person, what to say of a customer who speaks)."""
    return (by, {}) if by is None or customer_of(by) is None else (None, {"speaker": by})


def word_of(by: str) -> dict[str, Any]:
    """Ends the command where it is no customer."""
    if not customer_of(by):
        fail(f"--by {by}: only the customer can say that; write --by customer:ID", 2)
    return {"speaker": by}


def show_settled(config: Config, made: Mapping[str, Any], *, as_json: bool) -> None:
    """One exclusion or correction; after a dry run what it would do."""
    if as_json:
        show(made, as_json=True, columns=())
        return
    rows = made.get("effect")
    one = {key: value for key, value in made.items() if key != "effect"}
    show_one(config, proposed(one) if "category" in one else one)
    if rows is None:
        return
    click.echo("")
    if not rows:
        tell("no figure of a period changes: nothing of it has begun")
        return
    show([_row(row) for row in rows], as_json=False, columns=EFFECT)


def show_said(config: Config, events: Iterable[dict[str, Any]]) -> None:
    """Everything that was said of one, with its proof or its reason."""
    rows = [told(for_person(config, event)) for event in events]
    show(rows, as_json=False, columns=("happened_at", "recorded_at", "event", "by", "entered_by", "facts"))


def _money(owed: Mapping[str, str]) -> str | None:
    return ", ".join(f"{currency} {amount}" for currency, amount in owed.items()) or None


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    before, after = row["before"] or {}, row["after"]
    return {
        **row,
        "before": before.get("shown_pct"),
        "after": after["shown_pct"],
        "verdict_before": before.get("verdict"),
        "verdict_after": after["verdict"],
        "money_before": _money(before.get("money", {})),
        "money_after": _money(after["money"]),
    }
