"""The record of a bundle, composed again from its leaves."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from config.instant import SECOND, Instant, parse_rfc3339
from config.language import LANGUAGES
from sla.document import document
from sla.parties import NoStatement
from sla.period import Period, parse_period
from sla.seal import Seal
from sla.sealing import figures
from sla.statement import Statement, compose
from upheld.proof.bundle import Evidence
from upheld.proof.facts import Labels, facts, parties
from upheld.proof.told import Told


class Unusable(ValueError):
    """Nothing can be composed from it; the text says why."""


def told_by(evidence: Sequence[Evidence]) -> list[Told]:
    """Without what the sealing itself appended."""
    return [
        Told(
            entry=one.entry,
            private={} if one.opening is None else one.opening.private,
            erased=one.opening is None and one.entry.private_hash is not None,
        )
        for one in evidence
        if one.entry.kind != "erasure"
    ]


def labels_of(record: Mapping[str, Any]) -> Labels:
    """How the record calls those concerned."""
    return Labels(
        customer=record["customer"],
        customer_name=_text(record["customer_name"]),
        provider=_text(record["provider"]),
        names={one["component"]: _text(one["name"]) for one in record["components"]},
        only_own=record.get("only_own") is True,
    )


def recomposed(evidence: Sequence[Evidence], record: Mapping[str, Any], seal: Seal) -> dict[str, Any]:
    """Raises Unusable."""
    try:
        period = parse_period(record["period"])
        now = parse_rfc3339(record["issued_at"])
        if now != seal.cutoff:
            raise Unusable("the seal is of another moment than the record")
        statement = composed_from(told_by(evidence), labels_of(record), period, now, demo=record["demo"] is True)
        return document(statement)
    except (KeyError, TypeError, ValueError, AttributeError, LookupError, AssertionError) as error:
        if isinstance(error, Unusable):
            raise
        said = str(error) or "they contradict each other"
        raise Unusable(f"no statement can be composed from its facts: {said}") from error


def composed_from(told: Sequence[Told], labels: Labels, period: Period, now: int, *, demo: bool) -> Statement:
    """As a sealing composes it: first without the customer's word, then with the one he gave on those figures."""
    who = parties(told, labels)
    if not who.agreements:
        raise NoStatement("no agreement stands in the facts")
    known = facts(told, who, period, None, now)
    first = compose(who, period, known, now, marked_as_demo=demo)
    answered = facts(told, who, period, figures(first), now)
    return first if answered.answer is None else compose(who, period, answered, now, marked_as_demo=demo)


def instant(seconds: int | str) -> Instant:
    """Of a record's POSIX seconds, whole or `num/den`."""
    return int(Fraction(seconds) * SECOND)


def _text(value: Any) -> Any:
    """Raises ValueError for what is no text of ours."""
    if isinstance(value, str) or (isinstance(value, dict) and set(value) <= set(LANGUAGES)):
        return value
    raise ValueError(f"{value!r} is no name")
