"""What registries publish, read from their JSON. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from config.instant import Instant, instant_of
from probe.fault import Fault, down
from probe.http.source import failed
from probe.result import Reason

_SHOWN = 200
_GONE = frozenset(("redemption period", "pending delete"))
_HELD = frozenset(("client hold", "server hold"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """`expires_at` None: the registry does not tell."""

    expires_at: Instant | None
    registrar: str
    status: tuple[str, ...]

    def fault(self, now: Instant) -> Fault | None:
        """Why nobody may count on the domain any more."""
        for one in self.status:
            if one in _GONE:
                return down(Reason.DOMAIN_EXPIRED, f"the registry says: {one}")
            if one in _HELD:
                return down(Reason.NOT_SERVING, f"the registry has taken it out of the DNS: {one}")
        if self.expires_at is not None and self.expires_at <= now:
            return down(Reason.DOMAIN_EXPIRED, "the registration has expired")
        return None


def registration(told: object, name: str) -> Registration:
    """Raises Unanswered for what is no document about that domain."""
    if not isinstance(told, dict) or told.get("objectClassName") != "domain":
        raise failed("the registry answers with no document of a domain")
    about = str(told.get("ldhName", "")).rstrip(".").lower()
    if about not in (name, ""):  # some leave the name out
        raise failed(f"the registry answers about {about[:_SHOWN]}, not {name}")
    ends = [_instant(one.get("eventDate")) for one in _parts(told, "events") if one.get("eventAction") == "expiration"]
    status = told.get("status")
    return Registration(
        expires_at=min(ends, default=None),
        registrar=_registrar(told),
        status=tuple(sorted({str(one).lower()[:_SHOWN] for one in status})) if isinstance(status, list) else (),
    )


def unknown(told: object) -> bool:
    """Whether a registry itself says that it has no such domain: a server of another sort says 404 too."""
    return isinstance(told, dict) and told.get("errorCode") == 404


def server_for(name: str, bootstrap: object) -> str | None:
    """The address to ask about that name, https where there is one; None: nobody there answers for it.

    Raises Unanswered for what is no list of registries.
    """
    services = bootstrap.get("services") if isinstance(bootstrap, dict) else None
    if not isinstance(services, list):
        raise failed("the list of registries is none")
    known = dict[str, list[str]]()
    for service in services:
        if isinstance(service, list) and len(service) == 2 and all(isinstance(one, list) for one in service):
            suffixes, addresses = service
            known |= {str(one).lower(): list(map(str, addresses)) for one in suffixes}
    labels = name.split(".")
    for first in range(1, len(labels)):
        found = known.get(".".join(labels[first:]), [])
        if found:
            return min(found, key=lambda one: not one.startswith("https:"))
    return None


def _parts(told: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
    parts = told.get(key)
    for one in parts if isinstance(parts, list) else ():
        if isinstance(one, dict):
            yield one


def _instant(written: object) -> Instant:
    """Without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError as error:
        raise failed(f"{str(written)[:40]!r} is no date") from error
    return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _registrar(told: Mapping[str, object]) -> str:
    for entity in _parts(told, "entities"):
        roles, card = entity.get("roles"), entity.get("vcardArray")
        fields = card[1] if isinstance(card, list) and len(card) == 2 and isinstance(card[1], list) else []
        names = [one[3] for one in fields if isinstance(one, list) and len(one) > 3 and one[0] == "fn"]
        if isinstance(roles, list) and "registrar" in roles and names:
            return str(names[0])[:_SHOWN].replace("\0", "\ufffd")
    return ""
