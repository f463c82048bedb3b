"""`upheld oncall …`"""

from datetime import datetime

import click
from typing_extensions import override

from config.instant import DAY
from config.look.reason import reason_text
from config.model import Config
from incidents.decide import Refused
from incidents.rota import Deed
from incidents.service import NotFound
from incidents.store import duty
from upheld import oncall as plans
from upheld import signing
from upheld.cli.incident import as_json, by
from upheld.cli.local import acted, show_local
from upheld.cli.moment import instant, moment
from upheld.cli.shared import change, fail, read, show, with_config
from upheld.cli.tongue import language_of, tell
from upheld.clock import utc_now
from upheld.installed import installed
from upheld.rules import rules_of
from upheld.shown import at

SHIFTS = ("rota", "start", "end", "people")
CHANGES = ("id", "rota", "deed", "person", "instead_of", "start", "end", "reason", "by", "withdrawn_at")
days = click.option("--days", type=click.IntRange(1, 366), default=plans.DAYS, show_default=True, help="how far ahead")
reason = click.option("--reason", required=True, help="why; everybody who reads the plan sees it")


class _Plans(click.Group):
    """Without the name of a command: the plan."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return super().parse_args(ctx, ["plan", *args] if asks else args)


@click.group(cls=_Plans)
def oncall() -> None:
    """Who is on call, and who takes whose place."""


@oncall.command()
@days
@as_json
@with_config
def plan(config: Config, days: int, as_json: bool) -> None:
    """Who is on call now and over the coming days; gaps are marked."""
    now = utc_now()
    rules = rules_of(config, installed())
    found = read(config, lambda tx: plans.plan_json(tx, rules, now, days))
    if as_json:
        show(found, as_json=True, columns=())
        return
    if not found["rotas"]:
        tell("no rota is configured")
        return
    for rota, people in found["now"].items():
        tell(f"{rota}: {', '.join(people) or 'NOBODY'}")
    click.echo("")
    rows = [
        {**shift, "rota": rota, "people": shift["people"] or ["NOBODY"]}
        for rota, shifts in found["rotas"].items()
        for shift in shifts
    ]
    show_local(config, rows, as_json=False, columns=SHIFTS)
    for one in found["concerns"]:
        details = (reason_text(one["concern"], language_of()), one["at"], one["channel"])
        tell(f"{one['subject']}: {', '.join(each for each in details if each)}")


@oncall.command()
@days
@as_json
@with_config
def changes(config: Config, days: int, as_json: bool) -> None:
    """What people changed of the coming days, withdrawn ones too."""
    now = utc_now()
    rows = [plans.change_json(one) for one in read(config, lambda tx: duty.changes(tx, now, now + days * DAY))]
    if not rows and not as_json:
        tell("nobody changed anything")
        return
    show_local(config, rows, as_json=as_json, columns=CHANGES)


@oncall.command()
@click.argument("rota")
@click.option("--days", type=click.IntRange(1, 3660), default=90, show_default=True, help="how far back")
@as_json
@with_config
def served(config: Config, rota: str, days: int, as_json: bool) -> None:
    """Who was on call of ROTA, as it was recorded at the time, whatever the configuration says today."""
    now = utc_now()
    rows = [
        {"since": at(one.since), "people": list(one.people)}
        for one in read(config, lambda tx: duty.served(tx, rota, now - days * DAY, now))
    ]
    if not rows and not as_json:
        tell(f"nothing is recorded of {rota}")
        return
    show_local(config, rows, as_json=as_json, columns=("since", "people"))


@oncall.command("override")
@click.argument("rota")
@click.argument("deed", type=click.Choice([one.value for one in Deed]))
@click.argument("person")
@click.option("--instead-of", metavar="PERSON", help="of replace: whose place it is; whoever is on call if not given")
@click.option("--from", "start", callback=moment, metavar="TIME", help="now if not given")
@click.option("--to", "end", callback=moment, metavar="TIME", required=True)
@reason
@by
@as_json
@with_config
def override_(
    config: Config,
    rota: str,
    deed: str,
    person: str,
    instead_of: str | None,
    start: datetime | None,
    end: datetime | None,
    reason: str,
    by: str | None,
    as_json: bool,
) -> None:
    """Add, remove or replace PERSON on ROTA for a time."""
    if instead_of is not None and deed != Deed.REPLACE:
        fail("--instead-of belongs to replace", 2)
    given = {
        "rota": rota,
        "deed": deed,
        "person": person,
        "instead_of": instead_of,
        "start": instant(config, start),
        "end": instant(config, end),
        "reason": reason,
    }
    acted(config, "oncall.override", given, by, as_json)


@oncall.command()
@click.argument("rota")
@click.argument("person")
@click.argument("other")
@click.option("--after", callback=moment, metavar="TIME", help="the next shifts from then on; now if not given")
@reason
@by
@as_json
@with_config
def swap(
    config: Config,
    rota: str,
    person: str,
    other: str,
    after: datetime | None,
    reason: str,
    by: str | None,
    as_json: bool,
) -> None:
    """PERSON and OTHER exchange their next shifts on ROTA."""
    given = {"rota": rota, "person": person, "other": other, "after": instant(config, after), "reason": reason}
    made = change(config, "oncall.swap", given, by)
    show_local(config, made["changes"], as_json=as_json, columns=CHANGES)


@oncall.command()
@click.argument("rota")
@click.argument("other")
@reason
@by
@as_json
@with_config
def ask(config: Config, rota: str, other: str, reason: str, by: str | None, as_json: bool) -> None:
    """Ask OTHER by mail to exchange the next shifts on ROTA with --by; nothing changes until he accepts."""
    acted(config, "oncall.ask", {"rota": rota, "other": other, "reason": reason}, by, as_json)


@oncall.command()
@click.argument("person")
@click.option("--renew", is_flag=True, help="another address; the one before shows nothing any more")
@by
@with_config
def calendar(config: Config, person: str, renew: bool, by: str | None) -> None:
    """The address of PERSON's own shifts, for a calendar program; whoever has it reads them."""
    if renew:
        click.echo(change(config, "oncall.renew_calendar", {"person": person}, by)["address"])
        return
    rules = rules_of(config, installed(), signing.links_secret(config.signing.key_file))
    try:
        click.echo(read(config, lambda tx: plans.calendar_json(tx, rules, person))["address"])
    except (NotFound, Refused) as error:
        fail(str(error), 1)


@oncall.command()
@click.argument("id", type=int)
@reason
@by
@as_json
@with_config
def withdraw(config: Config, id: int, reason: str, by: str | None, as_json: bool) -> None:
    """A change ends now; one that has not begun never does. Of a swap both halves."""
    made = change(config, "oncall.withdraw", {"id": id, "reason": reason}, by)
    show_local(config, made["changes"], as_json=as_json, columns=CHANGES)
