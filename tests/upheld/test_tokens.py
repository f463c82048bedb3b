"""Tokens: what one may, as whom it acts, that the store has only its hash, and that each use is a fact."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection

from config.instant import DAY
from console.session import hash_of
from console.user import Role, User
from db.engine import Database
from db.ledger import store as ledger
from tests.upheld.house import NOON, write
from upheld.cli import main
from upheld.tokens import store
from upheld.tokens.commands import used
from upheld.tokens.token import Refused, Scope, Token, acting, check_new, may, new_secret

LI = User(name="li", role=Role.ENGINEER, created_at=0, person="li")
CHEN = User(name="chen", role=Role.CUSTOMER, created_at=0, customer="acme")
CI = Token(
    name="ci",
    user="li",
    scopes=frozenset(Scope),
    customer=None,
    created_at=NOON,
    expires_at=NOON + DAY,
    revoked_at=None,
)


@pytest.mark.parametrize(
    ("name", "scopes", "customer", "user", "expires_at", "why"),
    [
        ("C I", ["read"], None, LI, None, "not a token's name"),
        ("ci", [], None, LI, None, "needs a scope"),
        ("ci", ["read", "root"], None, LI, None, "needs a scope"),
        ("ci", ["read"], None, LI, NOON, "expired already"),
        ("ci", ["read", "write"], "acme", LI, None, "only reads"),
        ("ci", ["read"], "brook", CHEN, None, "belongs to the customer acme"),
    ],
)
def test_what_a_token_cannot_be_is_refused(
    name: str, scopes: list[str], customer: str | None, user: User, expires_at: int | None, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        check_new(name, scopes, customer, user, expires_at, NOON)


def test_it_lives_until_it_expires_or_is_revoked() -> None:
    assert CI.alive(NOON + DAY - 1) and not CI.alive(NOON + DAY)
    assert not replace(CI, revoked_at=NOON).alive(NOON)
    assert replace(CI, expires_at=None).alive(NOON + 9999 * DAY)


def test_it_acts_as_its_user_and_bound_to_a_customer_with_his_eyes_alone() -> None:
    assert acting(CI, LI) == LI and acting(replace(CI, customer="acme"), CHEN) == CHEN
    bound = acting(replace(CI, customer="acme"), LI)
    assert (bound.role, bound.customer) == (Role.CUSTOMER, "acme")


def test_a_token_of_a_customers_user_who_has_become_another_writes_nothing() -> None:
    theirs = replace(CI, user="chen", customer="acme")
    assert may(theirs, CHEN, Scope.WRITE)
    assert not may(theirs, replace(CHEN, customer="brook"), Scope.WRITE)
    assert not may(theirs, replace(LI, name="chen"), Scope.WRITE)
    assert not may(replace(CI, scopes=frozenset({Scope.READ})), LI, Scope.WRITE)


def asked(*words: str) -> dict[str, object]:
    result = CliRunner().invoke(main, ["token", *words, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_it_is_made_shown_once_listed_and_revoked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPHELD_CONFIG", str(write(tmp_path)))
    monkeypatch.setenv("UPHELD_PASSWORD", "four words make a password")
    assert CliRunner().invoke(main, ["user", "add", "li", "--role", "engineer"]).exit_code == 0
    made = asked("create", "ci", "--user", "li", "--scope", "read", "--scope", "write")
    secret = str(made["secret"])
    assert (made["state"], made["scopes"], secret.startswith("upheld_")) == ("active", ["read", "write"], True)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("upheld.db*"))
    assert hash_of(secret).encode() in stored and secret.encode() not in stored
    (listed,) = json.loads(CliRunner().invoke(main, ["token", "list", "--json"]).stdout)
    assert (listed["token"], listed["user"], "secret" in listed) == ("ci", "li", False)
    again = CliRunner().invoke(main, ["token", "create", "ci", "--user", "li", "--scope", "read"])
    assert (again.exit_code, "already" in again.stderr) == (1, True)
    nobody = CliRunner().invoke(main, ["token", "create", "other", "--user", "wang", "--scope", "read"])
    assert (nobody.exit_code, "no user 'wang'" in nobody.stderr) == (1, True)
    assert asked("revoke", "ci")["state"] == "revoked"
    assert CliRunner().invoke(main, ["token", "list"]).stdout == "no token\n"
    assert CliRunner().invoke(main, ["token", "revoke", "ci"]).exit_code == 1


async def test_a_use_stands_in_the_ledger_beside_what_it_did(database: Database) -> None:
    secret = new_secret()

    def use(tx: Connection) -> None:
        store.add(tx, CI, hash_of(secret))
        used(tx, CI, "exclusion.add", "X-1", "person:li", NOON)

    await database.write(use)
    assert await database.read(lambda tx: (store.find(tx, "ci"), store.last_uses(tx))) == (CI, {"ci": NOON})
    assert await database.read(lambda tx: store.of_hash(tx, hash_of(secret))) is None, "without its user it is nobody's"
    (leaf,) = await database.read(lambda tx: ledger.leaves_of(tx, {"token/ci"}, ledger.size(tx)))
    assert (leaf.entry.kind, leaf.entry.body) == ("token.used", {"command": "exclusion.add", "about": "X-1"})
