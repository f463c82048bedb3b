"""Our own incidents in a real Alertmanager."""

import asyncio
import time
from pathlib import Path

import pytest

from config.instant import HOUR, Instant, rfc3339
from notify.channel import Letter
from notify.channels import alertmanager
from notify.channels.alertmanager import Options
from tests.notify.samples import letter, message
from tests.servers.alertmanager import Alertmanager
from tests.servers.receiver import Receiver

pytestmark = pytest.mark.server


def told(event: str, began: Instant, at: Instant) -> Letter:
    facts = {
        "event": event,
        "incident": "I-1",
        "component": "shop",
        "severity": 1,
        "state": "down",
        "opened_at": rfc3339(began),
        "url": "https://status.example.com/incidents/I-1",
    }
    return letter(message=message(facts=facts), written_at=at)


async def test_an_incident_is_one_alert_from_its_opening_to_its_end(folder: Path, receiver: Receiver) -> None:
    now = round(time.time() * 1000)
    with Alertmanager(folder, webhook=receiver.url) as server:
        options = Options(url=server.url, labels={"team": "ops"})

        await alertmanager.send(options, told("incident.page", now - HOUR, now - HOUR))
        [post] = await asyncio.to_thread(receiver.wait_for)
        await alertmanager.send(options, told("incident.acknowledged", now - HOUR, now - HOUR + 1))
        standing = await asyncio.to_thread(server.alerts)
        await alertmanager.send(options, told("incident.resolved", now - HOUR, now))
        resolved = await asyncio.to_thread(receiver.wait_for, lambda post: post.json()["status"] == "resolved")

    [alert] = post.json()["alerts"]
    assert alert["labels"] == {
        "alertname": "UpheldIncident",
        "incident": "I-1",
        "component": "shop",
        "team": "ops",
    }
    assert alert["annotations"]["summary"] == "Web shop is down"
    assert (alert["annotations"]["severity"], alert["annotations"]["state"]) == ("1", "down")
    assert alert["generatorURL"] == "https://status.example.com/incidents/I-1"
    assert len(standing) == 1
    assert [one["labels"]["incident"] for one in resolved[0].json()["alerts"]] == ["I-1"]
