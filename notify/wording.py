"""The words of a letter as one text, no longer than a receiver takes. Pure.

A cut never breaks a character and says that it is one; what is counted (bytes of UTF-8, units of UTF-16) is the
receiver's own measure.
"""

import re
from collections.abc import Callable

from config.language import say
from notify.channel import Letter

ROOM = "notify"
MARK = "…"
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_CHINA = re.compile(r"(\+|00)86(?=1[0-9]{10}$)")


def heading(letter: Letter) -> str:
    """The subject; it says so when the same may have arrived before."""
    subject = letter.message.subject
    return say(ROOM, letter.message.language, "{subject} (repeated)", subject=subject) if letter.repeated else subject


def words(letter: Letter) -> str:
    """Subject and text."""
    return f"{heading(letter)}\n\n{letter.message.text}".rstrip()


def in_bytes(text: str, limit: int) -> str:
    """At most so many bytes of UTF-8."""
    return _cut(text, limit, lambda part: len(part.encode()))


def in_units(text: str, limit: int) -> str:
    """At most so many UTF-16 code units."""
    return _cut(text, limit, lambda part: len(part.encode("utf-16-le")) // 2)


def mobile(address: str) -> str | None:
    """The number of a phone as robots know their members: without blanks, and without 86 for one of the mainland."""
    number = re.sub(r"[\s()-]", "", address)
    return _CHINA.sub("", number) if _PHONE.fullmatch(number) else None


def link(letter: Letter) -> str | None:
    """Where the matter stands on our own pages."""
    url = letter.message.facts.get("url")
    return url if isinstance(url, str) else None


def _cut(text: str, limit: int, size: Callable[[str], int]) -> str:
    if size(text) <= limit:
        return text
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if size(text[:middle] + MARK) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low] + MARK
