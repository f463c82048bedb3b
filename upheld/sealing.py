"""Statements through their month: drafted, asked about, sealed, mailed. Carries out what `sla.sealing` decides.

Each function takes part in the caller's transaction: a decision, the facts it rests on and what follows of it are
stored together or not at all.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from config.instant import Instant
from config.language import ENGLISH
from db.ledger.checkpoint import Signed, checkpoint_now
from sla import letter, sealing
from sla.booking import Booking
from sla.document import document, record
from sla.evidence import Evidence
from sla.parties import parties_of
from sla.period import Period
from sla.record import Word
from sla.remedydocument import owed_more
from sla.revision import changes, deltas
from sla.seal import Replaced, delta_json, digest, seal_json, sealed
from sla.sealing import Ask, CountAsDown, Draft, Mail, NotSealed, SealIt, Tell, Who, decide
from sla.standing import Happening, Stage, Standing, Way, What
from sla.statement import Statement
from sla.store import remedy
from sla.store import statement as stored
from sla.store.statement import SealedRevision
from upheld import signing
from upheld.ledger import signer_of
from upheld.post import SYSTEM, Post, undeliverable
from upheld.proof.gather import bundle_of, resting_on
from upheld.proof.verify import verify
from upheld.rules import Rules
from upheld.statements import composed

_ROUNDS = 4
_CHANGED = "somebody changed the store, or a fact was written without its leaf: look into both before sealing"
_BEHIND = "the clock is behind facts that are recorded already; it can be sealed once the clock has caught up"
_EXPLAINED = 20
"""Changed lines that a proposal spells out; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    key: Ed25519PrivateKey

    @property
    def key_id(self) -> str:
        return signing.key_id(self.key)

    @property
    def public_pem(self) -> str:
        return signing.public_pem(self.key).decode()

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


