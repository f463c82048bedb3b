"""Corrections in the store: requested with evidence, approved, confirmed or contested. Each refusal says why."""

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from config.naming import NAMES, another_named, concerned
from sla.correction import Approved, Confirmed, Contested, Correction, CorrectionEvent, Requested
from sla.store import correction as store
from sla.store.number import next_number
from sla.word import WRITER, Refused, Said, customer_of, name_of, spoken_by

LETTER = "C"
UNKNOWN = "there is no correction {id!r}; `upheld correction list --all` lists them"


class Corrections:
    """One configuration's view of them: it names the components and the customers."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def request(
        self, tx: Connection, asked: Requested, by: str, now: Instant, *, entered_by: str | None = None
    ) -> Correction:
        """With a number of its own. Raises Refused."""
        if asked.component not in self._config.components:
            raise Refused(
                "there is no component {component!r}; known: {known}",
                component=asked.component,
                known=", ".join(self._config.components),
            )
        if asked.end <= asked.start:
            raise Refused("the correction ends before it begins; write its start first, then its end")
        if asked.end > now:
            raise Refused("only what has passed can be corrected; write an end that lies behind us")
        if not asked.reason.strip() or not asked.evidence.strip():
            raise Refused("a correction needs a reason and evidence: what was in truth the case, and what shows it")
        speaker = customer_of(by)
        if speaker is not None and speaker not in self._concerned(asked.component):
            raise Refused(
                "no agreement of {customer!r} covers {component}", customer=speaker, component=asked.component
            )
        if speaker is None or entered_by is not None:
            self._check_words(f"{asked.reason} {asked.evidence}", asked.component)
        return store.append(tx, next_number(tx, LETTER), None, _said(asked, by, now, entered_by))

    def approve(self, tx: Connection, id: str, by: str, now: Instant) -> Correction:
        """As the second person. Raises Refused."""
        correction = self._find(tx, id)
        if customer_of(by) is not None:
            raise Refused("{id}: a customer does not approve but confirm; use `upheld correction confirm {id}`", id=id)
        if by == correction.requested_by:
            raise Refused(
                "{id}: {name} asked for it and cannot approve it; a second person has to", id=id, name=name_of(by)
            )
        if by == correction.entered_by:
            raise Refused(WRITER, id=id, name=name_of(by))
        if correction.approved_by is not None:
            raise Refused(
                "{id} is approved already, by {name}; nothing is left to approve",
                id=id,
                name=name_of(correction.approved_by),
            )
        return store.append(tx, id, correction, _said(Approved(), by, now))

    def confirm(
        self, tx: Connection, id: str, customer: str, now: Instant, *, proof: str = "", entered_by: str | None = None
    ) -> Correction:
        """The customer's word; where somebody else writes it down he says how it can be seen. Raises Refused."""
        correction = self._find(tx, id)
        self._check_customer(correction, customer, entered_by)
        if entered_by is not None and not proof.strip():
            raise Refused("{id}: write with --proof how the customer's word can be seen: a signed sheet, a mail", id=id)
        if correction.word(customer):
            raise Refused("{id} is confirmed by the customer already", id=id)
        event = Confirmed(customer=customer, proof=proof.strip())
        return store.append(tx, id, correction, _said(event, spoken_by(customer), now, entered_by))

    def contest(
        self, tx: Connection, id: str, customer: str, reason: str, now: Instant, *, entered_by: str | None = None
    ) -> Correction:
        """Raises Refused."""
        correction = self._find(tx, id)
        self._check_customer(correction, customer, entered_by)
        if not reason.strip():
            raise Refused("{id}: write what is wrong with it", id=id)
        if correction.word(customer) is False:
            raise Refused("{id} is contested by the customer already", id=id)
        event = Contested(customer=customer, reason=reason.strip())
        return store.append(tx, id, correction, _said(event, spoken_by(customer), now, entered_by))

    def _find(self, tx: Connection, id: str) -> Correction:
        found = store.find(tx, id)
        if found is None:
            raise Refused(UNKNOWN, id=id)
        return found

    def _concerned(self, component: str) -> list[str]:
        return concerned([component], self._config)

    def _check_words(self, text: str, component: str) -> None:
        """Ours, for everybody concerned reads them; a customer who tried names would learn who else is there."""
        named = another_named(text, self._concerned(component), self._config)
        if named is not None:
            raise Refused(NAMES, name=named)

    def _check_customer(self, correction: Correction, customer: str, entered_by: str | None) -> None:
        """Whom it concerns is told to whoever writes for a customer; to him himself it does not exist."""
        concerned = self._concerned(correction.component)
        if customer not in concerned and entered_by is None:
            raise Refused(UNKNOWN, id=correction.id)
        if customer not in concerned:
            known = ", ".join(concerned) or "none"
            raise Refused(
                "{id} does not concern {customer!r}; the component is covered for: {known}",
                id=correction.id,
                customer=customer,
                known=known,
            )


def _said(event: CorrectionEvent, by: str, now: Instant, entered_by: str | None = None) -> Said[CorrectionEvent]:
    # the customer's room shows every correction of his components from this commit on
    return Said(event=event, happened_at=now, recorded_at=now, by=by, entered_by=entered_by, seen_by_customer_at=now)
