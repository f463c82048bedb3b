"""The agreements and term sheets that ship with the program, named `name@version` and pinned by their hash.

A sheet that a contract names must never change under it: a changed text is a new version, an unpinned one is refused.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Literal

from config.agreement import Sheet
from config.document import compose
from config.node import Node, did_you_mean

Family = Literal["profiles", "terms"]

PINNED: dict[Family, dict[str, str]] = {
    "profiles": {
        "sla-standard@1": "0dd2ddce8c7506fbe42616ec4df66594f98c2373ded7e45ce0e7a4856de9e0fc",
        "support-agreement@1": "6b38915af583ff84a6ce7815583de21b485c3dd0ec286cf8b832a0970696ec5b",
    },
    "terms": {
        "strict-7x24@1": "74bb93a10893f987250a1678e396cc251041fa44e58be1e99da12ccd992aceed",
    },
}


class UnknownSheet(LookupError):
    """No such sheet is shipped; the message names those that are."""


class AlteredSheet(RuntimeError):
    """The installed file is not the one that was pinned; the installation is damaged."""


@cache
def sheet(family: Family, ref: str) -> tuple[Sheet, Node]:
    """The sheet and its tree. Raises UnknownSheet or AlteredSheet."""
    pinned = PINNED[family]
    if ref not in pinned:
        near = did_you_mean(ref, list(pinned))
        raise UnknownSheet(f"'{ref}' is not shipped with this version; known: {', '.join(pinned)}{near}")
    name, _, version = ref.partition("@")
    data = (files("config") / family / f"{name}.yaml").read_bytes()
    digest = sha256(data).hexdigest()
    if digest != pinned[ref]:
        raise AlteredSheet(f"config/{family}/{name}.yaml is not what was released as {ref}: its SHA-256 is {digest}")
    node = compose(data, f"{ref}")
    title = node.get("title")
    written = title.content() if title is not None else ref
    return Sheet.model_validate({"name": name, "version": int(version), "sha256": digest, "title": written}), node
