"""Whether a text that customers read names what is another's: him, or a component that not all of them have. Pure.

It guards against a slip. It knows ids and names, nothing else that tells who is meant.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from config.model import Config
from config.value import Text

NAMES = "the customers whom it concerns read it, and it names {name}, which is not theirs; say it without"
_SHORTEST = 3
"""Letters of a name that is looked for: shorter ones stand in too many words."""


def another_named(text: Text | None, readers: Collection[str], config: Config) -> str | None:
    """What it names that not every one of them may read of. What is on a public page everybody may."""
    said = " ".join(_texts(text or ""))
    return next((name for name in _others(readers, config) if _names(said, name)), None) if readers else None


def concerned(components: Iterable[str], config: Config) -> list[str]:
    """Customers of any version of an agreement that covers one of them: those who read of it."""
    wanted = set(components)
    return list({one.customer: None for one in config.agreements() if wanted & set(one.components)})


def _others(readers: Collection[str], config: Config) -> Iterator[str]:
    has: dict[str, set[str]] = {}
    for one in config.agreements():
        has.setdefault(one.customer, set()).update(one.components)
    for id, customer in config.customers.items():
        if any(reader != id for reader in readers):
            yield from (id, *_texts(customer.name))
    common = set.intersection(*(has.get(reader, set()) for reader in readers))
    for id in sorted(set().union(*has.values()) - common - _public(config)):
        known = config.components.get(id)
        yield from (id, *(() if known is None else _texts(known.name)))


def _public(config: Config) -> set[str]:
    entries = [entry for page in config.pages.values() for entry in page.components]
    return {id for entry in entries for id in ((entry,) if isinstance(entry, str) else entry.of)}


def _texts(text: Text) -> tuple[str, ...]:
    return tuple(text.values()) if isinstance(text, Mapping) else (text,)


def _names(said: str, name: str) -> bool:
    """As a word of its own; Chinese has no spaces to tell words by."""
    if not name.isascii():
        return name in said
    word = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    return len(name) >= _SHORTEST and re.search(word, said, re.ASCII | re.IGNORECASE) is not None
