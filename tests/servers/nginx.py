"""A real nginx with pages that can be switched off, each for itself, while it runs."""

import json
import os
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import trustme
from typing_extensions import override

from tests.servers.program import HOST, Program, answers, find_program, free_port

Failure = Literal["503", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One line of the access log; `at` in POSIX milliseconds, when the answer was written."""

    at: int
    path: str
    status: int
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """nginx's own count since its start, of all listeners together."""

    connections: int
    requests: int


class Nginx(Program):
    """Answers 200 `ok` to every path. `url` ends without a slash. Switching takes effect with the next request.

    `audited`: it also writes `audit_log`, the way a customer is told to.
    """

    def __init__(
        self,
        folder: Path,
        *,
        host: str = HOST,
        listeners: int = 1,
        workers: int = 1,
        access_log: bool = True,
        audited: bool = False,
        tls: bool = False,
        prefix: Sequence[str] = (),
    ) -> None:
        self.host = host
        self.home = folder / "nginx"
        for name in ("www", "off", "closed", "temporary"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        self.ports = [free_port() for _ in range(listeners)]
        self.status_port = free_port()
        self.tls_ports = [free_port() for _ in range(listeners)] if tls else []
        self.url = f"http://{host}:{self.ports[0]}"
        self.access_log = self.home / "access.log"
        self.audit_log = self.home / "audit.log"
        self.authority = self.home / "authority.pem"
        if tls:
            self._issue_certificate()
        file = self.home / "nginx.conf"
        file.write_text(
            self._configuration(workers=workers, access_log=access_log, audited=audited, alone=bool(prefix))
        )
        self.page("/", "ok\n")
        self._ready_by_socket = not prefix
        argv = [
            *prefix,
            find_program("nginx", "nginx"),
            "-p",
            str(self.home),
            "-c",
            str(file),
            "-e",
            f"{self.home}/error.log",
        ]
        super().__init__(argv, self.home)

    @property
    def tls_url(self) -> str:
        """The https address; `authority` is the PEM file of who signed its certificate."""
        if not self.tls_ports:
            raise RuntimeError("this nginx was started without tls=True")
        return f"https://{self.host}:{self.tls_ports[0]}"

    @property
    @override
    def output(self) -> str:
        log = self.home / "error.log"
        return super().output + (log.read_text(errors="replace") if log.exists() else "")

    @override
    def start(self) -> None:
        super().start()
        if self._ready_by_socket:
            status = f"http://{self.host}:{self.status_port}/"
            self.wait_until(lambda: answers(status), "nginx answers its status page")

    def page(self, path: str, body: str) -> None:
        """What this path answers from now on."""
        file = self.home / "www" / (path.strip("/") or "index.html")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body)

    def switch_off(self, path: str = "/", how: Failure = "503") -> None:
        """The path answers 503, or the connection is closed without an answer."""
        file = self._switch(path, "off" if how == "503" else "closed")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()

    def switch_on(self, path: str = "/") -> None:
        for how in ("off", "closed"):
            self._switch(path, how).unlink(missing_ok=True)

    def requests(self, path: str | None = None) -> list[Request]:
        """The access log so far, oldest first; only of one path when given."""
        if not self.access_log.exists():
            return []
        lines = self.access_log.read_text().splitlines()
        found = [json.loads(line) for line in lines if line.endswith("}")]
        log = [
            Request(
                at=round(float(line["at"]) * 1000), path=line["path"], status=int(line["status"]), agent=line["agent"]
            )
            for line in found
        ]
        return [request for request in log if path in (None, request.path)]

    def counts(self) -> Counts:
        """Asking counts itself: one connection and one request."""
        with urllib.request.urlopen(f"http://{self.host}:{self.status_port}/", timeout=60) as answer:
            accepted, _, served = answer.read().decode().splitlines()[2].split()
        return Counts(connections=int(accepted), requests=int(served))

    def _switch(self, path: str, how: str) -> Path:
        return self.home / how / f"{path.strip('/')}.switch"

    def _issue_certificate(self) -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert(self.host, "localhost")
        authority.cert_pem.write_to_path(str(self.authority))
        certificate.private_key_and_cert_chain_pem.write_to_path(str(self.home / "server.pem"))

    def _configuration(self, *, workers: int, access_log: bool, audited: bool, alone: bool) -> str:
        # In a user's own namespace it seems to be root, but may not become anybody else: `alone` spares it the attempt.
        listens = " ".join(f"listen {self.host}:{port} backlog=4096;" for port in self.ports)
        listens += "".join(f" listen {self.host}:{port} ssl backlog=4096;" for port in self.tls_ports)
        if self.tls_ports:
            listens += f" ssl_certificate {self.home}/server.pem; ssl_certificate_key {self.home}/server.pem;"
        places = " ".join(
            f"{kind}_temp_path {self.home}/temporary/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        line = '{"at":"$msec","path":"$request_uri","status":"$status","agent":"$http_user_agent"}'
        # As docs/verify.md writes it for a customer.
        audit = (
            f"""log_format audit '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent """
            f""""$http_referer" "$http_user_agent" "$http_x_upheld"'; access_log {self.home}/audit.log audit;"""
        )
        return f"""
daemon off; worker_processes {workers}; pid {self.home}/nginx.pid; error_log {self.home}/error.log;
{"user root;" if os.geteuid() == 0 else ""}
{"master_process off;" if alone else ""}
events {{ worker_connections 8192; }}
http {{
  default_type text/html; charset utf-8; keepalive_requests 1000000; {places}
  log_format upheld escape=json '{line}'; access_log {f"{self.home}/access.log upheld" if access_log else "off"};
  {audit if audited else ""}
  server {{
    {listens}
    root {self.home}/www;
    location / {{
      if (-f {self.home}/off$uri.switch) {{ return 503 "switched off\\n"; }}
      if (-f {self.home}/closed$uri.switch) {{ return 444; }}
      try_files $uri /index.html;
    }}
  }}
  server {{ listen {self.host}:{self.status_port}; access_log off; location / {{ stub_status; }} }}
}}
"""
