"""What we signed and know again without keeping it: a token that says what it stands for. Pure.

`purpose` keeps tokens of one use from being taken for those of another.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

_SIGNED = 32
_LONGEST = 2000


def token(secret: bytes, purpose: str, content: object) -> str:
    """`content` is plain JSON; whoever has the token can read it, and nobody can change it."""
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(_digest(secret, purpose, raw) + raw).decode().rstrip("=")


def content(secret: bytes, purpose: str, token: str) -> Any | None:
    """None for what we did not sign for this purpose."""
    if len(token) > _LONGEST:
        return None
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    signature, said = raw[:_SIGNED], raw[_SIGNED:]
    return json.loads(said) if hmac.compare_digest(signature, _digest(secret, purpose, said)) else None


def _digest(secret: bytes, purpose: str, raw: bytes) -> bytes:
    return hmac.digest(secret, purpose.encode() + b"\0" + raw, "sha256")
