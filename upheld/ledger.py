"""The house's ledger: what it is called, who signs it, and its head as it is given out."""

from collections.abc import Callable
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from db.engine import Database
from db.ledger import checkpoint
from db.ledger.checkpoint import Signed, Signer
from db.ledger.note import key_name
from upheld import store

NAME = "ledger"


def signer_of(tx: Connection, config: Config, key: Ed25519PrivateKey, now: Instant) -> Signer:
    """Remembers the ledger's name when it is first asked for: a site that moves does not begin another ledger."""
    store.mark(tx, NAME, _name(config), now)
    return Signer(name=store.value_of(tx, NAME) or _name(config), key=key)


async def head(database: Database, config: Config, key: Ed25519PrivateKey, now: Callable[[], Instant]) -> Signed:
    """The newest signed head; signed afresh only if something was appended since. Raises StoreUnavailable."""

    def current(tx: Connection) -> Signed | None:
        name = store.value_of(tx, NAME)
        return None if name is None else checkpoint.current(tx, Signer(name=name, key=key))

    def sign(tx: Connection) -> Signed:
        at = now()
        return checkpoint.checkpoint_now(tx, signer_of(tx, config, key, at), at)

    signed = await database.read(current)
    return signed if signed is not None else await database.write(sign)


def _name(config: Config) -> str:
    """The site's host, else its name."""
    host = urlsplit(config.site.external_url or "").hostname
    name = config.site.name
    return key_name(host or (name if isinstance(name, str) else next(iter(name.values()), "")))
