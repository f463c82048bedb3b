"""What happened to an incident or a case, in the words of the desk. Programs have `--json`, with the stored facts."""

from collections.abc import Sequence
from typing import Any

from console.timeline import Row
from console.voice import Voice
from incidents.case import CaseRecorded
from incidents.incident import Recorded

COLUMNS = ("happened_at", "recorded_at", "event", "by", "facts")


def happened(events: Sequence[Recorded | CaseRecorded], rows: Sequence[Row], voice: Voice) -> list[dict[str, Any]]:
    """A line for each event and its row on the desk's timeline."""
    return [
        {
            "happened_at": one.happened_at,
            "recorded_at": one.recorded_at,
            "event": row.text,
            "by": one.by,
            "facts": voice.stop.join(part for part in (row.detail, row.quote) if part),
        }
        for one, row in zip(events, rows, strict=True)
    ]
