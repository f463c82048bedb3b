"""The look that all pages share: style sheet, glyphs, base template, figures and words in both languages."""

from fractions import Fraction
from functools import cache, partial
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape

from config.language import catalogue, say
from config.look import figure
from config.look.asset import assets
from config.look.state import SHAPES, Shown, glyph_file, word

SHARED = "config.look"


@cache
def environment(room: str, language: str, zone: str = "UTC", static: str = "/static/") -> Environment:
    """Autoescaping templates of `<room>/templates` and, as `look/…`, the shared ones.

    In a template: `t("sentence with {name}", name=…)`, `marked` the same where a value is markup; `asset("page.css")`
    is its address under `static`; filters `percent`, `lasting`, `running`, `grouped`, `clock`, `day`, `full_day`,
    `named_day`, `moment`, `machine_time`, `state_word`; `language`, `zone`. Instants are milliseconds, shown in `zone`.
    """
    loader = ChoiceLoader([PackageLoader(room), PrefixLoader({"look": PackageLoader(SHARED)})])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(
        t=partial(sentence, room, language),
        marked=partial(_marked, room, language),
        language=language,
        zone=zone,
        asset=lambda name: static + assets(room)[name].name,
        sprite=_sprite(),
        favicon=favicon,
    )
    made.filters.update(
        percent=partial(_percent, language),
        lasting=lambda span: figure.length(span, language),
        running=figure.running,
        grouped=figure.grouped,
        clock=lambda at, seconds=False: figure.time_of_day(at, zone, seconds=seconds),
        day=lambda at: figure.day(at, zone, language),
        full_day=lambda at: figure.full_day(at, zone, language),
        named_day=lambda at: figure.named_day(at, zone, language),
        moment=lambda at, seconds=False: figure.moment(at, zone, language, seconds=seconds),
        machine_time=lambda at: figure.machine_time(at, zone),
        state_word=lambda state: word(Shown(state), language),
    )
    return made


def sentence(room: str, language: str, text: str, /, **values: object) -> str:
    """The room's own translation, else the shared one."""
    owner = room if text in catalogue(room, language) else SHARED
    return say(owner, language, text, **values)


def _marked(room: str, language: str, text: str, /, **values: object) -> Markup:
    return escape(sentence(room, language, text)).format(**values)


def favicon(state: str) -> str:
    """The glyph of a state as a data address."""
    return "data:image/svg+xml," + quote(glyph_file(Shown(state)), safe=" /:='")


def _percent(language: str, share: Fraction | None, decimals: int = 2) -> str:
    return figure.percent(share, language, decimals)


def _sprite() -> Markup:
    shapes = "".join(f'<symbol id="g-{state}" viewBox="0 0 16 16">{SHAPES[state]}</symbol>' for state in Shown)
    return Markup(f'<svg class="sprite" width="0" height="0" aria-hidden="true"><defs>{shapes}</defs></svg>')
