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
        "after-sales@1": "d96001f3ce65886001dd5a05146ade3dc704f90357527a419ad12e56a5636c5f",
        "assurance-pledge@1": "41fb972fb3ccc33d878d53267ba6141fa308b730d8530401e4ab333fd1c510e3",
        "service-process@1": "611cd93be8264a0b1f6084b6146510cf809cb8484db4947609d2cbb45009b7e2",
        "sla-standard@1": "43d68f236f8e6af4c027970851cfde6488a65b082c3138294f93f33b8967388d",
        "support-agreement@1": "d488adb3419e8fe445879ea71ed1f840db522478af5fd1fa344439e3884814cb",
    },
    "terms": {
        "strict-7x24@1": "27da96802baf1bace261be10507ebe0e7197b84f3a16649b989bc3ce43478c59",
        "total-time@1": "2cdb83644ce30da09dbc3c82af043af93d14530254a8429a9bf7903fcfff94ca",
        "working-hours@1": "8b5efe9b00df086ec932854a4fcf3a69692391bc22ad8626977c6037246c9328",
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
