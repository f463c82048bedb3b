"""A statement as a file: in one of the installed formats, or with everything it rests on as a bundle."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from config.model import Config
from sla.store.statement import SealedRevision
from upheld import signing
from upheld.installed import installed
from upheld.proof import bundle
from upheld.proof.gather import bundle_of

BUNDLE = "bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`binary`: nothing for a terminal."""

    content_type: str
    extension: str
    binary: bool


def kinds() -> Mapping[str, Kind]:
    """By the word of `--format`."""
    found = {
        name: Kind(content_type=one.content_type, extension=one.extension, binary=one.binary)
        for name, one in installed().formats.items()
    }
    return found | {BUNDLE: Kind(content_type="application/json", extension="bundle", binary=False)}


def bundle_file(tx: Connection, config: Config, sealed: SealedRevision, *, pinned: bool = False) -> bytes:
    """Under the newest signed head of the ledger, or `pinned` to the one of its sealing. Raises NoBundle."""
    key = signing.public_pem(signing.ensure(config.signing.key_file)).decode()
    return bundle.write(bundle_of(tx, sealed, key, pinned=pinned))
