"""Heads that left the house stay as they were given out, on both databases."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from config.instant import DAY
from db.engine import Database
from db.ledger import outside, store
from db.ledger.checkpoint import Signed, Signer, checkpoint_now
from db.ledger.leaf import Leaf
from db.ledger.outside import Anchored, DayHead

SIGNER = Signer(name="status.example.com", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))


def grown(tx: Connection, now: int) -> Signed:
    store.append(tx, Leaf(kind="transition", stream="transition/shop", body={}), now)
    return checkpoint_now(tx, SIGNER, now)


async def test_the_first_head_of_a_day_stays_and_the_newest_come_first(database: Database) -> None:
    def work(tx: Connection) -> None:
        first, second = grown(tx, DAY), grown(tx, 2 * DAY)
        assert outside.keep_day(tx, 0, first, DAY) and outside.keep_day(tx, DAY, second, 2 * DAY)
        assert not outside.keep_day(tx, 0, second, 2 * DAY)
        kept = [DayHead(day=DAY, size=2, note=second.note), DayHead(day=0, size=1, note=first.note)]
        assert outside.days(tx, 90) == kept and outside.days(tx, 1) == kept[:1]
        assert (outside.note_of_day(tx, 0), outside.note_of_day(tx, 5 * DAY)) == (first.note, None)

    await database.write(work)


async def test_the_first_answer_of_an_anchor_to_a_head_stays(database: Database) -> None:
    def answer(anchor: str, head: Signed, receipt: bytes) -> Anchored:
        return Anchored(
            anchor=anchor,
            kind="rfc3161",
            size=head.size,
            note=head.note,
            at=7,
            content_type="application/timestamp-reply",
            receipt=receipt,
        )

    def work(tx: Connection) -> None:
        first, second = grown(tx, DAY), grown(tx, 2 * DAY)
        one = answer("tsa", first, b"\x00one")
        assert outside.last_anchored(tx, "tsa") == 0
        assert outside.keep_anchored(tx, one, DAY) and not outside.keep_anchored(tx, answer("tsa", first, b"two"), DAY)
        assert outside.keep_anchored(tx, answer("other", first, b"three"), DAY)
        assert outside.keep_anchored(tx, answer("tsa", second, b"four"), DAY)
        assert [found.anchor for found in outside.anchored_at(tx, 1)] == ["other", "tsa"]
        assert outside.anchored_at(tx, 1)[1] == one
        assert (outside.last_anchored(tx, "tsa"), outside.last_anchored(tx, "other")) == (2, 1)

    await database.write(work)
