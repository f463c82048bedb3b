"""The Merkle tree against the vectors every implementation of RFC 6962 shares, and against the RFC read aloud."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.ledger.tree import (
    EMPTY,
    Node,
    consistency,
    consistent,
    full_root,
    includes,
    inclusion,
    leaf_hash,
    nodes_over,
    root,
)

# Certificate Transparency's well-known leaves and the roots over the first 0, 1, … of them.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def oracle_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of the RFC, word by word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = _largest_power_below(len(leaves))
    return sha256(b"\x01" + oracle_root(leaves[:k]) + oracle_root(leaves[k:])).digest()


def oracle_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of the RFC."""
    if len(leaves) == 1:
        return []
    k = _largest_power_below(len(leaves))
    if m < k:
        return [*oracle_path(m, leaves[:k]), oracle_root(leaves[k:])]
    return [*oracle_path(m - k, leaves[k:]), oracle_root(leaves[:k])]


def oracle_subproof(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of the RFC."""
    if m == len(leaves):
        return [] if whole else [oracle_root(leaves)]
    k = _largest_power_below(len(leaves))
    if m <= k:
        return [*oracle_subproof(m, leaves[:k], whole), oracle_root(leaves[k:])]
    return [*oracle_subproof(m - k, leaves[k:], False), oracle_root(leaves[:k])]


def _largest_power_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def leaves_of(size: int) -> list[bytes]:
    return [f"leaf {number}".encode() for number in range(size)]


def node_of(leaves: Sequence[bytes]) -> Node:
    return nodes_over([leaf_hash(one) for one in leaves])


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root(size, node_of(LEAVES)).hex() == ROOTS[size] == oracle_root(LEAVES[:size]).hex()


def test_every_small_tree_agrees_with_the_rfc_read_aloud() -> None:
    leaves = leaves_of(40)
    node = node_of(leaves)
    for size in range(1, 41):
        assert root(size, node) == oracle_root(leaves[:size])
        for index in range(size):
            assert inclusion(index, size, node) == oracle_path(index, leaves[:size])
        for first in range(1, size):
            assert consistency(first, size, node) == oracle_subproof(first, leaves[:size], True)


def test_a_full_level_has_the_root_of_its_tree() -> None:
    hashes = [leaf_hash(one) for one in leaves_of(16)]
    assert full_root(hashes) == root(16, nodes_over(hashes))
    assert full_root(hashes[:1]) == hashes[0]


@given(st.data())
def test_a_proof_of_inclusion_holds_and_only_as_it_is(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    node = node_of(leaves)
    top, leaf, proof = root(size, node), leaf_hash(leaves[index]), inclusion(index, size, node)

    assert includes(top, size, index, leaf, proof)
    assert not includes(top, size, index, leaf, [*proof, EMPTY])
    assert not includes(top, size, index, leaf, [EMPTY, *proof])
    assert not includes(EMPTY, size, index, leaf, proof)
    assert not includes(top, size, index, EMPTY, proof)
    other = data.draw(st.integers(-2, size + 2).filter(lambda one: one != index))
    assert not includes(top, size, other, leaf, proof)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not includes(top, size, index, leaf, [*proof[:at], *proof[at + 1 :]])
        assert not includes(top, size, index, leaf, [*proof[:at], EMPTY, *proof[at + 1 :]])
        assert not includes(top, size, index, leaf, [*proof[:at], proof[at][:31], *proof[at + 1 :]])


@given(st.data())
def test_a_proof_of_consistency_holds_and_only_as_it_is(data: st.DataObject) -> None:
    second = data.draw(st.integers(2, 300))
    first = data.draw(st.integers(1, second - 1))
    node = node_of(leaves_of(second))
    old, new, proof = root(first, node), root(second, node), consistency(first, second, node)

    assert consistent(old, first, new, second, proof)
    assert not consistent(old, first, new, second, [*proof, EMPTY])
    assert not consistent(old, first, new, second, proof[:-1])
    assert not consistent(EMPTY, first, new, second, proof)
    assert not consistent(old, first, EMPTY, second, proof)
    assert not consistent(new, second, old, first, proof)
    at = data.draw(st.integers(0, len(proof) - 1))
    assert not consistent(old, first, new, second, [*proof[:at], EMPTY, *proof[at + 1 :]])


@given(st.integers(2, 200), st.data())
def test_a_changed_past_is_not_the_beginning_of_the_present(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, first - 1))
    leaves = leaves_of(size)
    kept = root(first, node_of(leaves))
    forged = node_of([*leaves[:changed], b"another fact", *leaves[changed + 1 :]])

    assert not consistent(kept, first, root(size, forged), size, consistency(first, size, forged))


def test_nothing_and_itself_are_the_beginning_of_a_tree_without_a_proof() -> None:
    node = node_of(leaves_of(5))
    top = root(5, node)
    assert consistency(0, 5, node) == consistency(5, 5, node) == []
    assert consistent(EMPTY, 0, top, 5, []) and consistent(top, 5, top, 5, [])
    assert not consistent(top, 0, top, 5, [])
    assert not consistent(EMPTY, 0, top, 5, [top])
    assert not consistent(top, 5, EMPTY, 5, [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (6, 5)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    node = node_of(leaves_of(5))
    with pytest.raises(ValueError, match="no leaf"):
        inclusion(index, size, node)
    assert not includes(root(5, node), size, index, leaf_hash(b"leaf 0"), [])


def test_a_larger_tree_is_no_beginning() -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        consistency(6, 5, node_of(leaves_of(6)))
