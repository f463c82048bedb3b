"""SCRAM-SHA-256 (RFC 5802, 7677) without channel binding: both sides prove to know the password, nobody says it."""

import base64
import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache
from secrets import token_urlsafe

from probe.fault import ours
from probe.net.course import Unanswered
from probe.net.wire import nonsense
from probe.result import Reason

MECHANISM = "SCRAM-SHA-256"
_MOST_ROUNDS = 200_000
"""A tenth of a second of ours, for a server that anybody may run."""
_FIRST = re.compile(r"r=([!-+\--~]{1,512}),s=([A-Za-z0-9+/=]{1,512}),i=([1-9]\d{0,8})(?:,.*)?")


class Scram:
    """Of one login. PostgreSQL has been told the user's name elsewhere, and does not look at this one."""

    def __init__(self, password: str, *, name: str = "", nonce: str | None = None) -> None:
        self._password = unicodedata.normalize("NFKC", password)
        self._nonce = nonce or token_urlsafe(18)
        self._bare = f"n={name},r={self._nonce}"
        self._expected = b""

    @property
    def first(self) -> bytes:
        return f"n,,{self._bare}".encode()

    def rounds(self, theirs: bytes) -> int:
        """How much work the server wants done for the answer; 4096 are a millisecond or two. Raises Unanswered."""
        rounds = int(self._read(theirs)[3])
        if rounds > _MOST_ROUNDS:
            raise Unanswered(ours(Reason.INTERNAL_ERROR, f"the login wants {rounds} rounds, too many for us"))
        return rounds

    def final(self, theirs: bytes) -> bytes:
        """Slow on purpose, but for a password and salt it has seen. Raises Unanswered."""
        found = self._read(theirs)
        told = found[0]
        try:
            salt = base64.b64decode(found[2], validate=True)
        except ValueError as error:
            raise nonsense("the login's salt cannot be read") from error
        salted = _salted(self._password, salt, int(found[3]))
        without_proof = f"c=biws,r={found[1]}"
        signed = f"{self._bare},{told},{without_proof}".encode()
        key = _mac(salted, b"Client Key")
        signature = _mac(hashlib.sha256(key).digest(), signed)
        proof = bytes(one ^ other for one, other in zip(key, signature, strict=True))
        self._expected = b"v=" + base64.b64encode(_mac(_mac(salted, b"Server Key"), signed))
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def _read(self, theirs: bytes) -> re.Match[str]:
        found = _FIRST.fullmatch(theirs.decode("utf-8", "replace"))
        if found is None or not found[1].startswith(self._nonce):
            raise nonsense("the login goes on in a way that SCRAM has not")
        return found

    def confirm(self, theirs: bytes) -> None:
        """Raises Unanswered where the server does not know the password itself."""
        if not self._expected or not hmac.compare_digest(theirs.partition(b",")[0], self._expected):
            raise nonsense("the server does not know the password it asks for")


@lru_cache(maxsize=256)
def _salted(password: str, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")
