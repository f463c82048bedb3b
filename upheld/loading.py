"""A large configuration is read in a process of its own.

Reading takes several times the memory of what is read, and a process hardly gives back what it once took
(docs/adr/0117).
"""

import pickle
import subprocess
import sys
from pathlib import Path

from config.alike import share
from config.load import load
from config.model import Config
from config.node import ConfigError
from upheld.installed import installed

LARGE = 1 << 17
"""Bytes of YAML: some hundreds of checks. Less is read here and now, which is quicker."""


def loaded(path: Path) -> Config:
    """As `config.load.load`, for a process that lives long. Raises ConfigError."""
    if _size(path) >= LARGE:
        argv = [sys.executable, "-P", "-m", "upheld.loading", str(path)]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
        if done.returncode == 0:
            return _taken(done.stdout)
    return load(path, kinds=installed().registries)


def _size(path: Path) -> int:
    try:
        files = path.glob("*.y*ml") if path.is_dir() else (path,)
        return sum(file.stat().st_size for file in files)
    except OSError:
        return 0


def _taken(told: bytes) -> Config:
    found = pickle.loads(told)
    if not isinstance(found, Config):
        raise ConfigError(found)
    share(found.components.values())
    return found


def main(path: Path) -> None:
    found: object
    try:
        found = load(path, kinds=installed().registries)
    except ConfigError as error:
        found = error.problems
    pickle.dump(found, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
