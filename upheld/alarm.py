"""Telling our own people that a channel does not deliver: over another one, or into the log where there is none."""

from sqlalchemy import Connection

from config.instant import Instant
from config.language import CHINESE
from config.model import Config
from config.oncall import Role
from incidents.ways import Addressee
from notify import outbox
from notify.breaker import Open
from notify.message import LIFETIME, Notification, Purpose, key_of
from notify.trouble import failing, working
from upheld.rules import LOG_CHANNEL, Rules

_PRIORITY = 2


def channel_trouble(tx: Connection, rules: Rules, channel: str, trouble: Open | None, now: Instant) -> None:
    """To the service managers, or to all people where nobody is one; no trouble: it delivers again."""
    for one in _addressees(rules, channel, now):
        message = failing(channel, trouble, one.language) if trouble is not None else working(channel, one.language)
        # The beginning of the trouble names it: it is said once, however many attempts fail.
        when = f"since-{trouble.began_at}" if trouble is not None else f"works-{now}"
        outbox.enqueue(
            tx,
            Notification(
                idempotency_key=key_of(Purpose.CHANNEL.value, channel, when, one.person, one.channel, one.address),
                purpose=Purpose.CHANNEL,
                person=one.person,
                channel=one.channel,
                address=one.address,
                message=message,
                priority=_PRIORITY,
                created_at=now,
                due_at=now,
                expires_at=now + LIFETIME[Purpose.CHANNEL],
            ),
        )


def _addressees(rules: Rules, broken: str, now: Instant) -> list[Addressee]:
    """Each one's first way that is not the broken one."""
    people = _keepers(rules.config)
    found: dict[str, Addressee] = {}
    for one in rules.paging.contacts(people, now):
        if one.channel != broken:
            found.setdefault(one.person, one)
    if found:
        return list(found.values())
    language = next(iter(rules.config.site.languages), CHINESE)
    return [Addressee(person="upheld", channel=LOG_CHANNEL, address="", language=language, due_at=now)]


def _keepers(config: Config) -> list[str]:
    managers = [one.id for one in config.people.values() if one.role is Role.SERVICE_MANAGER]
    return managers or list(config.people)
