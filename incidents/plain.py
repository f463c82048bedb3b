"""What strangers' bytes say as text, whatever they call their letters, and what a page of theirs says without its form.

Pure. Nothing raises, and time grows with the length alone.
"""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from html.parser import HTMLParser

from typing_extensions import override

from notify.message import harmless

MOST_BYTES = 512 << 10
_LONGEST_HEADER = 4000
_GUESSES = ("utf-8", "gb18030")
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "iso-8859-1": "cp1252"}
"""Programs name the smaller set and use letters of the larger one."""
_NO_LETTERS = frozenset({"punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "unicode-escape"})
_BLANKS = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\n{3,}")
_SILENT = frozenset({"script", "style", "title", "template"})
_BLOCKS = frozenset(
    {
        *("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "header", "hr", "li"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"),
    }
)


def decoded(body: bytes, charset: str | None) -> str:
    """By the charset it names, else by those it may have meant."""
    said = (charset or "").strip().strip("\"'").lower()
    wanted = [] if said in _NO_LETTERS or not said else [_WIDER.get(said, said)]
    for name in (*wanted, *_GUESSES):
        try:
            return harmless(body.decode(name))
        except (LookupError, ValueError):
            continue
    return harmless(body.decode(_WIDER.get(said, "utf-8") if said in _WIDER else "utf-8", "replace"))


def words(header: str) -> str:
    """A header on one line, its encoded words read; what stands in it as bare bytes, too."""
    line = " ".join(header[:_LONGEST_HEADER].split())
    bare = line.encode("utf-8", "surrogateescape")
    if not line.isascii():
        return " ".join(decoded(bare, None).split())
    try:
        pieces = decode_header(line)
    except (HeaderParseError, ValueError):
        return line
    said = "".join(one if isinstance(one, str) else decoded(one, charset) for one, charset in pieces)
    return " ".join(harmless(said).split())


def text_of_page(page: str) -> str:
    """Of HTML what a reader sees; where a link leads stands behind its words."""
    reader = _Reader()
    reader.feed(page[:MOST_BYTES])  # never closed: the end of a broken page is looked through again and again
    return tidy("".join(reader.said))


def tidy(text: str) -> str:
    """Without blanks at ends of lines, and without long gaps."""
    lines = (_BLANKS.sub(" ", line).strip() for line in text.splitlines())
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = False
        self._leads: str | None = None
        self._began = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT or tag == "body":
            self._silent = tag != "body"
        elif tag in _BLOCKS:
            self.said.append("\n")
        elif tag == "a":
            self._leads, self._began = dict(attrs).get("href"), len(self.said)

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = False
        elif tag in _BLOCKS:
            self.said.append("\n")
        elif tag == "a" and self._leads is not None:
            if self._leads.startswith(("http://", "https://")) and self._leads not in "".join(self.said[self._began :]):
                self.said.append(f" ({self._leads})")
            self._leads = None

    @override
    def parse_html_declaration(self, i: int) -> int:
        """`<![` of a word that it does not know stops the parser; `<![if` of Office comes often."""
        office = self.rawdata.startswith("<![", i)
        return self.parse_bogus_comment(i) if office else super().parse_html_declaration(i)

    @override
    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(" ".join(data.split("\n")))
