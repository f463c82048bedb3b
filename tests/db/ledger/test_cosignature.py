"""What a witness signs, how its key is written, and what is none of its lines."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.ledger.cosignature import KeyUnreadable, cosignatures, cosigned_message, read_witness
from db.ledger.note import Note, Signature, read_note, sign
from tests.servers.witness import cosign, verifier_key

NAME = "witness.example.com/w1"
KEY = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
OURS = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
AT = 1_679_315_147
TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def noted(*more: Signature) -> Note:
    note = sign(TEXT, "example.com/behind-the-sofa", OURS).with_signatures(more)
    return read_note(note.render())


def test_the_signed_message_is_that_of_the_specification() -> None:
    expected = b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
    assert cosigned_message(TEXT, AT) == expected + b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_a_cosignature_is_found_under_a_note_with_its_time() -> None:
    line = cosign(TEXT, NAME, KEY, AT)
    assert cosignatures(noted(line), read_witness(verifier_key(NAME, KEY))) == {line: AT}


@pytest.mark.parametrize(
    "line",
    [
        cosign(TEXT.replace("63", "64"), NAME, KEY, AT),
        cosign(TEXT, "witness.example.com/w2", KEY, AT),
        cosign(TEXT, NAME, OURS, AT),
        Signature(name=NAME, key_hash=cosign(TEXT, NAME, KEY, AT).key_hash, signature=b"short"),
        Signature(
            name=NAME,
            key_hash=cosign(TEXT, NAME, KEY, AT).key_hash,
            signature=(AT + 1).to_bytes(8, "big") + cosign(TEXT, NAME, KEY, AT).signature[8:],
        ),
    ],
    ids=["another head", "another name", "another key", "too short", "another time"],
)
def test_what_the_witness_did_not_sign_so_is_no_cosignature(line: Signature) -> None:
    assert cosignatures(noted(line), read_witness(verifier_key(NAME, KEY))) == {}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "is written name"),
        ("witness.example.com/w1", "is written name"),
        (verifier_key(NAME, KEY) + "!", "is written name"),
        (f"{NAME}+00000000+{base64.b64encode(bytes([1]) + KEY.public_key().public_bytes_raw()).decode()}", "cosig"),
        (verifier_key(NAME, KEY).replace("/w1", "/w2"), "does not fit"),
    ],
)
def test_a_key_that_is_not_written_so_is_refused(written: str, message: str) -> None:
    with pytest.raises(KeyUnreadable, match=message):
        read_witness(written)
