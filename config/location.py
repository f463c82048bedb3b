"""From where checks are asked, by whose hands, and how many of these places it takes to call something down."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from annotated_types import Ge
from pydantic import Field, Strict, field_validator, model_validator

from config.value import Value

LOCAL = "local"
"""Where this server asks from."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_Votes: TypeAlias = Annotated[int, Strict(), Ge(1)]


class Owner(StrEnum):
    """Who runs it: a statement says by whose word its figures stand."""

    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    THIRD_PARTY = "third-party"


class Location(Value):
    owner: Owner = Owner.SUPPLIER


class Quorum(Value):
    """q and n_min of the law. Without `bad` more than half of the fresh votes decide, and a tie keeps the state."""

    bad: _Votes | None = None
    """So many bad votes make it down."""
    fresh: _Votes | None = None
    """With fewer fresh votes nothing is known; as many as `bad` if left out, or one."""

    @property
    def least(self) -> int:
        return self.fresh or self.bad or 1

    @model_validator(mode="after")
    def _decidable(self) -> "Quorum":
        if self.bad is not None and self.least < self.bad:
            raise ValueError(
                f"of {self.least} fresh votes {self.bad} cannot be bad; write `fresh: {self.bad}`, or more"
            )
        return self


class Panel(Value):
    """Every location of a check, this server's first, and how their votes are counted."""

    locations: dict[str, Location] = Field(default_factory=lambda: {LOCAL: Location()})
    quorum: Quorum = Quorum()

    @field_validator("locations")
    @classmethod
    def _named(cls, locations: dict[str, Location]) -> dict[str, Location]:
        for id in locations:
            if not _ID.fullmatch(id):
                raise ValueError(f"'{id}' is no name of a location; write small letters, digits and -, at most 60")
        return {LOCAL: Location(), **locations}

    @model_validator(mode="after")
    def _reachable(self) -> "Panel":
        if self.quorum.least > len(self.locations):
            raise ValueError(f"the quorum needs {self.quorum.least} locations, there are {len(self.locations)}")
        return self

    @property
    def several(self) -> bool:
        return len(self.locations) > 1

    @property
    def alone(self) -> "Panel":
        """This server's location without the others."""
        return Panel(locations={LOCAL: self.locations[LOCAL]})

    def leaf(self) -> dict[str, Any]:
        """Keys of a check's definition in the ledger; none for what every version took for granted."""
        said: dict[str, Any] = {}
        if self.several or self.locations[LOCAL] != Location():
            said["locations"] = {id: one.owner.value for id, one in self.locations.items()}
        if self.several:
            said["quorum"] = {"bad": self.quorum.bad, "fresh": self.quorum.least}
        return said

    @classmethod
    def of_leaf(cls, body: Mapping[str, Any]) -> "Panel":
        locations = {id: Location(owner=Owner(owner)) for id, owner in body.get("locations", {}).items()}
        return cls(locations=locations, quorum=Quorum(**body.get("quorum", {})))
