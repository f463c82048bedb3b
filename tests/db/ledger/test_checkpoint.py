"""Heads are signed once for each size and kept; each is the beginning of the next."""

from functools import partial
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.engine import Database
from db.ledger import checkpoint, store
from db.ledger.checkpoint import Signer
from db.ledger.leaf import Leaf
from db.ledger.note import Signature, read_checkpoint, read_note, sign, signed_by
from db.ledger.tree import EMPTY, consistent

NOW = 1_788_523_200_000
SIGNER = Signer(name="status.example.com", key=Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
LEAF = Leaf(kind="transition", stream="transition/shop", body={"state": "down"})


async def test_a_head_is_signed_anew_only_when_the_ledger_grew(database: Database) -> None:
    empty = await database.write(lambda tx: checkpoint.checkpoint_now(tx, SIGNER, NOW))
    await database.write(lambda tx: store.append(tx, LEAF, NOW))
    first = await database.write(lambda tx: checkpoint.checkpoint_now(tx, SIGNER, NOW + 1))
    again = await database.write(lambda tx: checkpoint.checkpoint_now(tx, SIGNER, NOW + 2))

    assert (empty.size, empty.root) == (0, EMPTY)
    assert first == again == await database.read(checkpoint.newest)
    assert (first.size, first.at) == (1, NOW + 1)
    assert await database.read(lambda tx: checkpoint.at_size(tx, 0)) == empty
    assert await database.read(lambda tx: checkpoint.at_size(tx, 7)) is None
    note = read_note(first.note)
    head = read_checkpoint(note.text)
    assert (head.origin, head.size, head.root) == (SIGNER.name, 1, first.root)
    assert head.extensions == ("2026-09-04T12:00:00.001Z",)
    assert signed_by(note, SIGNER.name, SIGNER.key.public_key())


async def test_each_head_is_the_beginning_of_the_next(database: Database) -> None:
    heads = []
    for more in (3, 1, 300):
        await database.write(partial(store.append_all, leaves=[LEAF] * more, now=NOW))
        heads.append(await database.write(lambda tx: checkpoint.checkpoint_now(tx, SIGNER, NOW)))
    for old, new in pairwise(heads):
        proof = await database.read(partial(store.consistency_of, first=old.size, second=new.size))
        assert consistent(old.root, old.size, new.root, new.size, proof)


async def test_a_new_key_adds_its_signature_to_the_head_there_is(database: Database) -> None:
    new = Signer(name=SIGNER.name, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    old = await database.write(lambda tx: checkpoint.checkpoint_now(tx, SIGNER, NOW))
    head = await database.write(lambda tx: checkpoint.checkpoint_now(tx, new, NOW + 1))
    note = read_note(head.note)
    assert (head.size, head.at) == (old.size, old.at)
    assert all(signed_by(note, SIGNER.name, one.key.public_key()) for one in (SIGNER, new))


async def test_what_a_witness_signed_is_kept_and_for_another_text_refused(database: Database) -> None:
    head = await database.write(lambda tx: checkpoint.checkpoint_now(tx, SIGNER, NOW))
    witness = Signature(name="witness.example", key_hash=b"1234", signature=bytes(72))
    cosigned = read_note(head.note).with_signatures([witness])

    kept = await database.write(lambda tx: checkpoint.add_signatures(tx, head.size, cosigned))

    assert kept == await database.read(checkpoint.newest)
    assert read_note(kept.note) == cosigned
    other = sign("another text\n", SIGNER.name, SIGNER.key)
    for size in (head.size, 5):
        with pytest.raises(ValueError, match="not what was signed"):
            await database.write(partial(checkpoint.add_signatures, size=size, cosigned=other))
