"""A real HTTP server that keeps every post it gets, as the far end of the webhook channel."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from typing_extensions import override

from tests.servers.program import HOST, PATIENCE, free_port, until


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`at` in POSIX milliseconds; header names in lower case; `answered` is the status given back."""

    at: int
    path: str
    headers: dict[str, str]
    body: bytes
    answered: int

    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Answers 200 unless told otherwise. `answer`, `retry_after` and `delay` (seconds) may be changed at any time.

    With `hang_up` the post is kept and the connection closed without an answer: the sender cannot know its fate.
    """

    def __init__(self) -> None:
        self.answer = 200
        self.retry_after: int | None = None
        self.delay = 0.0
        self.hang_up = False
        self._posts: list[Post] = []
        self._lock = threading.Lock()
        self._server = _Server((HOST, free_port()), _Handler)
        self._server.receiver = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.port = self._server.server_port
        self.url = f"http://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.delay = 0.0
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def posts(self) -> list[Post]:
        """A copy of what has come so far, oldest first."""
        with self._lock:
            return list(self._posts)

    def wait_for(
        self, wanted: Callable[[Post], bool] | None = None, *, count: int = 1, timeout: float = PATIENCE
    ) -> list[Post]:
        """At least `count` posts that are wanted. Raises NotReady."""

        def found() -> list[Post]:
            posts = [post for post in self.posts if wanted is None or wanted(post)]
            return posts if len(posts) >= count else []

        return until(found, f"{count} post(s), have {[post.path for post in self.posts]}", timeout=timeout)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """Keeps the post; gives the status to answer."""
        post = Post(at=round(time.time() * 1000), path=path, headers=headers, body=body, answered=self.answer)
        with self._lock:
            self._posts.append(post)
        return post.answered


class _Server(ThreadingHTTPServer):
    receiver: Receiver
    daemon_threads = True
    request_queue_size = 256


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = receiver.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        if receiver.delay:
            time.sleep(receiver.delay)
        if receiver.hang_up:
            self.close_connection = True
            return
        self.send_response(status)
        if receiver.retry_after is not None:
            self.send_header("Retry-After", str(receiver.retry_after))
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Silent: what came is in `posts`."""
