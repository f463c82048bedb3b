"""The Atom feed of the daily signed heads."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from config.instant import rfc3339
from config.language import choose
from config.look import sentence
from config.model import Site
from db.ledger.note import read_checkpoint, read_note
from db.ledger.outside import DayHead
from sla.checkpoint_letter import ROOM, file_name

_ATOM = "http://www.w3.org/2005/Atom"


def atom(heads: Sequence[DayHead], site: Site) -> bytes:
    """An entry for each day, newest first. `updated` moves with the heads, never with the clock."""
    language, base = site.languages[0], (site.external_url or "").rstrip("/")
    name = choose(site.name, language)
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    SubElement(feed, "id").text = f"{base}/checkpoints.atom" if base else "urn:upheld:checkpoints"
    SubElement(feed, "title").text = sentence(ROOM, language, "Signed heads of the ledger: {name}", name=name)
    SubElement(feed, "updated").text = _signed_at(heads[0].note) if heads else rfc3339(0)
    SubElement(feed, "link", {"rel": "self", "href": f"{base}/checkpoints.atom"})
    SubElement(SubElement(feed, "author"), "name").text = name
    for one in heads:
        head = read_checkpoint(read_note(one.note).text)
        entry = SubElement(feed, "entry")
        SubElement(entry, "id").text = f"urn:upheld:{head.origin}:{file_name(one.day)}"
        SubElement(entry, "title").text = f"{file_name(one.day).removesuffix('.txt')}: {one.size}"
        SubElement(entry, "updated").text = _signed_at(one.note)
        SubElement(entry, "link", {"rel": "alternate", "type": "text/plain", "href": f"{base}/checkpoints/{one.size}"})
        SubElement(entry, "content", {"type": "text"}).text = one.note
    body: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def _signed_at(note: str) -> str:
    """The time that the head itself says."""
    return read_checkpoint(read_note(note).text).extensions[0]
