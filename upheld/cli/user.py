"""`upheld user …`: who may log in."""

import sys
from collections.abc import Collection

import click

from config.model import Config
from console.password import hash_password
from console.user import Refused, Role, check_password
from upheld.cli.incident import as_json
from upheld.cli.local import acted
from upheld.cli.shared import fail, in_force, with_config

role_choice = click.Choice([role.value for role in Role])
password_option = click.option("--password", envvar="UPHELD_PASSWORD", help="asked for if not given")


@click.group()
def user() -> None:
    """Who may log in, and as what."""


def _hash(name: str, given: str | None) -> str:
    password = given or _asked()
    try:
        check_password(name, password)
    except Refused as refusal:
        fail(str(refusal), 1)
    return hash_password(password)


def _asked() -> str:
    if not sys.stdin.isatty():
        fail("there is no terminal to ask for the password; set UPHELD_PASSWORD", 2)
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _known(what: str, id: str | None, known: Collection[str]) -> None:
    if id is not None and id not in known:
        fail(f"there is no {what} {id!r}; known: {', '.join(known) or 'none'}", 1)


@user.command()
@click.argument("name")
@click.option("--role", type=role_choice, required=True)
@click.option("--customer", help="for the role customer: whose room")
@click.option("--person", help="one of people: in the configuration")
@password_option
@as_json
@with_config
def add(
    config: Config, name: str, role: str, customer: str | None, person: str | None, password: str | None, as_json: bool
) -> None:
    """Let somebody in."""
    _known("customer", customer, in_force(config).customers)
    _known("person", person, config.people)
    arguments = {
        "name": name,
        "role": role,
        "customer": customer,
        "person": person,
        "password_hash": _hash(name, password),
    }
    acted(config, "user.add", arguments, None, as_json)


@user.command()
@click.argument("name")
@password_option
@as_json
@with_config
def password(config: Config, name: str, password: str | None, as_json: bool) -> None:
    """Give a new password; the user's sessions end."""
    arguments = {"name": name, "password_hash": _hash(name, password)}
    acted(config, "user.password", arguments, None, as_json)


@user.command()
@click.argument("name")
@click.argument("role", type=role_choice)
@click.option("--customer", help="for the role customer: whose room")
@as_json
@with_config
def role(config: Config, name: str, role: str, customer: str | None, as_json: bool) -> None:
    """Give another role; the user's sessions end."""
    _known("customer", customer, in_force(config).customers)
    arguments = {"name": name, "role": role, "customer": customer}
    acted(config, "user.role", arguments, None, as_json)
