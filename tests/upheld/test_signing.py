"""The key that signs: made once, for its owner's eyes only, and never replaced by accident."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from upheld.signing import KeyUnusable, ensure, key_id, public_pem

PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def test_the_key_is_made_at_the_first_start_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "new" / "signing.key"
    first = ensure(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key_id(ensure(file)) == key_id(first)


def test_what_it_signs_is_checked_with_the_public_key(tmp_path: Path) -> None:
    key = ensure(tmp_path / "signing.key")
    public = serialization.load_pem_public_key(public_pem(key))
    assert isinstance(public, Ed25519PublicKey)
    public.verify(key.sign(b"statement"), b"statement")
    assert b"PRIVATE" not in public_pem(key)


def test_the_id_is_sixteen_hex_digits_and_different_for_each_key(tmp_path: Path) -> None:
    ids = {key_id(ensure(tmp_path / f"{number}.key")) for number in range(3)}
    assert len(ids) == 3
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in ids)


@pytest.mark.parametrize("content", [b"", b"no key", X25519PrivateKey.generate().private_bytes(*PEM)])
def test_a_file_that_is_no_such_key_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "signing.key"
    file.write_bytes(content)
    with pytest.raises(KeyUnusable, match=r"signing\.key.*move it away"):
        ensure(file)
    assert file.read_bytes() == content
