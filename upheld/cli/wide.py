"""Text on a terminal, measured by what is seen: a Chinese sign is two columns wide, and a line may end behind any."""

from collections.abc import Iterator
from unicodedata import east_asian_width

WIDTH = 96
_CLOSING = frozenset("，。；：？！、）”》")


def long(text: str) -> int:
    """In columns."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def padded(text: str, width: int) -> str:
    return text + " " * max(width - long(text), 1)


def hung(lead: str, indent: int, text: str, width: int = WIDTH) -> Iterator[str]:
    """Lines of `text` behind `lead`, which takes `indent` columns; the others are indented by as many."""
    line, filled = lead, indent
    for word in _pieces(text):
        if filled + long(word.rstrip()) > width:
            yield line.rstrip()
            line, filled = " " * indent, indent
            word = word.lstrip()
        line, filled = line + word, filled + long(word)
    yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """No line begins with a mark that closes what stands before it."""
    piece = ""
    for place, sign in enumerate(text):
        piece += sign
        if (sign == " " or east_asian_width(sign) in "WF") and text[place + 1 : place + 2] not in _CLOSING:
            yield piece
            piece = ""
    yield piece
