"""Argon2id hashes. One takes about 90 ms and 64 MiB, so on the event loop they run in threads, two at a time."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Slow on purpose; call it outside any transaction."""
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Slow on purpose. False for a hash that is none, too."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


class Passwords:
    """Checks passwords beside the event loop. A name nobody has costs the same as a wrong password."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._nobody: str | None = None

    async def right(self, password_hash: str | None, password: str) -> bool:
        """None: there is no such user."""
        async with self._free:
            if password_hash is None:
                return await asyncio.to_thread(self._of_nobody, password)
            return await asyncio.to_thread(matches, password_hash, password)

    async def prepare(self) -> None:
        """Make the hash nobody has, so that the first unknown name takes no longer than the next."""
        if self._nobody is None:
            self._nobody = await asyncio.to_thread(hash_password, "nobody has this password")

    def _of_nobody(self, password: str) -> bool:
        assert self._nobody is not None
        matches(self._nobody, password)
        return False
