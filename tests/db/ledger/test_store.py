"""The ledger in the store, on both databases: dense, whole or not at all, provable, never changed."""

import asyncio
from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from db.engine import Database
from db.ledger import store
from db.ledger.canonical import NotCanonical
from db.ledger.leaf import Leaf, opens, read
from db.ledger.tree import EMPTY, consistent, full_root, includes, leaf_hash, nodes_over, root
from db.tables.ledger import leaf as table
from db.tables.ledger import node, opening

NOW = 1_788_523_200_000


def fact(number: int, stream: str = "transition/shop") -> Leaf:
    return Leaf(kind="transition", stream=stream, body={"number": number})


def said(text: str) -> Leaf:
    return Leaf(kind="case", stream="case/CASE-2026-0001", body={"seq": 1}, private={"by": "person:li", "text": text})


def hashes(tx: Connection) -> list[bytes]:
    return list(tx.scalars(select(table.c.hash).order_by(table.c.index)))


async def test_leaves_are_numbered_densely_in_all_and_in_their_stream(database: Database) -> None:
    def work(tx: Connection) -> list[int]:
        first = store.append(tx, fact(1), NOW)
        more = store.append_all(tx, [fact(2, "check/shop/home"), fact(3), fact(4, "check/shop/home")], NOW)
        return [first, *more, store.append(tx, fact(5), NOW)]

    assert await database.write(work) == [0, 1, 2, 3, 4]
    kept = await database.read(lambda tx: store.leaves_of(tx, ["transition/shop", "check/shop/home"], 5))
    assert [(one.entry.stream, one.entry.n, one.entry.body["number"]) for one in kept] == [
        ("transition/shop", 0, 1),
        ("check/shop/home", 0, 2),
        ("transition/shop", 1, 3),
        ("check/shop/home", 1, 4),
        ("transition/shop", 2, 5),
    ]
    assert await database.read(lambda tx: store.append_all(tx, [], NOW)) == []


async def test_a_clock_that_was_set_back_makes_no_leaf_older_than_the_one_before(database: Database) -> None:
    for at in (NOW, NOW - 3_600_000, NOW + 1):
        await database.write(partial(store.append, leaf=fact(1), now=at))
    kept = await database.read(lambda tx: store.leaves_of(tx, ["transition/shop"], 3))
    assert [one.entry.recorded_at for one in kept] == [NOW, NOW, NOW + 1]


async def test_what_is_read_is_what_was_hashed(database: Database) -> None:
    await database.write(lambda tx: store.append(tx, fact(1), NOW))
    kept = await database.read(lambda tx: store.newest_of(tx, "transition/shop"))
    assert kept is not None
    assert await database.read(hashes) == [leaf_hash(kept.data)]
    assert read(kept.data) == kept.entry
    assert kept.entry.recorded_at == NOW
    assert await database.read(lambda tx: store.newest_of(tx, "transition/none")) is None


async def test_work_that_fails_leaves_neither_its_fact_nor_its_leaf(database: Database) -> None:
    """Alone and in a group with others; what comes after takes the numbers it would have had."""

    def fails(tx: Connection) -> None:
        store.append(tx, fact(13), NOW)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.write(fails)
    works = [fails if number % 3 == 0 else partial(store.append, leaf=fact(1), now=NOW) for number in range(30)]
    results = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)

    assert sum(isinstance(one, ValueError) for one in results) == 10
    kept = await database.read(lambda tx: store.leaves_of(tx, ["transition/shop"], 100))
    assert [one.index for one in kept] == [one.entry.n for one in kept] == list(range(20))
    assert {one.entry.body["number"] for one in kept} == {1}


async def test_a_fact_that_has_no_canonical_form_takes_its_transaction_along(database: Database) -> None:
    def work(tx: Connection) -> None:
        store.append_all(tx, [fact(1), Leaf(kind="transition", stream="transition/shop", body={"half": 0.5})], NOW)

    with pytest.raises(NotCanonical, match="float"):
        await database.write(work)
    assert await database.read(store.size) == 0


async def test_many_at_once_stay_dense(database: Database) -> None:
    names = [f"transition/c{number % 7}" for number in range(300)]
    works = [partial(store.append, leaf=fact(1, name), now=NOW) for name in names]
    await asyncio.gather(*(database.write(work) for work in works))

    kept = await database.read(lambda tx: store.leaves_of(tx, set(names), 300))
    assert [one.index for one in kept] == list(range(300))
    for name in set(names):
        numbers = [one.entry.n for one in kept if one.entry.stream == name]
        assert numbers == list(range(len(numbers)))


