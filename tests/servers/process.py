"""The whole program in a process of its own, as an operator runs it: its commands, its addresses, its signals."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

import yaml
from typing_extensions import override

from tests.servers.program import HOST, Program, free_port

COMMAND = str(Path(sys.executable).with_name("upheld"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class CommandFailed(RuntimeError):
    """A command of ours did not exit with 0."""


class Upheld(Program):
    """`upheld serve` on a configuration given as plain data; `listen`, and a SQLite `store` if none, are filled in.

    Everything it writes is in `folder`. It may be killed and started again: port and database stay.
    """

    def __init__(
        self,
        folder: Path,
        configuration: Mapping[str, Any],
        *,
        prefix: Sequence[str] = (),
        host: str = HOST,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = ("serve",),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.host = host
        self.url = f"http://{host}:{self.port}"
        self.file = folder / "upheld.yaml"
        self.prefix = list(prefix)
        super().__init__([*prefix, COMMAND, *command, "-c", str(self.file)], folder, environment=environment)
        self.configure(configuration)

    @override
    def __enter__(self) -> Self:
        """Starts and waits until it is ready."""
        self.start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def configure(self, configuration: Mapping[str, Any]) -> None:
        """Writes the file anew; a running server sees it at the next reload or start."""
        listen = {"address": f"{self.host}:{self.port}"}
        document = {"listen": listen, "store": {"url": f"sqlite:///{self.folder}/upheld.db"}, **configuration}
        self.file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))

    def wait_ready(self, timeout: float = 15.0) -> None:
        self.wait_until(lambda: self._status("/-/ready") == 200, "/-/ready answers 200", timeout=timeout)

    def kill9(self) -> None:
        """The process is gone without a word; nothing of it is left running."""
        self.kill()

    def term(self, timeout: float = 10.0) -> int:
        """SIGTERM; the exit code. Raises NotReady when it has not ended in time."""
        self.process.terminate()
        return self.wait(timeout)

    def reload(self) -> None:
        """SIGHUP, as an operator would."""
        self.process.send_signal(signal.SIGHUP)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._request(urllib.request.Request(self.url + path, headers=dict(headers or {})))

    def post(
        self,
        path: str,
        body: bytes | Mapping[str, Any] = b"",
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A mapping goes out as JSON."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        data = body if isinstance(body, bytes) else json.dumps(dict(body)).encode()
        return self._request(urllib.request.Request(self.url + path, data=data, headers=sent, method="POST"))

    def command(self, *words: str, timeout: float = 30.0, stdin: str | None = None) -> Done:
        """A command beside the server (or without one), with this configuration."""
        environment = {**self.environment, "UPHELD_CONFIG": str(self.file)}
        argv = [*self.prefix, COMMAND, *words]
        done = subprocess.run(
            argv,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            input=stdin,
        )
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)

    def cli(self, *words: str, timeout: float = 30.0) -> Any:
        """The same, its output read as JSON. Raises CommandFailed with what it said when it fails."""
        done = self.command(*words, timeout=timeout)
        if done.code:
            raise CommandFailed(f"upheld {' '.join(words)} exited with {done.code}: {done.out}{done.err}")
        return done.json()

    def incidents(self, *, resolved: bool = False) -> list[dict[str, Any]]:
        """`upheld incident list --json`, with `--all` when `resolved`."""
        return list(self.cli("incident", "list", "--json", *(["--all"] if resolved else [])))

    def _status(self, path: str) -> int | None:
        if self.prefix:
            return self._status_inside(path)
        try:
            return self.get(path).status
        except OSError:
            return None

    def _status_inside(self, path: str) -> int | None:
        """Asked from where the server runs, which may be another network namespace."""
        script = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=2).status)"
        argv = [*self.prefix, sys.executable, "-c", script, self.url + path]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
        return int(done.stdout) if done.returncode == 0 else None

    def _request(self, request: urllib.request.Request) -> Answer:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(status=answer.status, headers=headers, body=answer.read())
        except urllib.error.HTTPError as error:
            with error:
                headers = {name.lower(): value for name, value in error.headers.items()}
                return Answer(status=error.code, headers=headers, body=error.read())


Serve: TypeAlias = Callable[[Mapping[str, Any]], Upheld]
"""What the fixture `serve` gives."""


class Demo(Program):
    """`upheld demo`, started in an empty folder as a newcomer does; `url` is the address it was told to use."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        environment = {"COLUMNS": "200", "NO_COLOR": "1", "HOME": os.environ.get("HOME", str(folder))}
        super().__init__([COMMAND, "demo", "--port", str(self.port)], folder, environment=environment)
