"""A sheet set by Typst as PDF/A-3a, readable aloud (PDF/UA-1), the same bytes for the same sheet."""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from config.instant import SECOND, moment_of
from config.language import CHINESE
from sla.format import Unwritable
from sla.paper.sheet import Sheet

if TYPE_CHECKING:
    import typst

CHINESE_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei")
LATIN_FONTS = ("Liberation Sans", "Arial", "Helvetica Neue", "Helvetica", "Noto Sans")
MONO_FONTS = ("Liberation Mono", "DejaVu Sans Mono")
"""The first that is installed; the last comes with Typst."""
STANDARDS = ("a-3a", "ua-1")

_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def typeset(sheet: Sheet, fonts: "typst.Fonts | None" = None) -> bytes:
    """With the installed fonts if none are given. It takes a good part of a second: a server calls it in a thread.

    Raises Unwritable with what is missing: Typst itself, a font, or a sign that no font has.
    """
    typst, fonts = _typst(), fonts or installed_fonts()
    families = set(fonts.families())
    try:
        made: bytes = typst.compile(
            _template(),
            format="pdf",
            font_paths=fonts,
            sys_inputs={"sheet": _facts(sheet, families)},
            pdf_standards=list(STANDARDS),
            timestamp=sheet.made_at // SECOND,
        )
    except typst.TypstError as error:
        raise Unwritable(_refusal(error.diagnostic)) from error
    return made


def _typst() -> Any:
    """Imported on use: it is large, and who prints nothing need not have it."""
    try:
        import typst
    except ImportError as error:
        raise Unwritable("PDF needs the package typst; install it with: pip install 'upheld[pdf]'") from error
    return typst


@cache
def installed_fonts() -> "typst.Fonts":
    """Looked for once in a process."""
    made: typst.Fonts = _typst().Fonts()
    return made


@cache
def _template() -> bytes:
    return (files("sla.paper") / "statement.typ").read_bytes()


def _facts(sheet: Sheet, families: set[str]) -> str:
    at = moment_of(sheet.made_at)
    plain = _visible(sheet.plain())
    if sheet.attachment is not None:
        plain["attachment"]["text"] = sheet.attachment.text
    return json.dumps(
        plain
        | {
            "fonts": text_fonts(sheet.language, families),
            "mono": [next(one for one in MONO_FONTS if one in families), *text_fonts(sheet.language, families)],
            "date": {
                "year": at.year,
                "month": at.month,
                "day": at.day,
                "hour": at.hour,
                "minute": at.minute,
                "second": at.second,
            },
        },
        ensure_ascii=False,
    )


def text_fonts(language: str, families: set[str]) -> list[str]:
    """In Chinese the Chinese one first, so that quotes and dashes are full width; in English behind the Latin one."""
    chinese = next((one for one in CHINESE_FONTS if one in families), None)
    latin = next((one for one in LATIN_FONTS if one in families), None)
    if language == CHINESE:
        if chinese is None:
            raise Unwritable("no Chinese font is installed; install the package fonts-noto-cjk")
        return [chinese]
    if latin is None:
        raise Unwritable("no sans-serif font is installed; install the package fonts-liberation")
    return [latin] if chinese is None else [latin, chinese]


def _visible(value: Any) -> Any:
    """What would print as nothing, or turn the direction of writing, is shown by its number: paper hides nothing."""
    match value:
        case str():
            # Most texts have only signs that print.
            return value if value.isprintable() else "".join(_shown(one) for one in value)
        case dict():
            return {name: _visible(one) for name, one in value.items()}
        case list() | tuple():
            return [_visible(one) for one in value]
        case _:
            return value


def _shown(sign: str) -> str:
    return f"<U+{ord(sign):04X}>" if _hidden(sign) else sign


def _hidden(sign: str) -> bool:
    """Control, format, private and unassigned signs, and halves of a pair; a line's end is a space on paper."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")


def _refusal(diagnostic: str) -> str:
    """One line: every sign that has no glyph, and the package that has it."""
    signs: list[str] = []
    for text in _MISSING.findall(diagnostic):
        signs += _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if not signs:
        return "typst could not set the statement: " + " ".join(diagnostic.split())
    named = [f"{sign} (U+{ord(sign):04X})" for sign in dict.fromkeys(signs)]
    packages = sorted({_package(sign) for sign in signs})
    return f"no installed font has {', '.join(named)}; install the package {' and '.join(packages)}"


def _package(sign: str) -> str:
    """Debian's name of the package with that sign."""
    name = unicodedata.name(sign, "")
    if name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "FULLWIDTH", "IDEOGRAPHIC")):
        return "fonts-noto-cjk"
    if unicodedata.category(sign) == "So" and ord(sign) >= 0x1F000:
        return "fonts-noto-color-emoji"
    return "fonts-noto-core"
