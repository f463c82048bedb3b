"""The ways to people: over which channel and to which address, each when it is due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.instant import Instant
from config.language import CHINESE
from config.model import Config
from config.oncall import Person, Reach
from incidents.link import Links
from notify.channel import Channel

_NAME_LIMIT = 100
"""A contact's name as far as the outbox holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """A person or contact over one channel."""

    person: str
    channel: str
    address: str
    language: str
    due_at: Instant


class Ways:
    """Whom the configuration names, and how they are reached. `log_channel` takes what no other channel can.

    `kinds`: of each configured channel what its file offers. `links`: what mails let one do without an account.
    """

    def __init__(
        self,
        config: Config,
        log_channel: str,
        kinds: Mapping[str, Channel[Any]] | None = None,
        links: Links | None = None,
    ) -> None:
        self._config = config
        self._log_channel = log_channel
        self._kinds = kinds or {}
        self.links = links or Links()

    def contacts(self, people: Iterable[str], now: Instant) -> list[Addressee]:
        """Every way to these people, each when it is due."""
        return [one for person in people for one in self._ways_to(person, now)]

    def by_mail(self, name: str, email: str | None, language: str | None, now: Instant) -> Addressee:
        """A customer's contact; without a mail channel or address the log takes it."""
        channel = self._mail_channel()
        usable = channel is not None and email is not None
        return Addressee(
            person=name[:_NAME_LIMIT],
            channel=channel if channel is not None and usable else self._log_channel,
            address=email or "",
            language=language or self._language(),
            due_at=now,
        )

    @property
    def mails(self) -> bool:
        """Whether there is a channel for mail."""
        return self._mail_channel() is not None

    def arrives(self, channel: str) -> bool:
        """Whether what this channel takes reaches anybody; the log does not."""
        return channel != self._log_channel

    def reaches(self, way: Addressee) -> bool:
        """Whether this way can bring anything to anybody: not the log, and with the address its channel needs."""
        kind = self._kinds.get(way.channel)
        needs = kind is None or kind.address is not None
        return self._speaks(way.channel) and bool(way.address or not needs)

    def reached(self, person: str, over: Sequence[str] = ()) -> bool:
        """Whether a call can arrive at the person; where nothing but the log was written, that is how all are told."""
        return not self.spoken or any(self.reaches(way) for way in self._ways_to(person, 0, over))

    @property
    def spoken(self) -> int:
        """Channels that bring anything to anybody."""
        return sum(self._speaks(one) for one in self._config.channels)

    def _speaks(self, channel: str) -> bool:
        written = self._config.channels.get(channel)
        return self.arrives(channel) and written is not None and written.kind != "log"

    def _ways_to(self, person_id: str, now: Instant, over: Sequence[str] = ()) -> list[Addressee]:
        """`over`: these channels at once; what the person says of one of them holds but for the waiting.

        A policy may be older than a reload that took its channels away: then each is told by his own.
        """
        person = self._config.people[person_id]
        over = [one for one in over if one in self._config.channels]
        return [
            Addressee(
                person=person.id,
                channel=way.channel,
                address=way.address or self._address(person, way.channel),
                language=person.language or self._language(),
                due_at=now + way.after,
            )
            for way in _over(over, person) or person.reach or self._default_ways(person)
        ]

    def personal(self, channel: str) -> bool:
        """Whether each address of it is one person's own."""
        kind = self._kinds.get(channel)
        return kind is not None and kind.personal

    def discreet(self, channel: str) -> bool:
        """Whether what goes over it says ids instead of names."""
        written, kind = self._config.channels.get(channel), self._kinds.get(channel)
        if written is not None and written.names is not None:
            return written.names == "ids"
        if written is not None and written.abroad is not None:
            return written.abroad
        return kind is not None and kind.abroad

    def _address(self, person: Person, channel: str) -> str:
        kind = self._kinds.get(channel)
        match kind.address if kind is not None else "any":
            case "email":
                return person.email or ""
            case "phone":
                return person.phone or ""
            case "any":
                return person.email or person.phone or ""
            case _:
                return ""

    def _default_ways(self, person: Person) -> Sequence[Reach]:
        mail = self._mail_channel()
        return (Reach(channel=mail if mail is not None and person.email else self._log_channel),)

    def _mail_channel(self) -> str | None:
        return next((one.id for one in self._config.channels.values() if one.kind == "email"), None)

    def _language(self) -> str:
        return next(iter(self._config.site.languages), CHINESE)


def _over(channels: Sequence[str], person: Person) -> list[Reach]:
    own = {way.channel: way for way in reversed(person.reach)}
    return [own.get(one, Reach(channel=one)).model_copy(update={"after": 0}) for one in channels]
