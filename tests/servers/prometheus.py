"""A real Prometheus that scrapes what it is given, evaluates rules, and tells Alertmanagers."""

import json
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from tests.servers.program import HOST, Program, answers, find_program, free_port


class Prometheus(Program):
    """`scrape_configs` and `rules` are what would stand in its files, as plain data; intervals in seconds."""

    def __init__(
        self,
        folder: Path,
        *,
        scrape_configs: Sequence[Mapping[str, Any]],
        rules: Sequence[Mapping[str, Any]] = (),
        alertmanagers: Sequence[str] = (),
        alertmanager_token: str | None = None,
        external_labels: Mapping[str, str] | None = None,
        interval: float = 1,
    ) -> None:
        home = folder / "prometheus"
        home.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        every = f"{round(interval * 1000)}ms"
        document: dict[str, Any] = {
            "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
            "scrape_configs": [dict(one) for one in scrape_configs],
        }
        if rules:
            group = {"name": "test", "rules": [dict(one) for one in rules]}
            (home / "rules.yml").write_text(yaml.safe_dump({"groups": [group]}))
            document["rule_files"] = ["rules.yml"]
        if alertmanagers:
            told: dict[str, Any] = {"static_configs": [{"targets": list(alertmanagers)}]}
            if alertmanager_token is not None:
                told["authorization"] = {"credentials": alertmanager_token}
            document["alerting"] = {"alertmanagers": [told]}
        if external_labels:
            document["global"]["external_labels"] = dict(external_labels)
        (home / "prometheus.yml").write_text(yaml.safe_dump(document))
        argv = [
            find_program("prometheus", "prometheus"),
            f"--config.file={home}/prometheus.yml",
            f"--storage.tsdb.path={home}/data",
            f"--web.listen-address={HOST}:{self.port}",
            # The first telling may precede the discovery of Alertmanagers; by default the next is a minute away.
            "--rules.alert.resend-delay=1s",
            "--scrape.discovery-reload-interval=200ms",
            "--log.level=warn",
        ]
        super().__init__(argv, home)

    @override
    def start(self) -> None:
        super().start()
        self.wait_until(lambda: answers(f"{self.url}/-/ready"), "Prometheus is ready")

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The instant vector: a list of `{"metric": {...}, "value": [at, "text"]}`."""
        return list(self._api("query", query=expression)["result"])

    def alerts(self) -> list[dict[str, Any]]:
        return list(self._api("alerts")["alerts"])

    def targets(self) -> list[dict[str, Any]]:
        """The active targets with `health` and `lastError`."""
        return list(self._api("targets")["activeTargets"])

    def _api(self, name: str, **parameters: str) -> Any:
        address = f"{self.url}/api/v1/{name}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=60) as answer:
            return json.load(answer)["data"]


def check_metrics(exposition: str) -> str:
    """What `promtool check metrics` has to say; empty when nothing."""
    promtool = find_program("promtool", "prometheus")
    done = subprocess.run([promtool, "check", "metrics"], input=exposition, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()
