"""The same message for mail programs that show pages: line for line what the text says, escaped. Pure.

Only an address of `message.links` leads anywhere: what senders and people wrote may hold addresses too, and must not
look like a button of ours. Colour means state; without styles it reads as the text does.
"""

import re
from html import escape

from config.language import CHINESE
from notify.message import Message

DRESSED = ("incident.", "case.")
"""Events that are told so; others carry their matter in an enclosure or are plain on purpose."""
ANSWER = "/answer/"
"""In an address of ours: it is the one that acts."""

_INK, _SOFT, _RULE, _PAPER, _RAISED = "#12181c", "#535c63", "#d5d9d6", "#fbfbf9", "#ffffff"
_COLOURS = {"up": "#2f9c76", "degraded": "#a96f06", "partial": "#a83c0a", "down": "#780b29", "unknown": "#666e75"}
_LATIN = "-apple-system,'Segoe UI','Helvetica Neue',Arial"
_HAN = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC'"
_SCHEME = re.compile("https?://")
_LABELLED = re.compile(r"([^:：]{1,24})(?:: |：)(.*)")


def page_of(message: Message) -> str | None:
    """None for what is told in text alone."""
    if not str(message.facts.get("event", "")).startswith(DRESSED):
        return None
    text, _, signed = message.text.rstrip("\n").rpartition("\n-- ")
    said = [_line(line, message.links) for line in (text or signed).rstrip("\n").split("\n")]
    colour = _COLOURS.get(str(message.facts.get("state")), _INK)
    return _PAGE.format(
        language=escape(message.language),
        font=f"{_HAN},sans-serif" if message.language == CHINESE else f"{_LATIN},{_HAN},sans-serif",
        colour=colour,
        subject=escape(message.subject),
        lines="\n".join(said),
        signed=escape(signed) if text else "",
    )


def _line(line: str, links: tuple[str, ...]) -> str:
    label, address = _parted(line.strip())
    if any(address == one or (one.endswith("/") and address.startswith(one)) for one in links):
        return _button(label or address.partition("://")[2], address, acts=ANSWER in address)
    if line.startswith("upheld "):
        return f'<p style="margin:10px 0 0"><code style="font-size:13px;color:{_SOFT}">{escape(line)}</code></p>'
    labelled = _LABELLED.fullmatch(line.strip())
    if labelled is not None:
        label = f'<span style="color:{_SOFT}">{escape(labelled[1])}</span>'
        return f'<p style="margin:4px 0 0">{label}&ensp;{escape(labelled[2])}</p>'
    return f'<p style="margin:4px 0 0">{escape(line) or "&nbsp;"}</p>'


def _parted(line: str) -> tuple[str, str]:
    """What stands before an address that ends the line, and the address; two empty texts where none does."""
    found = _SCHEME.search(line)
    address = "" if found is None else line[found.start() :]
    return ("", "") if not address or address.split() != [address] else (line[: -len(address)].rstrip(" :："), address)


def _button(label: str, address: str, *, acts: bool) -> str:
    look = f"background:{_INK};color:{_RAISED}" if acts else f"background:{_RAISED};color:{_INK}"
    style = (
        f"display:inline-block;padding:9px 16px;border:1px solid {_INK};border-radius:3px;text-decoration:none;{look}"
    )
    return f'<p style="margin:10px 0 0"><a href="{escape(address)}" style="{style}">{escape(label)}</a></p>'


_PAGE = f"""\
<!doctype html>
<html lang="{{language}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light"><title>{{subject}}</title></head>
<body style="margin:0;padding:24px 12px;background:{_PAPER}">
<table role="presentation" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;margin:0 auto"><tr>
<td style="padding:20px 24px 24px;background:{_RAISED};border:1px solid {_RULE};border-top:4px solid {{colour}};\
color:{_INK};font:15px/1.6 {{font}};overflow-wrap:anywhere">
<h1 style="margin:0 0 14px;font-size:20px;line-height:1.3;color:{{colour}}">{{subject}}</h1>
{{lines}}
</td></tr><tr><td style="padding:12px 24px;color:{_SOFT};font:13px/1.5 {{font}}">{{signed}}</td></tr></table>
</body></html>
"""
