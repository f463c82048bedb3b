"""Where things lie: paths relative to the configuration's folder, the signing key beside the database, addresses."""

import re
from pathlib import Path

from config.model import Signing, Store
from config.node import Mark, Node
from config.reader import Report, what
from config.secret import HIDDEN, Secret

_SQLITE = "sqlite:///"
_PASSWORD = re.compile(r"(//[^:/@]*):[^/]*@")


def settle(parts: dict[str, object], root: Node, folder: Path, report: Report) -> None:
    """Make the store's file and the key's absolute, in place; report addresses that are none."""
    store, signing = parts["store"], parts["signing"]
    assert isinstance(store, Store) and isinstance(signing, Signing)
    store = _store(store, root.walk("store", "url")[0].mark, folder, report)
    home = folder if "key_file" in signing.model_fields_set or store.sqlite_file is None else store.sqlite_file.parent
    parts["store"] = store
    parts["signing"] = Signing(key_file=home / signing.key_file)
    listen = root.get("listen")
    for name in ("address", "public", "internal"):
        _address(listen.get(name) if listen is not None else None, report)


def _store(store: Store, mark: Mark, folder: Path, report: Report) -> Store:
    written = store.url.reveal()
    if written.startswith(_SQLITE):
        name = written.removeprefix(_SQLITE)
        if not name or "\0" in name:
            report.add(mark, "the database has no file; write sqlite:///upheld.db")
            return store
        url = f"{_SQLITE}{folder / name}"
        return Store(url=Secret(url, store.url.reference if "${" in store.url.reference else url))
    if not written.startswith("postgresql://"):
        report.add(mark, "a store is sqlite:///upheld.db or postgresql://user@host/upheld")
    if "${" in store.url.reference:
        return store
    return Store(url=Secret(written, _PASSWORD.sub(rf"\1:{HIDDEN}@", written)))


def _address(written: Node | None, report: Report) -> None:
    if written is None or written.text is None:
        return
    host, _, port = written.text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port[:6]) > 65535:
        report.add(written.mark, f"{what(written)} is no address to listen on; write 127.0.0.1:8080")
