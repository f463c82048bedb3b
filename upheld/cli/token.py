"""`upheld token …`: with one a program acts for a person at `/api/v1/`."""

from datetime import datetime

import click
from sqlalchemy import Connection

from config.model import Config
from console.session import hash_of
from upheld.cli.incident import as_json
from upheld.cli.local import acted, show_local
from upheld.cli.moment import instant, moment
from upheld.cli.shared import change, login, read, with_config
from upheld.cli.tongue import tell
from upheld.clock import utc_now
from upheld.tokens import store
from upheld.tokens.commands import token_json
from upheld.tokens.token import Scope, new_secret

COLUMNS = ("token", "state", "user", "scopes", "customer", "created_at", "expires_at", "used_at")


@click.group()
def token() -> None:
    """Tokens for programs: each belongs to a user, and its holder may do what that user may, at most."""


@token.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([one.value for one in Scope]),
    multiple=True,
    required=True,
    help="repeat for both",
)
@click.option("--user", help="who answers for it, a user that can log in; your login name if not given")
@click.option("--customer", metavar="ID", help="it reads what this customer sees, and nothing else")
@click.option("--expires", callback=moment, metavar="TIME", help="2027-01-01, local to the site; never if not given")
@as_json
@with_config
def create(
    config: Config,
    name: str,
    scopes: tuple[str, ...],
    user: str | None,
    customer: str | None,
    expires: datetime | None,
    as_json: bool,
) -> None:
    """Make one. It is shown now and never again: the store has only its hash."""
    secret = new_secret()
    arguments = {
        "name": name,
        "scopes": list(scopes),
        "user": user or login(),
        "customer": customer,
        "expires_at": instant(config, expires),
        "token_hash": hash_of(secret),
    }
    made = change(config, "token.create", arguments)
    show_local(config, {**made, "secret": secret}, as_json=as_json, columns=())


@token.command("list")
@click.option("--all", "everything", is_flag=True, help="also what is revoked or has expired")
@as_json
@with_config
def list_(config: Config, everything: bool, as_json: bool) -> None:
    """Whose they are, what they may, and when each last changed something."""
    now = utc_now()

    def rows(tx: Connection) -> list[dict[str, object]]:
        uses = store.last_uses(tx)
        found = [one for one in store.every(tx) if everything or one.alive(now)]
        return [token_json(one, now, uses.get(one.name)) for one in found]

    found = read(config, rows)
    if not found and not as_json:
        tell("no token")
        return
    show_local(config, found, as_json=as_json, columns=COLUMNS)


@token.command()
@click.argument("name")
@as_json
@with_config
def revoke(config: Config, name: str, as_json: bool) -> None:
    """It opens nothing any more, at once. What was done with it stays as it is."""
    acted(config, "token.revoke", {"name": name}, None, as_json)
