"""The whole program in a process of its own, as an operator runs it: its commands, its addresses, its signals."""

import base64
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
from typing import IO, Any, Self, TypeAlias

import yaml
from typing_extensions import override

from tests.servers.program import HOST, PATIENCE, Process, Program, free_port
from tests.servers.warm import COMMAND, Done, Forked, Streams, command

# Run where the server is in another network namespace; a line of JSON each: requests in, answers or what failed out.
ASK = f"""
import base64, json, sys, urllib.error, urllib.request
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given): return None
def ask(method, url, headers, body):
    data = None if body is None else base64.b64decode(body)
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try: answer = urllib.request.build_opener(Stay).open(request, timeout={PATIENCE})
    except urllib.error.HTTPError as error: answer = error
    with answer: read = base64.b64encode(answer.read()).decode()
    return [answer.status, {{k.lower(): v for k, v in answer.headers.items()}}, read]
for line in sys.stdin:
    try: came = ask(*json.loads(line))
    except OSError as error: came = str(error)
    print(json.dumps(came), flush=True)
"""


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


class CommandFailed(RuntimeError):
    """A command of ours did not exit with 0."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are answers like others."""

    @override
    def redirect_request(self, *given: object) -> None:
        return None


class Site(Program):
    """A command of ours that serves pages at `url`, asked from inside its namespace when there is a `prefix`.

    Redirects are not followed.
    """

    def __init__(
        self,
        words: Sequence[str],
        folder: Path,
        port: int,
        *,
        host: str = HOST,
        prefix: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.url = f"http://{host}:{port}"
        self.prefix = list(prefix)
        self._inside: subprocess.Popen[str] | None = None
        super().__init__([*prefix, COMMAND, *words], folder, environment=environment)

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

    @override
    def stop(self, timeout: float = PATIENCE) -> int | None:
        if self._inside is not None:
            self._inside.kill()
            self._inside.communicate()
            self._inside = None
        return super().stop(timeout)

    def wait_ready(self, timeout: float = PATIENCE) -> None:
        self.wait_until(self._ready, "/-/ready answers 200", timeout=timeout)

    def kill9(self) -> None:
        """The process is gone without a word; nothing of it is left running."""
        self.kill()

    def term(self, timeout: float = PATIENCE) -> int:
        """SIGTERM; the exit code. Raises NotReady when it has not ended in time."""
        self.process.terminate()
        return self.wait(timeout)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._ask("GET", path, dict(headers or {}), None)

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
        return self._ask("POST", path, sent, body if isinstance(body, bytes) else json.dumps(dict(body)).encode())

    def _ready(self) -> bool:
        try:
            return self.get("/-/ready").status == 200
        except OSError:
            return False

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Answer:
        if self.prefix:
            return self._ask_inside(method, path, headers, body)
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)
        try:
            answer = urllib.request.build_opener(_Stay).open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            came = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(status=answer.status, headers=came, body=answer.read())

    def _ask_inside(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Answer:
        if self._inside is None:
            argv = [*self.prefix, sys.executable, "-c", ASK]
            self._inside = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        asker = self._inside
        assert asker.stdin is not None and asker.stdout is not None
        asked = [method, self.url + path, headers, None if body is None else base64.b64encode(body).decode()]
        asker.stdin.write(json.dumps(asked) + "\n")
        asker.stdin.flush()
        came = json.loads(asker.stdout.readline())
        if isinstance(came, str):
            raise OSError(came)
        status, named, read = came
        return Answer(status=status, headers=named, body=base64.b64decode(read))


class Upheld(Site):
    """`upheld serve` on a configuration given as plain data; `listen`, and a SQLite `store` if none, are filled in.

    Everything it writes is in `folder`. It may be killed and started again: port and database stay.
    """

    def __init__(
        self,
        folder: Path,
        configuration: Mapping[str, Any],
        *,
        host: str = HOST,
        prefix: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.file = folder / "upheld.yaml"
        words = ["serve", "-c", str(self.file)]
        super().__init__(words, folder, free_port(), host=host, prefix=prefix, environment=environment)
        self.host = host
        self.configure(configuration)

    def configure(self, configuration: Mapping[str, Any]) -> None:
        """Writes the file anew; a running server sees it at the next reload or start."""
        listen = {"address": f"{self.host}:{self.port}"}
        document = {"store": {"url": f"sqlite:///{self.folder}/upheld.db"}, **configuration}
        document["listen"] = {**listen, **document.get("listen", {})}
        self.file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))

    def reload(self) -> None:
        """SIGHUP, as an operator would."""
        self.process.send_signal(signal.SIGHUP)

    def command(self, *words: str, timeout: float = PATIENCE, stdin: str | None = None) -> Done:
        """A command beside the server (or without one), with this configuration."""
        environment = {**self.environment, "UPHELD_CONFIG": str(self.file)}
        return command(words, self.folder, environment, prefix=self.prefix, timeout=timeout, stdin=stdin)

    def cli(self, *words: str, timeout: float = PATIENCE) -> Any:
        """The same, its output read as JSON. Raises CommandFailed with what it said when it fails."""
        done = self.command(*words, timeout=timeout)
        if done.code:
            raise CommandFailed(f"upheld {' '.join(words)} exited with {done.code}: {done.out}{done.err}")
        return done.json()

    def incidents(self, *, resolved: bool = False) -> list[dict[str, Any]]:
        """`upheld incident list --json`, with `--all` when `resolved`."""
        return list(self.cli("incident", "list", "--json", *(["--all"] if resolved else [])))


class Warm(Upheld):
    """The same, begun with everything imported: a start costs a sixth of the processor.

    Not for a test of the start itself, or of what the whole program takes.
    """

    @override
    def _begin(self, output: IO[bytes]) -> Process:
        streams = Streams(Path(os.devnull), self.output_file, self.output_file)
        return Forked(self.argv[1:], self.folder, self.environment, streams)


Serve: TypeAlias = Callable[[Mapping[str, Any]], Upheld]
"""What the fixture `serve` gives."""


class Demo(Site):
    """`upheld demo`, started in an empty folder as a newcomer does."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        environment = {"COLUMNS": "200", "NO_COLOR": "1", "HOME": os.environ.get("HOME", str(folder))}
        super().__init__(["demo", "--port", str(port)], folder, port, environment=environment)
