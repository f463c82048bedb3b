"""Files a page needs, served under a name that holds their content's hash: they can be cached for ever."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """`name` is `page.1a2b3c4d.css`; `body` and its gzip."""

    name: str
    content_type: str
    body: bytes
    gzipped: bytes


@cache
def assets(room: str) -> Mapping[str, Asset]:
    """File name (`page.css`) -> asset, of the shared look and then of the room's own `static` folder."""
    found: dict[str, Asset] = {}
    for package in ("config.look", room):
        folder = files(package) / "static"
        if not folder.is_dir():
            continue
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            stem, _, suffix = file.name.rpartition(".")
            if suffix in _TYPES:
                body = file.read_bytes()
                name = f"{stem}.{sha256(body).hexdigest()[:10]}.{suffix}"
                packed = gzip.compress(body, mtime=0)
                found[file.name] = Asset(name=name, content_type=_TYPES[suffix], body=body, gzipped=packed)
    return MappingProxyType(found)
