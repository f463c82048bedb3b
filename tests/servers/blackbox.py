"""A real blackbox exporter, the peer whose metric names we share."""

import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from tests.servers.program import HOST, Program, answers, find_program, free_port

HTTP_OK: dict[str, Any] = {
    "prober": "http",
    "timeout": "5s",
    "http": {"preferred_ip_protocol": "ip4", "fail_if_body_not_matches_regexp": ["ok"]},
}


class Blackbox(Program):
    """`modules` as in its own file; `http_ok` (200 and the word `ok`) is there by default."""

    def __init__(self, folder: Path, modules: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        home = folder / "blackbox"
        home.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.address = f"{HOST}:{self.port}"
        self.url = f"http://{self.address}"
        chosen = {name: dict(module) for name, module in (modules or {"http_ok": HTTP_OK}).items()}
        (home / "blackbox.yml").write_text(yaml.safe_dump({"modules": chosen}))
        argv = [
            find_program("prometheus-blackbox-exporter", "prometheus-blackbox-exporter"),
            f"--config.file={home}/blackbox.yml",
            f"--web.listen-address={self.address}",
            "--log.level=error",
        ]
        super().__init__(argv, home)

    @override
    def start(self) -> None:
        super().start()
        self.wait_until(lambda: answers(f"{self.url}/-/healthy"), "the blackbox exporter is healthy")

    def probe(self, target: str, module: str = "http_ok") -> str:
        """Its answer for one target, as Prometheus would get it."""
        parameters = urllib.parse.urlencode({"target": target, "module": module})
        with urllib.request.urlopen(f"{self.url}/probe?{parameters}", timeout=60) as answer:
            return str(answer.read().decode())
