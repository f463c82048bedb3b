"""The one MetaData; names of constraints are fixed so that migrations can speak of them."""

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.types import TypeEngine

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is INTEGER to the letter.
KEY: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")
