"""The Merkle tree of RFC 9162, section 2.1: hashes, roots, proofs, and the checking of proofs.

The tree over the leaves [start, end) is split at the largest power of two smaller than their number. A *place*
(level, index) names the full subtree over the leaves [index << level, (index + 1) << level); a `Node` gives its hash,
so that whoever keeps some inner hashes need not read every leaf. Whoever checks a proof trusts nothing in it: one that
is too long, too short or for an index out of range is no proof.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import TypeAlias

HASH_BYTES = 32
EMPTY = sha256(b"").digest()
"""The root of the tree without leaves."""

Node: TypeAlias = Callable[[int, int], bytes]
"""(level, index) -> hash."""


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def nodes_over(leaves: Sequence[bytes]) -> Node:
    """From the hashes of all leaves, nothing kept."""

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def levels_over(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The hashes themselves, then those of each pair, and so on; one left over at an end belongs to no pair."""
    levels = [list(hashes)]
    while len(below := levels[-1]) > 1:
        levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return levels


def full_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes of one level."""
    return levels_over(hashes)[-1][0]


def root(size: int, node: Node) -> bytes:
    """Of the tree over the first `size` leaves."""
    return _subtree(0, size, node) if size else EMPTY


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """That the leaf `index` is in the tree of `size` leaves (2.1.3.1). Raises ValueError where it is not."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    siblings: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((start, middle))
            start = middle
    return [_subtree(*sibling, node) for sibling in reversed(siblings)]


def consistency(first: int, second: int, node: Node) -> list[bytes]:
    """That the tree of `first` leaves is the beginning of that of `second` (2.1.4.1); empty where nothing is to show.

    Raises ValueError when the first is larger.
    """
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {first} leaves is not the beginning of one of {second}")
    if first in (0, second):
        return []
    ranges: list[tuple[int, int]] = []
    start, end = 0, second
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start > 0:
        ranges.append((start, end))
    return [_subtree(*one, node) for one in reversed(ranges)]


def includes(root_hash: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the leaf's hash to the root (2.1.3.2)."""
    if not 0 <= index < size or not _hashes(root_hash, leaf, *proof):
        return False
    place, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(other, found)
            place, last = _up_to_a_right_child(place, last)
        else:
            found = node_hash(found, other)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root_hash


def consistent(first_root: bytes, first: int, second_root: bytes, second: int, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the second tree only adds to the first (2.1.4.2)."""
    if not 0 <= first <= second or not _hashes(first_root, second_root, *proof):
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(other, old), node_hash(other, new)
            place, last = _up_to_a_right_child(place, last)
        else:
            new = node_hash(new, other)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _up_to_a_right_child(place: int, last: int) -> tuple[int, int]:
    """A node that is the last of its level and a left child has no sibling; its hash moves up as it is."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _subtree(start: int, end: int, node: Node) -> bytes:
    hashes = [node(level, index) for level, index in _full_places(start, end)]
    found = hashes.pop()
    while hashes:
        found = node_hash(hashes.pop(), found)
    return found


def _full_places(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The full subtrees that [start, end) consists of, each smaller than the one before."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _hashes(*values: bytes) -> bool:
    return all(isinstance(value, bytes) and len(value) == HASH_BYTES for value in values)
