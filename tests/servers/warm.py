"""Our commands in processes of their own that begin with everything imported.

An interpreter that starts from nothing spends a second of the processor on imports, and a scenario runs many commands.
"""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NamedTuple

from tests.servers.program import PATIENCE
from upheld.cli import main
from upheld.installed import installed

COMMAND = str(Path(sys.executable).with_name("upheld"))
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [__name__, "upheld.serve", *(f"upheld.cli.{name}" for name in ("case", "incident", "server", "statement"))]
)
installed()  # imports every plug-in


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def command(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    prefix: Sequence[str] = (),
    timeout: float = PATIENCE,
    stdin: str | None = None,
) -> Done:
    """`upheld` with these words in that folder; behind a `prefix` it starts from nothing.

    Raises subprocess.TimeoutExpired when it has not ended in time.
    """
    if prefix:
        done = subprocess.run(
            [*prefix, COMMAND, *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            input=stdin,
        )
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)
    with tempfile.TemporaryDirectory() as made:
        streams = Streams(*(Path(made) / name for name in ("in", "out", "err")))
        streams.given.write_text(stdin or "")
        process = begin(words, folder, environment, streams)
        process.join(timeout)
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["upheld", *words], timeout)
        process.close()
        return Done(code=code, out=streams.out.read_text(), err=streams.err.read_text())


class Streams(NamedTuple):
    """Files in place of a terminal."""

    given: Path
    out: Path
    err: Path


def begin(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    streams: Streams,
    first: Callable[[], None] | None = None,
) -> ForkServerProcess:
    """The same, not waited for; `first` (it is pickled) runs in the process before the command."""
    process = _FORKS.Process(target=_run, args=(list(words), folder, dict(environment), streams, first))
    process.start()
    return process


class Forked:
    """A command that runs on, in a session of its own; to be used like a `subprocess.Popen`."""

    def __init__(self, words: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Streams) -> None:
        self._words = words
        self._process = begin(words, folder, environment, streams, os.setsid)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(["upheld", *self._words], timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(
    words: list[str], folder: Path, environment: dict[str, str], streams: Streams, first: Callable[[], None] | None
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600), number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.argv = ["upheld", *words]
    if first is not None:
        first()
    sys.exit(main())
