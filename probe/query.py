"""What checks of SQL databases have in common: who asks, what, and what the first value of the first row must be."""

from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from probe.net.address import Reach
from probe.net.trust import Tls
from probe.value import Wanted

READING = ("SELECT", "WITH", "SHOW", "VALUES", "TABLE", "EXPLAIN")
"""What a statement may begin with; what reads in its beginning only is refused by a transaction that only reads."""
_Name = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00]+$")]


class QueryOptions(Reach, Wanted):
    username: _Name | None = None
    """Without one nobody logs in: it is good that the server asks who we are."""
    password: SecretStr | None = None
    """Said in clear over TLS only."""
    database: _Name | None = None
    """Left out, the one the server has for that user."""
    query: Annotated[str, Field(min_length=1, max_length=8192, pattern=r"^[^\x00]+$")] | None = None
    """One statement that reads."""
    tls: Tls | None = None
    """Given: the connection must be encrypted."""

    @field_validator("query")
    @classmethod
    def _reads(cls, query: str | None) -> str | None:
        words = (query or READING[0]).replace("(", " ").split(maxsplit=1)
        if not words or words[0].upper() not in READING:
            raise ValueError(f"a check only reads: begin the query with one of {', '.join(READING)}")
        return query

    @model_validator(mode="after")
    def _asked_by_somebody(self) -> Self:
        given = (self.password, self.database, self.query) != (None, None, None) or not self.anything
        if self.username is None and given:
            raise ValueError("a query needs a username")
        return self

    @property
    def statement(self) -> str:
        return self.query or "SELECT 1"
