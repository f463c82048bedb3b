"""A large configuration is read in a process of its own.

Reading takes several times the memory of what is read, and a process hardly gives back what it once took
(docs/adr/0117).
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from config.alike import share
from config.apart import NotDone, apart
from config.load import load
from config.model import Config
from config.node import ConfigError, Problem
from upheld.installed import installed

LARGE = 1 << 17
"""Bytes of YAML: some hundreds of checks. Less is read here and now, which is quicker."""


def loaded(path: Path) -> Config:
    """As `config.load.load`, for a process that lives long. Raises ConfigError."""
    if _size(path) >= LARGE:
        with suppress(NotDone):
            return _taken(apart(read, path))
    return load(path, kinds=installed().registries)


def read(path: Path) -> Config | Sequence[Problem]:
    """What stands there, or everything that is wrong with it."""
    try:
        return load(path, kinds=installed().registries)
    except ConfigError as error:
        return error.problems


def _size(path: Path) -> int:
    try:
        files = path.glob("*.y*ml") if path.is_dir() else (path,)
        return sum(file.stat().st_size for file in files)
    except OSError:
        return 0


def _taken(found: Config | Sequence[Problem]) -> Config:
    if not isinstance(found, Config):
        raise ConfigError(found)
    share(found.components.values())
    return found