async def test_proofs_from_the_store_are_those_of_the_tree(database: Database) -> None:
    sizes = [0, 1, 255, 256, 257, 511, 512, 700]
    await database.write(lambda tx: store.append_all(tx, [fact(number) for number in range(700)], NOW) and None)
    leaves = await database.read(hashes)
    plain = nodes_over(leaves)

    roots = await database.read(lambda tx: {size: store.root_at(tx, size) for size in sizes})
    assert roots == {size: root(size, plain) for size in sizes}
    assert roots[0] == EMPTY
    for size in sizes[1:]:
        indexes = sorted({0, size // 2, size - 1})
        proofs = await database.read(partial(store.inclusions, indexes=indexes, leaves=size))
        for index, proof in zip(indexes, proofs, strict=True):
            assert includes(roots[size], size, index, leaves[index], proof)
    for first, second in pairwise(sizes):
        proof = await database.read(partial(store.consistency_of, first=first, second=second))
        assert consistent(roots[first], first, roots[second], second, proof)
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(node))) == 2


async def test_a_group_of_groups_has_a_node_of_its_own(database: Database) -> None:
    """As if 255 groups had been appended: the 65536th leaf ends the last of them and the group of groups."""
    made_up = [leaf_hash(f"group {number}".encode()) for number in range(255)]

    def before(tx: Connection) -> None:
        rows = [{"level": 1, "index": number, "hash": one} for number, one in enumerate(made_up)]
        tx.execute(insert(node), rows)
        last = {"index": 65_279, "kind": "check", "stream": "check/a/b", "n": 0, "recorded_at": 1}
        tx.execute(insert(table), {**last, "bytes": b"", "hash": EMPTY})

    await database.write(before)
    await database.write(lambda tx: store.append_all(tx, [fact(number) for number in range(256)], NOW) and None)

    group = full_root((await database.read(hashes))[1:])
    kept = await database.read(lambda tx: tx.scalar(select(node.c.hash).where(node.c.level == 2)))
    assert kept == full_root([*made_up, group])
    assert await database.read(lambda tx: store.nodes(tx)(16, 0)) == kept
    assert await database.read(lambda tx: store.nodes(tx)(15, 0)) == full_root(made_up[:128])


async def test_there_is_no_proof_about_leaves_to_come(database: Database) -> None:
    await database.write(lambda tx: store.append(tx, fact(1), NOW))
    for size in (2, -1):
        with pytest.raises(ValueError, match="has 1 leaves"):
            await database.read(partial(store.root_at, leaves=size))
    with pytest.raises(ValueError, match="no leaf 1"):
        await database.read(lambda tx: store.inclusions(tx, [1], 1))


@pytest.mark.parametrize("kept", ["ledger_leaf", "ledger_node"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET hash = hash", "DELETE FROM {}"])
async def test_the_database_refuses_to_change_or_delete_what_was_appended(
    database: Database, kept: str, deed: str
) -> None:
    await database.write(lambda tx: store.append_all(tx, [fact(number) for number in range(256)], NOW) and None)

    with pytest.raises(DBAPIError, match="append-only"):
        await database.write(lambda tx: tx.execute(text(deed.format(kept))) and None)

    assert await database.read(store.size) == 256


async def test_erasure_destroys_the_words_and_leaves_the_leaf(database: Database) -> None:
    await database.write(lambda tx: store.append_all(tx, [said("陈静 telephoned"), fact(1)], NOW) and None)
    opened = await database.read(lambda tx: dict(store.openings_of(tx, range(10))))
    kept = await database.read(lambda tx: store.newest_of(tx, "case/CASE-2026-0001"))
    assert kept is not None and list(opened) == [0]
    assert opens(kept.entry, opened[0])
    assert opened[0].private == {"by": "person:li", "text": "陈静 telephoned"}
    before = await database.read(lambda tx: store.root_at(tx, 2))

    assert await database.write(lambda tx: store.erase(tx, [0, 1])) == 1

    assert await database.read(lambda tx: dict(store.openings_of(tx, range(10)))) == {}
    assert await database.read(lambda tx: store.root_at(tx, 2)) == before
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(opening))) == 0


async def test_equal_words_are_not_recognised_by_their_hash(database: Database) -> None:
    await database.write(lambda tx: store.append_all(tx, [said("yes"), said("yes")], NOW) and None)
    kept = await database.read(lambda tx: store.leaves_of(tx, ["case/CASE-2026-0001"], 2))
    assert kept[0].entry.private_hash != kept[1].entry.private_hash


async def test_streams_are_found_by_the_beginning_of_their_name(database: Database) -> None:
    names = ["check/a/b", "check/Z/z", "check/网/店", "checks/a", "check", "observed/a/b@local"]
    await database.write(lambda tx: store.append_all(tx, [fact(1, name) for name in names], NOW) and None)
    await database.write(lambda tx: store.append(tx, fact(2, "check/a/b"), NOW) and None)

    found = await database.read(lambda tx: store.streams_below(tx, "check/"))
    newest = await database.read(lambda tx: list(store.newest_below(tx, "check/")))

    assert found == ["check/Z/z", "check/a/b", "check/网/店"]
    assert {kept.entry.stream: kept.entry.body["number"] for kept in newest} == {
        "check/a/b": 2,
        "check/Z/z": 1,
        "check/网/店": 1,
    }
