"""One person's shifts as a calendar to subscribe to: text of RFC 5545, and its address. Pure. ADR 0125.

Shifts are cut at the first of a month, so that one of which nothing changed has the same instants and the same UID
whenever it is asked for.

The address holds until it is renewed: how often that was is counted, and part of what is signed. ADR 0137.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.instant import DAY, Instant, instant_of, moment_of
from config.language import say
from incidents.link import Links
from incidents.oncall import Roster
from sla.interval import Interval, union

ROOM = "incidents"
PATH = "/oncall/"
_PURPOSE = "calendar"
_AHEAD = 400 * DAY
_OCTETS = 75
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """On call by this rota over [start, end)."""

    rota: str
    start: Instant
    end: Instant


# where it is found


def address(links: Links, person: str, renewed: int) -> str | None:
    """The one that holds after it was `renewed` so often, 0 at first. None where the site has no address of its own, or
    nothing to sign with."""
    return links.signed(PATH, _PURPOSE, [person, renewed] if renewed else person, ".ics")


def person_of(links: Links, token: str) -> tuple[str, int] | None:
    """Whose it is, and how often it had been renewed; None for an address we did not give."""
    match links.said(_PURPOSE, token):
        case str(person):
            return person, 0
        case [str(person), int(renewed)]:
            return person, renewed
        case _:
            return None


# what stands in it


def window(now: Instant) -> Interval:
    """From the first of last month on, for more than a year."""
    month = _month(now)
    return _month(month - 1), month + _AHEAD


def _month(at: Instant) -> Instant:
    """When its month began, in UTC."""
    return instant_of(moment_of(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def duties(roster: Roster, person: str, window: Interval) -> list[Duty]:
    """In the order in which they begin; who else is on call cuts no shift in two."""
    found = [
        Duty(rota=rota, start=start, end=end)
        for rota in roster.config.rotas
        for start, end in union((one.start, one.end) for one in roster.shifts(rota, window) if person in one.people)
    ]
    return sorted(found, key=lambda one: (one.start, one.rota))


def text_of(duties: Iterable[Duty], person: str, links: Links, language: str, now: Instant) -> str:
    """The whole calendar; lines end in CRLF and have 75 octets at most."""
    host = urlsplit(links.base or "").hostname or "upheld"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//upheld//on call//EN",
        f"X-WR-CALNAME:{_escaped(say(ROOM, language, 'On call'))}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for one in duties:
        summary = say(ROOM, language, "On call: {rota}", rota=one.rota)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.rota}-{one.start}-{person}@{host}",
            f"DTSTAMP:{moment_of(now):{_STAMP}}",
            f"DTSTART:{moment_of(one.start):{_STAMP}}",
            f"DTEND:{moment_of(one.end):{_STAMP}}",
            f"SUMMARY:{_escaped(summary)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{piece}\r\n" for line in [*lines, "END:VCALENDAR"] for piece in _folded(line))


def _escaped(text: str) -> str:
    for what in ("\\", ";", ","):
        text = text.replace(what, f"\\{what}")
    return " ".join(text.split())


def _folded(line: str) -> Iterator[str]:
    """A continuation begins with a space; no character is cut in two."""
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > _OCTETS:
            yield piece
            piece = " "
        piece += letter
    yield piece
