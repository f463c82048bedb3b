"""What can be wrong with the store.

StoreError
 ├─ StoreUnavailable   now: disk full, I/O error, server away; trying again later may help (HTTP 503)
 ├─ StoreUnreadable    the file or server is not what we can use at all (exit 3)
 ├─ SchemaMismatch     made by a newer version, or not yet migrated (exit 3)
 └─ StoreLocked        another server works on this store
"""


class StoreError(Exception):
    """Base of all; the text says what to do."""


class StoreUnavailable(StoreError):
    """The store cannot commit at the moment; nothing of the work was kept."""


class StoreUnreadable(StoreError):
    """The store cannot be opened or is not an upheld store."""


class SchemaMismatch(StoreError):
    """The store's schema is not the one this version works with."""


class StoreLocked(StoreError):
    """A second server on one store."""
