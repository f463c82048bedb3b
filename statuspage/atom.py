"""The Atom feed: an entry for each incident, updated in place. `updated` moves with the facts, never with the clock."""

from xml.etree.ElementTree import Element, SubElement, tostring

from config.instant import Instant, rfc3339
from statuspage import place
from statuspage.facts import Incident, PageFacts
from statuspage.incident import incident_view
from statuspage.standing import seen_at
from statuspage.voice import Voice

_ATOM = "http://www.w3.org/2005/Atom"
_MOST = 50


def atom(facts: PageFacts, language: str, now: Instant) -> bytes:
    voice = Voice(language=language, zone=facts.site.zone, now=seen_at(facts, now))
    base = facts.site.url + place.base(facts.path, language)
    shown = facts.incidents[:_MOST]
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    SubElement(feed, "id").text = base
    SubElement(feed, "title").text = voice.t("{name} system status", name=voice.text(facts.name))
    SubElement(feed, "updated").text = rfc3339(max((_changed(one) for one in shown), default=0))
    SubElement(feed, "link", {"rel": "self", "href": f"{base}feed.atom"})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": base})
    SubElement(SubElement(feed, "author"), "name").text = voice.text(facts.site.operator or facts.name)
    for incident in shown:
        _entry(feed, incident, facts, base, voice)
    body: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def _entry(feed: Element, incident: Incident, facts: PageFacts, base: str, voice: Voice) -> None:
    view = incident_view(incident, facts.components, voice)
    entry = SubElement(feed, "entry")
    SubElement(entry, "id").text = f"{base}incidents/{incident.id}"
    SubElement(entry, "title").text = _plain(view.title)
    SubElement(entry, "published").text = rfc3339(incident.opened_at)
    SubElement(entry, "updated").text = rfc3339(_changed(incident))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}incidents/{incident.id}"})
    lines = [f"{update.time} {update.phase}{voice.colon}{update.text}" for update in view.updates]
    SubElement(entry, "content", {"type": "text"}).text = _plain("\n".join(lines) or view.word)


def _changed(incident: Incident) -> Instant:
    last = incident.updates[-1].at if incident.updates else incident.opened_at
    return max(last, incident.resolved_at or 0)


def _plain(text: str) -> str:
    """Without what XML cannot hold."""
    return (
        "".join(character for character in text if character >= " " or character in "\n\t")
        .encode("utf-8", "replace")
        .decode()
    )
