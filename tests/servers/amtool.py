"""Alertmanager's own command, pointed at whatever answers as one."""

import json
import subprocess
from typing import Any

from tests.servers.program import find_program


class Amtool:
    """`url` with the token as the password of a basic login."""

    def __init__(self, host: str, token: str) -> None:
        self._url = f"http://any:{token}@{host}"

    def __call__(self, *words: str) -> str:
        """What it prints. Raises CalledProcessError."""
        amtool = find_program("amtool", "prometheus-alertmanager")
        done = subprocess.run(
            [amtool, f"--alertmanager.url={self._url}", *words], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    def alerts(self, *matchers: str) -> list[dict[str, Any]]:
        return list(json.loads(self("alert", "query", "-o", "json", *matchers)))
