"""Chinese and English as equals. English sentences are the keys; each room has its catalogue in `locale/zh-CN.po`.

Catalogues are read as they are, without a build step: a page cannot be in front of its translation.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from polib import pofile

ENGLISH = "en"
CHINESE = "zh-CN"
LANGUAGES = (CHINESE, ENGLISH)


@cache
def catalogue(room: str, language: str) -> Mapping[str, str]:
    """English sentence -> translation, of one package; empty for English."""
    if language == ENGLISH:
        return {}
    source = files(room) / "locale" / f"{language}.po"
    if not source.is_file():
        return {}
    entries = pofile(source.read_text(encoding="utf-8"))
    return {one.msgid: one.msgstr for one in entries if one.msgstr and not one.fuzzy}


def say(room: str, language: str, sentence: str, /, **values: object) -> str:
    """The sentence in that language, `{name}` replaced by the values. Values are data, never formatted themselves."""
    text = catalogue(room, language).get(sentence, sentence)
    return text.format(**values) if values else text


def choose(text: str | Mapping[str, str], language: str) -> str:
    """What the operator wrote: one text for all languages, or one for each; a missing one falls back to any."""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get(ENGLISH) or next(iter(text.values()), "")
