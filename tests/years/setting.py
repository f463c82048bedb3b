"""One provider with five customers, one under each shipped profile, as an operator would write it."""

from datetime import datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from config.instant import Instant, instant_of
from config.load import load
from config.model import Config
from upheld.installed import installed

ZONE = "Asia/Shanghai"
CUSTOMERS = {
    "yunshan": "support-agreement",
    "harbour": "sla-standard",
    "linjiang": "service-process",
    "changfeng": "after-sales",
    "minghu": "assurance-pledge",
}
"""Customer -> profile."""


def at(text: str) -> Instant:
    """`2026-05-12 14:03` in Shanghai."""
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)))


def configured(folder: Path, since: str) -> Config:
    """upheld.yaml in this folder, with agreements in force and measured from that day."""
    text = Template((files("tests.years") / "customers.yaml").read_text(encoding="utf-8"))
    path = folder / "upheld.yaml"
    path.write_text(text.substitute(since=since), encoding="utf-8")
    return load(path, kinds=installed().registries)
