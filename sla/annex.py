"""The annex to a contract: 《可用性计算办法》, "How availability is counted". Every clause stands in both languages.

One page complete in itself: no script, no other file, nothing fetched. What it prints is the agreement as it is stored,
with the hash that the store and every statement name it by.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from config.agreement import Agreement, Commitment, Level
from config.instant import Span
from config.language import CHINESE, ENGLISH, choose
from config.look import environment, sentence
from config.look.asset import assets
from config.look.figure import full_day, length
from config.value import Text
from sla.clause import ROOM, clauses
from sla.commitment import level_text
from sla.contract import Confirmed, Side

LANGUAGES = (CHINESE, ENGLISH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """One side: its role, what the contract calls it, its name as signed; `signed` where and when, if it has."""

    side: Side
    called: tuple[str, str]
    name: tuple[str, str]
    signed: Confirmed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One clause, Chinese and English, and where it stands in both."""

    text: tuple[str, str]
    origin: tuple[str, str]


def annex(
    agreement: Agreement,
    digest: str,
    *,
    customer: Text,
    provider: Text,
    names: Mapping[str, Text],
    confirmed: Mapping[Side, Confirmed],
) -> bytes:
    """`customer`, `provider`: as the site calls them where the contract does not; `names` of the components by id."""
    zone = agreement.availability.timezone
    page = environment(ROOM, CHINESE, zone).get_template("annex.html")
    text = page.render(
        agreement=agreement,
        digest=digest,
        zh=partial(sentence, ROOM, CHINESE),
        _=str,
        style=style(),
        parties=_parties(agreement, customer, provider, confirmed),
        components=[_both(names.get(one, one)) for one in agreement.components],
        effective=_days(agreement.effective, zone),
        ends=None if agreement.until is None else _days(agreement.until, zone),
        renewal=_renewal(agreement),
        rows=list(_rows(agreement)),
        levels=[_level(one) for one in agreement.levels],
    )
    return text.encode()


def style() -> Markup:
    own = (files(ROOM) / "static" / "statement.css").read_text(encoding="utf-8")
    return Markup(assets("config.look")["upheld.css"].body.decode() + own)


def style_hash() -> str:
    """For a Content-Security-Policy that lets this style sheet stand in the page, and no other."""
    return b64encode(sha256(str(style()).encode()).digest()).decode()


def _both(text: Text) -> tuple[str, str]:
    return choose(text, CHINESE), choose(text, ENGLISH)


def _say(text: str, **values: str) -> tuple[str, str]:
    return sentence(ROOM, CHINESE, text, **values), sentence(ROOM, ENGLISH, text, **values)


def _days(at: int, zone: str) -> tuple[str, str]:
    return full_day(at, zone, CHINESE), full_day(at, zone, ENGLISH)


def _parties(
    agreement: Agreement, customer: Text, provider: Text, confirmed: Mapping[Side, Confirmed]
) -> list[Signatory]:
    sides = (
        (Side.CUSTOMER, agreement.parties.customer, customer, "Customer"),
        (Side.PROVIDER, agreement.parties.provider, provider, "Provider"),
    )
    return [
        Signatory(
            side=side,
            called=_say(role) if party.called is None else _both(party.called),
            name=_both(name if party.name is None else party.name),
            signed=confirmed.get(side),
        )
        for side, party, name, role in sides
    ]


def _rows(agreement: Agreement) -> Iterator[Row]:
    for chinese, english in zip(clauses(agreement, CHINESE), clauses(agreement, ENGLISH), strict=True):
        yield Row(text=(chinese.text, english.text), origin=(chinese.origin, english.origin))


def _renewal(agreement: Agreement) -> tuple[str, str] | None:
    if agreement.renewal is None:
        return None
    rule = (
        "It goes on by itself unless one side gives notice {length} before the end."
        if agreement.renewal.automatic
        else "It ends unless both sides agree to go on, {length} before the end."
    )
    chinese, english = (_length(agreement.renewal.notice, language) for language in LANGUAGES)
    return sentence(ROOM, CHINESE, rule, length=chinese), sentence(ROOM, ENGLISH, rule, length=english)


def _length(span: Span, language: str) -> str:
    return length(span, language)


def _level(level: Level) -> list[tuple[str, str]]:
    """Its name, and each of its time limits in both languages; what is only aimed at is nobody's promise."""
    promised = level.model_copy(
        update={
            "commitments": _promised(level.commitments),
            "outside_hours": None if level.outside_hours is None else _promised(level.outside_hours),
        }
    )
    texts = zip(level_text(promised, CHINESE), level_text(promised, ENGLISH), strict=True)
    return [_both(level.name), *texts]


def _promised(commitments: Mapping[str, Commitment]) -> dict[str, Commitment]:
    return {id: one.model_copy(update={"target": None}) for id, one in commitments.items()}
