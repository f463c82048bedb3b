"""The key exchange of SSH up to the proof of the server's key (RFC 4253, 5656, 8731), without what would follow."""

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

from probe.net.wire import Fields, nonsense

KEXINIT, KEX_INIT, KEX_REPLY = 20, 30, 31
_CURVE25519 = ("curve25519-sha256", "curve25519-sha256@libssh.org")
_NISTP256 = "ecdh-sha2-nistp256"
EXCHANGES = (*_CURVE25519, _NISTP256)
FAMILIES = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-512", "rsa-sha2-256"),
)
"""Algorithms of one key each; a server shows one key at a time."""
# Nothing is ever said with these, but a server wants to find one of its own among them.
_CIPHERS = (
    "aes128-ctr", "aes192-ctr", "aes256-ctr", "chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com", "aes128-cbc", "aes256-cbc", "3des-cbc",
)  # fmt: skip
_MACS = (
    "hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
    "umac-128-etm@openssh.com", "umac-128@openssh.com", "hmac-sha1",
)  # fmt: skip
_COMPRESSIONS = ("none", "zlib@openssh.com", "zlib")
_CURVE_HASHES: dict[str, hashes.HashAlgorithm] = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}
_RSA_HASHES: dict[str, hashes.HashAlgorithm] = {"rsa-sha2-256": hashes.SHA256(), "rsa-sha2-512": hashes.SHA512()}
_LONGEST_RSA = 16384


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a server's KEXINIT says. `guessed`: another message follows that was sent on a guess."""

    exchanges: Sequence[str]
    key_algorithms: Sequence[str]
    guessed: bool


def read_offer(payload: bytes) -> Offer:
    """Raises Unanswered."""
    fields = Fields(payload)
    if fields.number(1) != KEXINIT:
        raise nonsense("the server does not begin with its key exchange")
    fields.take(16)
    lists = [fields.counted().decode("ascii", "replace").split(",") for _ in range(10)]
    return Offer(exchanges=lists[0], key_algorithms=lists[1], guessed=bool(fields.number(1)))


def packed(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text


class Exchange:
    """Ours, for one connection. Pure but for its random numbers: bytes go in and come out."""

    def __init__(self, key_algorithms: Sequence[str]) -> None:
        lists = (EXCHANGES, key_algorithms, _CIPHERS, _CIPHERS, _MACS, _MACS, _COMPRESSIONS, _COMPRESSIONS, (), ())
        named = b"".join(packed(",".join(one).encode()) for one in lists)
        self.init = bytes([KEXINIT]) + os.urandom(16) + named + bytes(5)
        """The payload to send first."""
        self._key_algorithms = key_algorithms
        self._secret: x25519.X25519PrivateKey | ec.EllipticCurvePrivateKey | None = None
        self._algorithm = self._share = ""

    def agree(self, offer: Offer) -> bool:
        """Whether there is something both know; the first of ours counts."""
        exchange = next((one for one in EXCHANGES if one in offer.exchanges), None)
        self._algorithm = next((one for one in self._key_algorithms if one in offer.key_algorithms), "")
        if exchange is None or not self._algorithm:
            return False
        on_curve = exchange in _CURVE25519
        self._secret = x25519.X25519PrivateKey.generate() if on_curve else ec.generate_private_key(ec.SECP256R1())
        self.skips = offer.guessed and (offer.exchanges[0], offer.key_algorithms[0]) != (exchange, self._algorithm)
        """Whether the server's guess was wrong, so that its next message means nothing."""
        return True

    @property
    def share(self) -> bytes:
        """The payload to send once both agree."""
        return bytes([KEX_INIT]) + packed(self._public)

    @property
    def _public(self) -> bytes:
        if isinstance(self._secret, x25519.X25519PrivateKey):
            return self._secret.public_key().public_bytes_raw()
        assert self._secret is not None, "both have agreed"
        return self._secret.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def server_key(self, reply: bytes, ours: bytes, theirs: bytes, their_init: bytes) -> bytes:
        """The key the server has proven to hold; `ours` and `theirs` are the lines of both. Raises Unanswered."""
        fields = Fields(reply)
        if fields.number(1) != KEX_REPLY:
            raise nonsense("the key exchange is not answered")
        key, public, signature = fields.counted(), fields.counted(), Fields(fields.counted())
        try:
            shared = _mpint(self._shared(public))
            parts = (ours, theirs, self.init, their_init, key, self._public, public)
            digest = hashlib.sha256(b"".join(packed(part) for part in parts) + shared).digest()
            if signature.counted().decode("ascii", "replace") != self._algorithm:
                raise nonsense("the server signs with another algorithm than it said")
            _verify(key, self._algorithm, signature.counted(), digest)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise nonsense(f"the server's key cannot be read: {str(error)[:100]}") from error
        except InvalidSignature as error:
            raise nonsense("the server does not hold the key it shows") from error
        return key

    def _shared(self, public: bytes) -> bytes:
        if isinstance(self._secret, x25519.X25519PrivateKey):
            return self._secret.exchange(x25519.X25519PublicKey.from_public_bytes(public))
        assert self._secret is not None, "both have agreed"
        return self._secret.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))


def _mpint(number: bytes) -> bytes:
    digits = number.lstrip(b"\0")
    return packed(b"\0" + digits if digits and digits[0] & 0x80 else digits)


def _verify(key: bytes, algorithm: str, signature: bytes, digest: bytes) -> None:
    kind = Fields(key).counted()
    public = load_ssh_public_key(kind + b" " + base64.b64encode(key))
    match public:
        case ed25519.Ed25519PublicKey() if algorithm == "ssh-ed25519":
            public.verify(signature, digest)
        case ec.EllipticCurvePublicKey() if algorithm == kind.decode("ascii", "replace"):
            parts = Fields(signature)
            r, s = (int.from_bytes(parts.counted(), "big") for _ in range(2))
            public.verify(encode_dss_signature(r, s), digest, ec.ECDSA(_CURVE_HASHES[public.curve.name]))
        case rsa.RSAPublicKey() if algorithm in _RSA_HASHES and public.key_size <= _LONGEST_RSA:
            public.verify(signature, digest, padding.PKCS1v15(), _RSA_HASHES[algorithm])
        case _:
            raise nonsense("the server shows another kind of key than it said")


def fingerprint(key: bytes) -> str:
    """As ssh-keygen writes it: `SHA256:` and base64 without its filling."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
