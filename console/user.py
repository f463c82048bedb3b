"""Who may log in, as what, and what of the house each may see and do. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from config.instant import Instant

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,98}")
MIN_PASSWORD = 12
MAX_PASSWORD = 1000


class Role(StrEnum):
    ADMIN = "admin"
    ENGINEER = "engineer"
    ACCOUNT_MANAGER = "account-manager"
    AUDITOR = "auditor"
    CUSTOMER = "customer"


class Access(StrEnum):
    """What a page asks of its reader."""

    PUBLIC = "public"
    MEMBER = "member"  # anybody who is logged in
    STAFF = "staff"  # everybody but customers, to look
    INCIDENTS = "incidents"  # to change incidents
    CASES = "cases"  # to change cases
    AGREEMENTS = "agreements"  # to record what was agreed
    ROOM = "room"  # the room's own customer, and staff
    GUEST = "guest"  # the room's own customer alone: his word is nobody else's to give


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """`customer` is the id of the customer whose room it is, for the role customer alone; `person` one of `people:`."""

    name: str
    role: Role
    created_at: Instant
    customer: str | None = None
    person: str | None = None

    @property
    def by(self) -> str:
        """How this user signs a fact: as the person he stands for; two logins of one person are not two persons."""
        return f"customer:{self.customer}" if self.role is Role.CUSTOMER else f"person:{self.person or self.name}"


class Refused(Exception):
    """The text says what is wrong and what to write instead."""


_STAFF = frozenset(Role) - {Role.CUSTOMER}
_MAY = {
    Access.MEMBER: frozenset(Role),
    Access.STAFF: _STAFF,
    Access.INCIDENTS: frozenset({Role.ADMIN, Role.ENGINEER}),
    Access.CASES: frozenset({Role.ADMIN, Role.ENGINEER, Role.ACCOUNT_MANAGER}),
    Access.AGREEMENTS: frozenset({Role.ADMIN, Role.ACCOUNT_MANAGER}),
    Access.ROOM: frozenset(Role),
    Access.GUEST: frozenset({Role.CUSTOMER}),
}


def allowed(user: User | None, access: Access, room: str | None = None) -> bool:
    """`room` is the customer whose room is asked for."""
    if access is Access.PUBLIC:
        return True
    if user is None or user.role not in _MAY[access]:
        return False
    return user.role is not Role.CUSTOMER or access is Access.MEMBER or (room is not None and room == user.customer)


def sees(user: User, access: Access, room: str | None = None) -> bool:
    """Whether a refusal may admit that the page exists."""
    look = Access.ROOM if access in (Access.ROOM, Access.GUEST) else Access.STAFF
    return allowed(user, look, room)


def check_user(name: str, role: str, customer: str | None) -> Role:
    """Raises Refused."""
    if not _NAME.fullmatch(name):
        raise Refused(f"{name!r} is not a name to log in with; write small letters, digits and . _ @ -, at most 99")
    if role not in list(Role):
        raise Refused(f"{role!r} is not a role; write one of {', '.join(Role)}")
    if (role == Role.CUSTOMER) != (customer is not None):
        wanted = "needs the customer's id" if customer is None else "belongs to no customer"
        raise Refused(f"the role {role} {wanted}")
    return Role(role)


def check_password(name: str, password: str) -> None:
    """Raises Refused. Length is what counts; no rule asks for signs nobody remembers."""
    if len(password) < MIN_PASSWORD:
        raise Refused(f"a password has at least {MIN_PASSWORD} characters; three or four words make a good one")
    if len(password) > MAX_PASSWORD:
        raise Refused(f"a password has at most {MAX_PASSWORD} characters")
    if name.lower() in password.lower() and len(password) < MIN_PASSWORD + len(name):
        raise Refused("the password is little more than the name; write another one")