class Sealer:
    """One configuration's view of its statements."""

    def __init__(self, rules: Rules, signer: Signer) -> None:
        self._rules = rules
        self._config = rules.config
        self._signer = signer
        self._post = Post(rules)

    # by itself

    def due(self, tx: Connection, now: Instant) -> list[tuple[str, Period]]:
        """Every customer and month that is not sealed and delivered yet."""
        found: list[tuple[str, Period]] = []
        for customer in self._config.customers.values():
            settled = stored.delivered_periods(tx, customer.id)
            parties = parties_of(self._config, customer.id)
            found += [(customer.id, one) for one in sealing.months(parties, now) if str(one) not in settled]
        return sorted(found, key=lambda one: (str(one[1]), one[0]))

    def idle(self, tx: Connection, customer: str, period: Period, now: Instant) -> bool:
        """Whether there is nothing to do; reads only."""
        statement, _ = composed(tx, self._config, self._rules.caseload, customer, period, now)
        standing = stored.standing(tx, customer, str(period))
        return not decide(statement, standing, undeliverable(self._rules, customer), now)

    def step(self, tx: Connection, customer: str, period: Period, now: Instant) -> Standing:
        """Everything that is due now. Raises NoStatement."""
        for _ in range(_ROUNDS):
            statement, evidence = composed(tx, self._config, self._rules.caseload, customer, period, now)
            standing = stored.standing(tx, customer, str(period))
            acts = decide(statement, standing, undeliverable(self._rules, customer), now)
            if not acts:
                break
            for act in acts:
                self._carry_out(tx, act, statement, evidence, standing, now)
        return stored.standing(tx, customer, str(period))

    def sealed(self, tx: Connection, now: Instant) -> list[tuple[str, Period]]:
        """Every customer and month that is sealed and not too old to be revised."""
        found: list[tuple[str, Period]] = []
        for customer in self._config.customers:
            sealed = stored.sealed_periods(tx, customer)
            found += [
                (customer, one) for one in sealing.months(parties_of(self._config, customer), now) if str(one) in sealed
            ]
        return found

    def unchanged(self, tx: Connection, customer: str, period: Period, now: Instant) -> bool:
        """Whether what is known now gives what was sealed, or was already proposed; reads only."""
        last = stored.find(tx, customer, str(period))
        if last is None:
            return True
        fresh = self._as_sealed(tx, last, period, now)
        if stored.standing(tx, customer, str(period)).proposed == digest(record(fresh)):
            return True
        return not changes(json.loads(last.record), document(fresh))

    def look_again(self, tx: Connection, customer: str, period: Period, now: Instant) -> bool:
        """Late facts that change a sealed record propose its next revision; True if they do. Never an edit."""
        last = stored.find(tx, customer, str(period))
        if last is None:
            return False
        before, fresh = json.loads(last.record), self._as_sealed(tx, last, period, now)
        found, mark = changes(before, document(fresh)), digest(record(fresh))
        if found and stored.standing(tx, customer, str(period)).proposed != mark:
            body = {
                "record_sha256": mark,
                "changes": [
                    {"where": one.where, "before": one.before, "after": one.after} for one in found[:_EXPLAINED]
                ],
                "more": max(0, len(found) - _EXPLAINED),
                "deltas": [delta_json(one) for one in deltas(before, document(fresh))],
                "money": dict(owed_more(fresh.remedies.entries)),
            }
            self._happened(tx, customer, period, What.PROPOSED, last.seal.revision + 1, now, body)
        if found:
            self.step(tx, customer, period, now)
        return bool(found)

    # by hand

    def seal(self, tx: Connection, customer: str, period: Period, by: str, now: Instant) -> SealedRevision:
        """What the calendar would do, now; of a sealed period the next revision, if anything changed.

        Raises NotSealed with the next step, NoStatement.
        """
        statement, evidence = composed(tx, self._config, self._rules.caseload, customer, period, now)
        standing, last = stored.standing(tx, customer, str(period)), stored.find(tx, customer, str(period))
        if last is not None and not self.look_again(tx, customer, period, now):
            return last
        if statement.obstacles:
            raise NotSealed(f"{customer} {period} cannot be sealed yet: {self.explained(statement, standing)}")
        revision = 1 if last is None else last.seal.revision + 1
        self._seal(tx, revision, statement, evidence, now, by)
        self.step(tx, customer, period, now)
        made = stored.find(tx, customer, str(period))
        assert made is not None
        return made

    def explained(self, statement: Statement, standing: Standing) -> str:
        """What it waits for, in a line."""
        waits = sealing.steps(statement, standing, undeliverable(self._rules, statement.customer))
        return "; ".join(f"{one.hold}: {letter.step_text(one, ENGLISH)}" for one in waits)

    # the customer's word

    def answer(
        self, tx: Connection, customer: str, period: Period, word: Word, by: str, entered_by: str, now: Instant
    ) -> Standing:
        """How the time that was not measured counts. Raises NotSealed where nothing is asked, NoStatement."""
        self._own(customer, by)
        statement, _ = composed(tx, self._config, self._rules.caseload, customer, period, now)
        standing = stored.standing(tx, customer, str(period))
        question = standing.question
        if question is None or question.figures != sealing.figures(statement):
            raise NotSealed(f"{customer} {period} asks nothing of the customer; `upheld statement --list {customer}`")
        if question.answer is not None and not statement.obstacles:
            said = question.answer.word.value
            raise NotSealed(f"{customer} {period} has its answer already ({said}); it counts from now on")
        body = {"figures": question.figures, "word": word.value, "entered_by": entered_by}
        self._happened(tx, customer, period, What.ANSWERED, standing.revision + 1, now, body, by)
        return self.step(tx, customer, period, now)

    def countersign(
        self, tx: Connection, customer: str, period: Period, by: str, entered_by: str, now: Instant, way: Way
    ) -> Standing:
        """The customer puts his word to the same hash. Raises NotSealed."""
        self._own(customer, by)
        last = self._sealed(tx, customer, period)
        if stored.standing(tx, customer, str(period)).countersigned_at is None:
            body = {"record_sha256": last.seal.record_sha256, "entered_by": entered_by, "way": way.value}
            self._happened(tx, customer, period, What.COUNTERSIGNED, last.seal.revision, now, body, by)
        return stored.standing(tx, customer, str(period))

    def dispute(
        self,
        tx: Connection,
        customer: str,
        period: Period,
        line: str,
        reason: str,
        by: str,
        entered_by: str,
        now: Instant,
    ) -> Standing:
        """The customer disputes one line of the sealed statement. Raises NotSealed."""
        self._own(customer, by)
        last = self._sealed(tx, customer, period)
        if not reason.strip():
            raise NotSealed("a dispute needs a reason: write what is wrong with the line")
        known = lines_of(json.loads(last.record))
        if line not in known:
            raise NotSealed(f"{last.seal.name} has no line {line!r}; it has {', '.join(known)}")
        body = {
            "record_sha256": last.seal.record_sha256,
            "line": line,
            "reason": reason.strip(),
            "entered_by": entered_by,
        }
        self._happened(tx, customer, period, What.DISPUTED, last.seal.revision, now, body, by)
        return stored.standing(tx, customer, str(period))

    # inside

    def _as_sealed(self, tx: Connection, last: SealedRevision, period: Period, now: Instant) -> Statement:
        """What is known now of what had happened when it was sealed."""
        caseload, cutoff, only_own = self._rules.caseload, last.seal.cutoff, last.evidence.parties.only_own
        return composed(tx, self._config, caseload, last.customer, period, now, as_of=cutoff, only_own=only_own)[0]

    def _own(self, customer: str, by: str) -> None:
        if by != f"customer:{customer}":
            raise NotSealed(f"{by} cannot speak for {customer}; the word is the customer's own (customer:{customer})")

    def _sealed(self, tx: Connection, customer: str, period: Period) -> SealedRevision:
        last = stored.find(tx, customer, str(period))
        if last is None:
            raise NotSealed(f"{customer} {period} is not sealed; `upheld statement --list {customer}` says why")
        return last

    def _carry_out(
        self,
        tx: Connection,
        act: sealing.Act,
        statement: Statement,
        evidence: Evidence,
        standing: Standing,
        now: Instant,
    ) -> None:
        customer, period, coming = statement.customer, statement.period, standing.revision + 1
        match act:
            case Draft(obstacles=obstacles):
                body: dict[str, Any] = {"obstacles": [one.value for one in obstacles]}
                self._happened(tx, customer, period, What.DRAFTED, coming, now, body)
            case Ask(figures=mark, obstacles=obstacles):
                body = {"figures": mark, "obstacles": [one.value for one in obstacles]}
                self._happened(tx, customer, period, What.ASKED, coming, now, body)
                self._post.question(tx, statement, mark, f"question-{now}", standing.revision, now)
            case CountAsDown(figures=mark):
                self._happened(tx, customer, period, What.UNANSWERED, coming, now, {"figures": mark})
            case SealIt(revision=revision):
                self._seal(tx, revision, statement, evidence, now, SYSTEM)
            case Mail(attempt=attempt):
                last = self._sealed(tx, customer, period)
                self._happened(tx, customer, period, What.MAILED, last.seal.revision, now, {"attempt": attempt})
                self._post.statement(tx, last, attempt, now)
                self._post.to_sign(tx, last, now)
            case Tell(stage=stage, steps=waits):
                body = {"stage": stage.value, "steps": [one.hold for one in waits]}
                self._happened(tx, customer, period, What.TOLD, coming, now, body)
                self._post.held(tx, statement, waits, stage, now)
                if stage is not Stage.FIRST and any(one.who is Who.CUSTOMER for one in waits):
                    mark = sealing.figures(statement)
                    self._post.question(tx, statement, mark, f"reminder-{stage.value}", standing.revision, now)

    def _seal(
        self, tx: Connection, revision: int, statement: Statement, evidence: Evidence, now: Instant, by: str
    ) -> None:
        customer, period = statement.customer, str(statement.period)
        body, last = record(statement), stored.find(tx, customer, period)
        number = stored.free_number(tx, customer, period)
        head = self._signed_head(tx, now)
        streams = resting_on(tx, evidence.parties, statement.period, head.size)
        booked = remedy.book(tx, customer, statement.remedies, number, revision, now)
        seal = sealed(
            body,
            self._signer.sign,
            number=number,
            revision=revision,
            sealed_at=now,
            cutoff=statement.issued_at,
            key_id=self._signer.key_id,
            tree_size=head.size,
            root=head.root.hex(),
            replaces=None if last is None else _replaced(last, document(statement), booked),
        )
        made = SealedRevision(
            customer=customer,
            period=period,
            verdict=statement.verdict.value,
            ends_at=statement.window[1],
            record=body,
            evidence=evidence,
            seal=seal,
        )
        stored.add(tx, made)
        stamp = {
            "seal": seal_json(seal),
            "streams": {name: list(numbers) for name, numbers in streams.items()},
            "word": None if statement.answer is None else statement.answer.word.value,
        }
        self._happened(tx, customer, statement.period, What.SEALED, revision, now, stamp, by)
        self._signed_head(tx, now)
        self._prove(tx, made)

    def _prove(self, tx: Connection, made: SealedRevision) -> None:
        """Nothing is issued that its reader could not verify. Raises NotSealed."""
        bundle = bundle_of(tx, made, self._signer.public_pem, pinned=True)
        report = verify(bundle)
        if not report.holds:
            said = "; ".join(finding.text for finding in report.findings[:3])
            behind = any(one.entry.recorded_at > made.seal.cutoff for one in bundle.evidence)
            why = _BEHIND if behind else _CHANGED
            raise NotSealed(f"{made.customer} {made.period} cannot be proven from the ledger: {said}; {why}")

    def _signed_head(self, tx: Connection, now: Instant) -> Signed:
        return checkpoint_now(tx, signer_of(tx, self._config, self._signer.key, now), now)

    def _happened(
        self,
        tx: Connection,
        customer: str,
        period: Period,
        what: What,
        revision: int,
        now: Instant,
        body: Mapping[str, Any],
        by: str = SYSTEM,
    ) -> None:
        stored.append(tx, customer, str(period), Happening(what=what, revision=revision, at=now, by=by, body=body))


def sealer_of(rules: Rules) -> Sealer:
    """With the key the configuration names. Raises signing.KeyUnusable."""
    key = signing.ensure(rules.config.signing.key_file)
    return Sealer(rules, Signer(key=key))


def lines_of(sealed_record: Mapping[str, Any]) -> list[str]:
    """What of a record can be disputed one by one: components, exclusions, cases."""
    found = [one["component"] for one in sealed_record["components"]]
    found += [one["id"] for one in (*sealed_record["exclusions"], *sealed_record["cases"])]
    return list(dict.fromkeys(found))


def _replaced(last: SealedRevision, now: Mapping[str, Any], booked: Iterable[Booking]) -> Replaced:
    return Replaced(
        revision=last.seal.revision,
        record_sha256=last.seal.record_sha256,
        deltas=deltas(json.loads(last.record), now),
        money=owed_more(booked),
    )
