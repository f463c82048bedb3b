"""A token: a random reference that a person hands to a program; only its hash is stored. Pure but for the dice.

It belongs to a user and acts as that user; it is no person of its own. A second word that has to be another person's
can therefore never be given by a token of the first one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from config.instant import Instant
from console.session import new_token
from console.user import Role, User
from upheld.trouble import Trouble

PREFIX = "upheld_"
"""So that whoever finds one in a file or a log knows what it opens."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


class Scope(StrEnum):
    """What a program may do of what its user may."""

    READ = "read"
    WRITE = "write"


class Refused(Trouble):
    """What was asked of a token cannot be; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`customer`: it sees what that customer sees, and no more. Without `expires_at` it does not end by itself."""

    name: str
    user: str
    scopes: frozenset[Scope]
    customer: str | None
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None

    def alive(self, now: Instant) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    @property
    def by(self) -> str:
        """How its uses are signed, beside the person it acts for."""
        return f"token:{self.name}"


def new_secret() -> str:
    """256 random bits, shown once."""
    return PREFIX + new_token()


def check_new(
    name: str, scopes: Collection[str], customer: str | None, user: User, expires_at: Instant | None, now: Instant
) -> frozenset[Scope]:
    """Raises Refused."""
    if not _NAME.fullmatch(name):
        raise Refused(f"{name!r} is not a token's name; write small letters, digits and . _ -, at most 60")
    if not scopes or not set(scopes) <= set(Scope):
        raise Refused(f"a token needs a scope; write one or both of {', '.join(Scope)}")
    if expires_at is not None and expires_at <= now:
        raise Refused("it would have expired already; write a time to come")
    if user.role is Role.CUSTOMER and customer not in (None, user.customer):
        raise Refused(f"{user.name} belongs to the customer {user.customer}, not to {customer}")
    if user.role is not Role.CUSTOMER and customer is not None and Scope.WRITE in scopes:
        raise Refused("a token bound to a customer only reads: his word is nobody else's to give")
    return frozenset(Scope(one) for one in scopes)


def acting(token: Token, user: User) -> User:
    """As whom it comes in: its user as he is now; bound to a customer, with that customer's eyes."""
    if token.customer is None or user.role is Role.CUSTOMER:
        return user
    return replace(user, role=Role.CUSTOMER, customer=token.customer)


def may(token: Token, user: User, scope: Scope) -> bool:
    """A user whose role has changed since takes with him only what he may now."""
    bound = token.customer is not None and user.customer != token.customer
    return scope in token.scopes and not (bound and scope is Scope.WRITE)
