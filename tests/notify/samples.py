"""Messages, notifications and channels for tests, with short ways to vary them."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection

from config.instant import DAY, Instant
from notify.channel import Channel, DeliveryError, Letter, Receipt
from notify.message import Message, Notification, Purpose

NOON: Instant = 1_764_590_400_000


def message(**changes: Any) -> Message:
    given: dict[str, Any] = {
        "subject": "Web shop is down",
        "text": "It has not answered since 12:00.",
        "language": "en",
        "facts": {"event": "incident.opened", "incident": "I-1", "severity": 1},
        "thread": "I-1",
    }
    return Message(**{**given, **changes})


def notification(key: str = "I-1/1/0/li/mail", **changes: Any) -> Notification:
    created = changes.get("created_at", NOON)
    given: dict[str, Any] = {
        "idempotency_key": key,
        "purpose": Purpose.PAGE,
        "incident": "I-1",
        "person": "li",
        "channel": "mail",
        "address": "li@example.com",
        "message": message(),
        "priority": 1,
        "created_at": created,
        "due_at": created,
        "expires_at": created + DAY,
    }
    return Notification(**{**given, **changes})


def letter(**changes: Any) -> Letter:
    given: dict[str, Any] = {
        "key": "I-1/1/0/li/mail",
        "address": "li@example.com",
        "message": message(),
        "written_at": NOON,
        "now": NOON,
    }
    return Letter(**{**given, **changes})


class NoOptions(BaseModel):
    pass


@dataclass
class Spy:
    """A channel that keeps what it is given; `answers` are used up first, an error among them is raised."""

    letters: list[Letter] = field(default_factory=list)
    answers: list[DeliveryError | Exception] = field(default_factory=list)

    async def send(self, options: NoOptions, letter: Letter) -> Receipt:
        self.letters.append(letter)
        if self.answers:
            raise self.answers.pop(0)
        return Receipt(detail="taken")

    def channel(self, *, idempotent: bool = True, **more: Any) -> tuple[Channel[Any], BaseModel]:
        made = Channel(options=NoOptions, send=self.send, idempotent=idempotent, address=None, **more)
        return made, NoOptions()

    @property
    def keys(self) -> list[str]:
        return [letter.key for letter in self.letters]


def wanted(tx: Connection, told: Notification) -> str | None:
    """Everything is."""
    return None


def unheard(tx: Connection, told: Notification, now: Instant) -> None:
    """Nobody else is told of a failure."""
