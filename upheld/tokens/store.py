"""Tokens and what was done with them. Functions take part in the caller's transaction and commit nothing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from config.instant import Instant
from console.user import Role, User
from db.tables.people import token, token_use, user
from upheld.tokens.token import Scope, Token

_T, _U, _D = token.c, user.c, token_use.c


def add(tx: Connection, one: Token, token_hash: str) -> None:
    tx.execute(
        insert(token).values(
            name=one.name,
            token_hash=token_hash,
            user=one.user,
            scopes=" ".join(sorted(one.scopes)),
            customer=one.customer,
            created_at=one.created_at,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
        )
    )


def find(tx: Connection, name: str) -> Token | None:
    row = tx.execute(select(token).where(_T.name == name)).one_or_none()
    return None if row is None else _token(row)


def every(tx: Connection) -> list[Token]:
    """By name, revoked ones too."""
    return [_token(row) for row in tx.execute(select(token).order_by(_T.name))]


def of_hash(tx: Connection, token_hash: str) -> tuple[Token, User] | None:
    """With its user as he is now; whether it is still alive is for the caller to say."""
    row = tx.execute(
        select(token, _U.role, _U.customer.label("user_customer"), _U.person, _U.created_at.label("user_created_at"))
        .join(user, _U.name == _T.user)
        .where(_T.token_hash == token_hash)
    ).one_or_none()
    if row is None:
        return None
    who = User(
        name=row.user,
        role=Role(row.role),
        created_at=row.user_created_at,
        customer=row.user_customer,
        person=row.person,
    )
    return _token(row), who


def revoke(tx: Connection, name: str, now: Instant) -> None:
    tx.execute(update(token).where(_T.name == name).values(revoked_at=now))


def add_use(tx: Connection, row: Mapping[str, Any]) -> None:
    tx.execute(insert(token_use), dict(row))


def last_uses(tx: Connection) -> dict[str, Instant]:
    """When each token last changed something."""
    last = func.max(_D.recorded_at)
    return {row[0]: row[1] for row in tx.execute(select(_D.token, last).group_by(_D.token))}


def _token(row: Row[Any]) -> Token:
    return Token(
        name=row.name,
        user=row.user,
        scopes=frozenset(Scope(one) for one in row.scopes.split()),
        customer=row.customer,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
