"""A real program started for a test: waited for, kept to its process id, its output ready for the failure message."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, Self, TypeVar

import psutil

HOST = "127.0.0.1"
PATIENCE = 120.0
"""Seconds until what must come is given up; on a busy machine all takes its time."""
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
# Below the kernel's ephemeral range, so that no outgoing connection takes a port between choosing and listening.
_PORTS = itertools.cycle(range(20_000 + os.getpid() * 37 % 11_000, 32_000))

T = TypeVar("T")


class MissingProgram(RuntimeError):
    """A program the tests need is not installed. Tests fail then, they are never left out."""

    def __init__(self, name: str, package: str) -> None:
        super().__init__(
            f"{name} is not installed: make servers (or: apt-get install --no-install-recommends {package})"
        )


class NotReady(RuntimeError):
    """What was waited for did not come; the message carries the program's own output."""


def find_program(name: str, package: str) -> str:
    """The full path. Raises MissingProgram with the command that installs it."""
    path = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_FOLDERS]))
    if path is None:
        raise MissingProgram(name, package)
    return path


def free_port(host: str = HOST) -> int:
    """A TCP port nobody listens on now and that this process has not handed out before."""
    for port in itertools.islice(_PORTS, 2_000):
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError("no free port found")


def until(condition: Callable[[], T], what: str, *, timeout: float = PATIENCE, pause: float = 0.02) -> T:
    """Polls until the condition gives something true and returns it. Raises NotReady naming what did not happen."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > end:
            raise NotReady(f"not within {timeout:g} s: {what}; last seen: {value!r}")
        time.sleep(pause)
    return value


def answers(url: str, status: int = 200) -> bool:
    """Whether a GET gives that status now."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return bool(answer.status == status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code == status
    except OSError:
        return False


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder of its own that other users of the machine may walk into, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"upheld-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


STARTED: "list[Program]" = []
"""What was started since the running test began or is still running; conftest shows its output when the test fails."""


class Process(Protocol):
    """What is needed of a `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Program:
    """One child process. `start` may be called again after it ended; `cpu` and `memory` count its children too."""

    def __init__(
        self,
        argv: Sequence[str],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.argv = list(argv)
        self.folder = folder
        self.environment = {**os.environ, **(environment or {})}
        self.user = user
        self.stop_signal = stop_signal
        self.output_file = folder / f"{Path(argv[0]).name}.{next(_PORTS)}.out"
        self._process: Process | None = None
        self._kept = ""
        self.told = 0
        """How much of the output is known to belong to an earlier test."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def process(self) -> Process:
        if self._process is None:
            raise RuntimeError(f"{self.argv[0]} was not started")
        return self._process

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def output(self) -> str:
        """What it has written so far to both streams, over all its starts."""
        return self.output_file.read_text(errors="replace") if self.output_file.exists() else self._kept

    def start(self) -> None:
        if self.running:
            raise RuntimeError(f"{self.argv[0]} runs already")
        with self.output_file.open("ab") as output:
            self._process = self._begin(output)
        STARTED.append(self)

    def _begin(self, output: IO[bytes]) -> Process:
        return subprocess.Popen(
            self.argv,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
        )

    def wait_until(self, condition: Callable[[], T], what: str, *, timeout: float = PATIENCE) -> T:
        """Like `until`, but gives up at once when the program has ended, and shows its output."""

        def ready() -> T:
            if not self.running:
                raise NotReady(f"{self.argv[0]} ended with {self.process.returncode} before: {what}")
            return condition()

        try:
            return until(ready, what, timeout=timeout)
        except NotReady as error:
            error.add_note(self.output[-4000:])
            raise

    def wait(self, timeout: float = PATIENCE) -> int:
        """The exit code once it has ended by itself."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise NotReady(f"{self.argv[0]} still runs after {timeout:g} s\n{self.output[-4000:]}") from error

    def stop(self, timeout: float = PATIENCE) -> int | None:
        """Asks it to end, ends it by force after `timeout`; None when it was never started."""
        if self._process is None:
            return None
        family = self.family()
        if self.running:
            self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _end(family)
        self._kept = self.output
        return self._process.returncode

    def kill(self) -> None:
        """kill -9 of the program and everything it started."""
        family = self.family()
        self.process.kill()
        self.process.wait()
        _end(family)
        self._kept = self.output

    def family(self) -> list[psutil.Process]:
        """The program and its living descendants."""
        try:
            own = psutil.Process(self.pid)
            return [own, *own.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def cpu(self) -> float:
        """CPU seconds, user and system, charged so far to it, its living children and the children it has reaped."""
        total = 0.0
        for member in self.family():
            try:
                times = member.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
        return total

    def memory(self) -> int:
        """Resident bytes of it and its children."""
        total = 0
        for member in self.family():
            try:
                total += int(member.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        return total


def _end(family: Sequence[psutil.Process]) -> None:
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
