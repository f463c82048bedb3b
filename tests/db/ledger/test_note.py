"""Notes and checkpoints against C2SP's published examples; what differs by a byte is unreadable."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from db.ledger.note import (
    Checkpoint,
    NoteUnreadable,
    Signature,
    key_hash,
    key_name,
    read_checkpoint,
    read_note,
    sign,
    signed_by,
)

# From the specification of signed notes of Go's checksum database, which C2SP took over.
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
GO_KEY = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]

# From C2SP's tlog-cosignature: a log's signature and a witness's, which holds its time.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe"
    "+mbIUBkBIfZ+qnA==\n"
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
HEAD = Checkpoint(origin="status.example.com", size=7, root=bytes(range(32)))


def test_a_note_of_gos_checksum_database_is_read_and_verified() -> None:
    note = read_note(GO_NOTE)
    key = Ed25519PublicKey.from_public_bytes(GO_KEY)
    assert note.render() == GO_NOTE
    assert note.signatures[0].key_hash == key_hash("PeterNeumann", key) == bytes.fromhex("c74f20a3")
    assert signed_by(note, "PeterNeumann", key)


def test_a_cosigned_checkpoint_of_c2sp_is_read_and_keeps_its_witness() -> None:
    note = read_note(COSIGNED)
    head = read_checkpoint(note.text)
    assert (head.origin, head.size, head.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert [one.name for one in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert len(note.signatures[1].signature) == 8 + 64
    assert note.render() == COSIGNED


def test_what_we_sign_is_verified_with_our_key_and_name_only() -> None:
    note = sign(HEAD.text, "status.example.com", KEY)
    assert read_note(note.render().encode()) == note
    assert read_checkpoint(note.text) == HEAD
    assert signed_by(note, "status.example.com", KEY.public_key())
    assert not signed_by(note, "status.example.com", OTHER.public_key())
    assert not signed_by(note, "elsewhere.example.com", KEY.public_key())


def test_an_unknown_signature_is_kept_and_a_wrong_one_of_ours_spoils_the_note() -> None:
    note = sign(HEAD.text, "status.example.com", KEY)
    more = note.with_signatures(read_note(COSIGNED).signatures)
    assert signed_by(more, "status.example.com", KEY.public_key())
    assert read_note(more.render()) == more
    assert more.with_signatures(note.signatures) == more

    wrong = Signature(name="status.example.com", key_hash=note.signatures[0].key_hash, signature=bytes(64))
    assert not signed_by(note.with_signatures([wrong]), "status.example.com", KEY.public_key())


@given(st.data())
def test_a_changed_byte_is_never_verified(data: st.DataObject) -> None:
    written = sign(HEAD.text, "status.example.com", KEY).render().encode()
    at = data.draw(st.integers(0, len(written) - 1))
    changed = bytearray(written)
    changed[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != written[at]))
    try:
        note = read_note(bytes(changed))
    except NoteUnreadable:
        return
    assert not signed_by(note, "status.example.com", KEY.public_key())


SIGNED = sign(HEAD.text, "status.example.com", KEY).render()


@pytest.mark.parametrize(
    "written",
    [
        "",
        "\n\n",
        HEAD.text,
        HEAD.text + "\n",
        SIGNED.rstrip("\n"),
        SIGNED + "\n",
        SIGNED.replace("\n", "\r\n"),
        SIGNED.replace("— ", "- "),
        SIGNED.replace("— ", "—  "),
        SIGNED.replace("— status", "— sta tus"),
        SIGNED.replace("— status", "— sta+tus"),
        SIGNED.replace("— status", "— sta\u2003tus"),
        SIGNED.replace("— status.example.com ", "— "),
        SIGNED.replace("status", "sta\ttus"),
        SIGNED.replace("=\n\n", "=\n"),
        SIGNED[:-2] + "\n",
        SIGNED[:-2] + " \n",
        HEAD.text + "\n— name AAAAAA==\n",
        HEAD.text + "\n— name AAAAAAB=\n",
        HEAD.text + "\n— name \n",
        SIGNED + "— x " + "A" * (1 << 20) + "\n",
        "\ud800" + SIGNED,
    ],
)
def test_a_note_that_is_not_as_it_must_be_is_unreadable(written: str) -> None:
    with pytest.raises(NoteUnreadable):
        read_note(written)


def test_bytes_that_are_no_utf_8_are_unreadable() -> None:
    with pytest.raises(NoteUnreadable):
        read_note(b"\xff" + SIGNED.encode())


@pytest.mark.parametrize(
    "text",
    [
        HEAD.text.rstrip("\n"),
        HEAD.text.replace("7", "07", 1),
        HEAD.text.replace("7", "-7", 1),
        HEAD.text.replace("7", "７", 1),
        HEAD.text.replace("7", "7" * 20, 1),
        HEAD.text.replace("7", "seven", 1),
        HEAD.text.replace("=", ""),
        HEAD.text.replace("AAEC", "AAE"),
        HEAD.text.replace("AAEC", "AAECAAEC"),
        HEAD.text + "\n",
        HEAD.text + "\nextension\n",
        "status.example.com\n7\n",
        "\n" + HEAD.text.partition("\n")[2],
    ],
)
def test_a_text_that_is_no_checkpoint_is_unreadable(text: str) -> None:
    with pytest.raises(NoteUnreadable):
        read_checkpoint(text)


def test_extension_lines_are_kept_and_what_would_read_differently_is_not_written() -> None:
    more = Checkpoint(origin="a", size=0, root=bytes(32), extensions=("one", "two"))
    assert read_checkpoint(more.text) == more
    for bad in ("", "evil\n9"):
        with pytest.raises(ValueError):
            _ = Checkpoint(origin=bad, size=1, root=bytes(32)).text


def test_a_text_with_an_empty_line_is_signed_and_one_without_a_line_break_is_not() -> None:
    note = sign("one\n\ntwo\n", "a", KEY)
    assert read_note(note.render()) == note
    for text in ("one", "\n", "", "one\r\n"):
        with pytest.raises(NoteUnreadable):
            sign(text, "a", KEY)
    with pytest.raises(NoteUnreadable):
        sign("one\n", "a name", KEY)


@pytest.mark.parametrize(("wanted", "name"), [("a.example", "a.example"), ("Sea+Ops A", "Sea-Ops-A"), (" ", "upheld")])
def test_a_keys_name_has_no_spaces_and_no_plus(wanted: str, name: str) -> None:
    assert key_name(wanted) == name
