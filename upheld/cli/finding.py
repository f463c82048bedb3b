"""`upheld finding …`: what audits found, each a case that is reviewed."""

import click

from config.model import Config
from incidents.finding import Grade
from upheld.cli.incident import as_json, by
from upheld.cli.local import acted
from upheld.cli.shared import read, show, with_config
from upheld.cli.tongue import tell
from upheld.clock import utc_now
from upheld.findings import findings_json

COLUMNS = ("id", "state", "grade", "customer", "source", "clause", "title", "review", "actions", "overdue")


@click.group()
def finding() -> None:
    """Findings of audits. Whys and corrective actions are those of its case: `upheld review`."""


@finding.command("open")
@click.argument("customer")
@click.argument("title")
@click.option("--source", required=True, help="which audit")
@click.option("--clause", required=True, help="of the agreement, a standard or a rule of the house")
@click.option("--grade", type=click.Choice([one.value for one in Grade]), required=True, help="how grave it is")
@by
@as_json
@with_config
def open_(
    config: Config, customer: str, title: str, source: str, clause: str, grade: str, by: str | None, as_json: bool
) -> None:
    """A finding under the customer's agreement: a case with the clocks of a complaint, the review among them."""
    said = {"customer": customer, "title": title, "source": source, "clause": clause, "grade": grade}
    acted(config, "finding.open", said, by, as_json)


@finding.command("list")
@click.option("--all", "everything", is_flag=True, help="closed ones too")
@as_json
@with_config
def list_(config: Config, everything: bool, as_json: bool) -> None:
    """Open findings, newest first, with how many corrective actions they have and how many are overdue."""
    now = utc_now()
    found = [one for one in read(config, lambda tx: findings_json(tx, now)) if everything or one["state"] == "open"]
    if not found and not as_json:
        tell("no finding" if everything else "no open finding")
        return
    show(found, as_json=as_json, columns=COLUMNS)


@finding.command()
@click.argument("id")
@click.argument("evidence")
@by
@as_json
@with_config
def close(config: Config, id: str, evidence: str, by: str | None, as_json: bool) -> None:
    """All its corrective actions are done, and EVIDENCE says where that can be seen."""
    acted(config, "finding.close", {"id": id, "evidence": evidence}, by, as_json)
