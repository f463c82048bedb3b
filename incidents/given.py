"""What of an incident's log its customers are given. Pure.

An incident is everybody's whom it concerns, so what staff write on it stays with the staff (docs/adr/0145). Two things
go to customers: that an act was done, and why it is over, which resolves their cases. What is for one customer is
written in his case.
"""

from collections.abc import Iterable
from dataclasses import replace

from incidents.incident import (
    Absorbed,
    Event,
    Held,
    Merged,
    Noted,
    Parted,
    Recorded,
    SeverityLowered,
    SeverityRaised,
    Snoozed,
    Split,
    SplitFrom,
    SplitInto,
)


def given(log: Iterable[Recorded]) -> list[Recorded]:
    return [replace(one, event=_unsaid(one.event)) for one in log if not isinstance(one.event, Noted)]


def _unsaid(event: Event) -> Event:
    """Without the reason somebody gave for it; a hold has that of the silence or the planned work."""
    match event:
        case (
            SeverityRaised()
            | SeverityLowered()
            | Snoozed()
            | Held()
            | Merged()
            | Absorbed()
            | Split()
            | Parted()
            | SplitFrom()
            | SplitInto()
        ):
            return replace(event, because="")
        case _:
            return event
