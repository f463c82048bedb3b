"""A real Alertmanager that posts every group to one webhook."""

import json
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from tests.servers.program import HOST, Program, answers, find_program, free_port


class Alertmanager(Program):
    """`address` is host:port as Prometheus wants it; the token goes out as a bearer token."""

    def __init__(
        self,
        folder: Path,
        *,
        webhook: str | None = None,
        pagerduty: Mapping[str, Any] | None = None,
        token: str | None = None,
        group_by: Sequence[str] = ("...",),
        group_wait: str = "100ms",
        group_interval: str = "1s",
        repeat_interval: str = "1h",
    ) -> None:
        home = folder / "alertmanager"
        home.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.address = f"{HOST}:{self.port}"
        self.url = f"http://{self.address}"
        hook: dict[str, Any] = {"url": webhook, "send_resolved": True}
        receiver: dict[str, Any] = {"name": "upheld"}
        if webhook is not None:
            receiver["webhook_configs"] = [hook]
        if pagerduty is not None:
            receiver["pagerduty_configs"] = [dict(pagerduty)]
        if token is not None:
            hook["http_config"] = {"authorization": {"type": "Bearer", "credentials": token}}
        route = {
            "receiver": "upheld",
            "group_by": list(group_by),
            "group_wait": group_wait,
            "group_interval": group_interval,
            "repeat_interval": repeat_interval,
        }
        document = {"route": route, "receivers": [receiver]}
        (home / "alertmanager.yml").write_text(yaml.safe_dump(document))
        argv = [
            find_program("prometheus-alertmanager", "prometheus-alertmanager"),
            f"--config.file={home}/alertmanager.yml",
            f"--storage.path={home}/data",
            f"--web.listen-address={self.address}",
            "--cluster.listen-address=",
            "--log.level=warn",
        ]
        super().__init__(argv, home)

    @override
    def start(self) -> None:
        super().start()
        self.wait_until(lambda: answers(f"{self.url}/-/ready"), "Alertmanager is ready")

    def send(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        """As Prometheus would: `[{"labels": {...}, "annotations": {...}, "startsAt": ..., "endsAt": ...}]`."""
        body = json.dumps([dict(alert) for alert in alerts]).encode()
        headers = {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/api/v2/alerts", body, headers), timeout=60):
            pass

    def alerts(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=60) as answer:
            return list(json.load(answer))
