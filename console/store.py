"""Users and sessions; a component's changes for its time line.

Functions take part in the caller's transaction and commit nothing.
"""

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from config.instant import Instant
from config.state import State
from console.session import ABSOLUTE, IDLE, Session
from console.user import Refused, Role, User, check_user
from db.tables.incidents import transition
from db.tables.people import session, user
from incidents.store.transition import Transition

_U, _S, _T = user.c, session.c, transition.c


def add_user(
    tx: Connection,
    *,
    name: str,
    password_hash: str,
    role: str,
    now: Instant,
    customer: str | None = None,
    person: str | None = None,
) -> User:
    """`password_hash` is console.password.hash_password's. Raises Refused."""
    checked = check_user(name, role, customer)
    if find_user(tx, name) is not None:
        raise Refused(f"there is a user {name!r} already; `upheld user password {name}` gives a new password")
    made = User(name=name, role=checked, created_at=now, customer=customer, person=person)
    tx.execute(
        insert(user).values(
            name=name,
            password_hash=password_hash,
            role=checked.value,
            customer=customer,
            person=person,
            created_at=now,
        )
    )
    return made


def set_password(tx: Connection, name: str, password_hash: str) -> None:
    """Ends the user's sessions. Raises Refused."""
    _existing(tx, name)
    tx.execute(update(user).where(_U.name == name).values(password_hash=password_hash))
    end_sessions_of(tx, name)


def set_role(tx: Connection, name: str, role: str, customer: str | None = None) -> User:
    """Ends the user's sessions, so that nothing of the old role is left. Raises Refused."""
    before = _existing(tx, name)
    checked = check_user(name, role, customer)
    tx.execute(update(user).where(_U.name == name).values(role=checked.value, customer=customer))
    end_sessions_of(tx, name)
    return User(name=name, role=checked, created_at=before.created_at, customer=customer, person=before.person)


def find_user(tx: Connection, name: str) -> User | None:
    row = tx.execute(select(user).where(_U.name == name)).one_or_none()
    return None if row is None else _user(row)


def every_user(tx: Connection) -> list[User]:
    """By name."""
    return [_user(row) for row in tx.execute(select(user).order_by(_U.name))]


def password_hash_of(tx: Connection, name: str) -> str | None:
    """None: there is no such user."""
    return tx.scalar(select(_U.password_hash).where(_U.name == name))


def begin_session(tx: Connection, name: str, token_hash: str, form_token: str, now: Instant) -> None:
    """Clears away what has run out, of anybody, at the same time."""
    end_old_sessions(tx, now)
    tx.execute(
        insert(session).values(token_hash=token_hash, user=name, form_token=form_token, created_at=now, seen_at=now)
    )


def end_old_sessions(tx: Connection, now: Instant) -> int:
    """Those that have run out; how many."""
    return tx.execute(delete(session).where(or_(_S.seen_at <= now - IDLE, _S.created_at <= now - ABSOLUTE))).rowcount


def find_session(tx: Connection, token_hash: str) -> Session | None:
    """With its user as he is now; whether it is still alive is for the caller to say."""
    row = tx.execute(
        select(session, _U.name, _U.role, _U.customer, _U.person, _U.created_at.label("user_created_at"))
        .join(user, _U.name == _S.user)
        .where(_S.token_hash == token_hash)
    ).one_or_none()
    if row is None:
        return None
    return Session(
        token_hash=row.token_hash,
        form_token=row.form_token,
        created_at=row.created_at,
        seen_at=row.seen_at,
        user=User(
            name=row.name,
            role=Role(row.role),
            created_at=row.user_created_at,
            customer=row.customer,
            person=row.person,
        ),
    )


def touch_session(tx: Connection, token_hash: str, now: Instant) -> None:
    tx.execute(update(session).where(_S.token_hash == token_hash).values(seen_at=now))


def end_session(tx: Connection, token_hash: str) -> None:
    tx.execute(delete(session).where(_S.token_hash == token_hash))


def end_sessions_of(tx: Connection, name: str) -> None:
    tx.execute(delete(session).where(_S.user == name))


def _existing(tx: Connection, name: str) -> User:
    found = find_user(tx, name)
    if found is None:
        raise Refused(f"there is no user {name!r}; `upheld user add {name}` makes one")
    return found


def _user(row: Row[Any]) -> User:
    return User(name=row.name, role=Role(row.role), created_at=row.created_at, customer=row.customer, person=row.person)


def transitions_between(tx: Connection, component: str, since: Instant, until: Instant) -> list[Transition]:
    """The component's recorded line of [since, until]; later recorded wins at one instant."""
    rows = tx.execute(
        select(transition)
        .where(_T.component == component, _T.happened_at >= since, _T.happened_at <= until)
        .order_by(_T.happened_at, _T.id)
    )
    return list({row.happened_at: _transition(row) for row in rows}.values())


def _transition(row: Row[Any]) -> Transition:
    return Transition(
        component=row.component,
        state=State(row.state),
        happened_at=row.happened_at,
        by=row.by,
        cause=row.cause,
        reason=row.reason,
        bound_at=row.bound_at,
    )
