"""The counter at which a customer's room gets its statements and gives the customer's word on them."""

import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from config.instant import Instant
from console.issued import File, Issued, ToSign
from console.signature import Asked
from sla.parties import NoStatement, parties_of
from sla.record import Word
from sla.sealing import figures, months
from sla.standing import Way
from sla.store import statement as stored
from upheld.countersigning import countersign, to_sign
from upheld.files import BUNDLE, bundle_file, kinds
from upheld.installed import installed
from upheld.rules import Rules
from upheld.sealing import lines_of, sealer_of
from upheld.statements import composed, issued, last_sealed, parsed, rendered


class Counter:
    """`console.issued.Statements` on the rules in force."""

    def __init__(self, rules: Callable[[], Rules]) -> None:
        self._rules = rules

    @property
    def formats(self) -> Sequence[str]:
        return tuple(kinds())

    def of(self, tx: Connection, customer: str, now: Instant) -> Sequence[Issued]:
        rules = self._rules()
        found = [self._one(tx, customer, str(one), now) for one in months(parties_of(rules.config, customer), now)]
        return tuple(one for one in reversed(found) if one is not None)

    def file(self, tx: Connection, customer: str, period: str, form: str, language: str | None, now: Instant) -> File:
        rules, offered = self._rules(), kinds()
        if form not in offered:
            raise LookupError(f"there is no format {form!r}; write one of {', '.join(offered)}")
        if form == BUNDLE:
            sealed = last_sealed(tx, customer, period)
            body = bundle_file(tx, rules.config, sealed)
            name = f"{sealed.seal.name.replace('/', '-')}.{offered[form].extension}"
            return File(name=name, content_type=offered[form].content_type, body=body)
        made = issued(tx, rules.config, rules.caseload, customer, period, now)
        name = f"{customer}-{period}" if made.seal is None else made.seal.name.replace("/", "-")
        body = rendered(made, rules.config, installed().formats[form], language)
        return File(name=f"{name}.{offered[form].extension}", content_type=offered[form].content_type, body=body)

    def answer(self, tx: Connection, customer: str, period: str, word: Word, by: str, now: Instant) -> None:
        sealer_of(self._rules()).answer(tx, customer, parsed(period), word, by, by, now)

    def countersign(self, tx: Connection, customer: str, period: str, by: str, now: Instant) -> None:
        sealer_of(self._rules()).countersign(tx, customer, parsed(period), by, by, now, Way.ROOM)

    def to_sign(self, tx: Connection, asked: Asked) -> ToSign | None:
        return to_sign(tx, self._rules(), asked)

    def countersign_by_link(self, tx: Connection, asked: Asked, now: Instant) -> None:
        countersign(tx, self._rules(), asked, now)

    def dispute(
        self, tx: Connection, customer: str, period: str, line: str, reason: str, by: str, now: Instant
    ) -> None:
        sealer_of(self._rules()).dispute(tx, customer, parsed(period), line, reason, by, by, now)

    def _one(self, tx: Connection, customer: str, period: str, now: Instant) -> Issued | None:
        """None where no agreement was in force."""
        standing, last = stored.standing(tx, customer, period), stored.find(tx, customer, period)
        if last is not None:
            lines = lines_of(json.loads(last.record))
            number = last.seal.name
            return Issued(
                period=period, number=number, verdict=last.verdict, standing=standing, asked=False, lines=lines
            )
        rules = self._rules()
        try:
            made, _ = composed(tx, rules.config, rules.caseload, customer, parsed(period), now)
        except NoStatement:
            return None
        question = standing.question
        asked = question is not None and question.figures == figures(made) and bool(made.obstacles)
        return Issued(period=period, number=None, verdict=made.verdict.value, standing=standing, asked=asked)
