"""The one list of keys that this version understands and checks, but does not act upon yet."""

from collections.abc import Iterator

from config.node import Node, Notice

NOT_IN_USE: tuple[tuple[str, ...], ...] = (
    ("listen", "public"),
    ("listen", "internal"),
    ("access", "oidc"),
    ("customers", "*", "registration"),
    ("customers", "*", "agreements", "*", "reports"),
    ("customers", "*", "agreements", "*", "indicators"),
    ("customers", "*", "agreements", "*", "handling", "result"),
    ("customers", "*", "agreements", "*", "handling", "customer_log"),
    ("customers", "*", "agreements", "*", "rating"),
    ("customers", "*", "agreements", "*", "duties"),
    ("customers", "*", "agreements", "*", "contacts"),
    ("customers", "*", "agreements", "*", "availability", "lapse"),
    ("customers", "*", "agreements", "*", "availability", "answer"),
)
"""Paths in the long form; `*` stands for any name or number."""


def not_in_use(root: Node) -> tuple[Notice, ...]:
    """Each such key that was written, with its place."""
    return tuple(notice for path in NOT_IN_USE for notice in _find(root, path, ()))


def _find(node: Node, path: tuple[str, ...], above: tuple[str, ...]) -> Iterator[Notice]:
    head, *rest = path
    if isinstance(node.value, list):
        entries = {str(index): entry for index, entry in enumerate(node.value)}
    else:
        entries = node.mapping
    for key in entries if head == "*" else [head] if head in entries else []:
        here = (*above, key)
        if rest:
            yield from _find(entries[key], tuple(rest), here)
        else:
            yield Notice(where=str(node.key_mark(key)), key=".".join(here))
