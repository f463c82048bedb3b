"""Exclusions in the store: proposed, announced, approved, countersigned, worked, withdrawn. Each refusal says why.

What stands in the configuration is a proposal like any other, signed `configuration` and recorded when a server or a
command first sees it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from config.agreement import Category
from config.instant import Instant
from config.model import Config
from config.model import Exclusion as Written
from config.naming import NAMES, another_named, concerned
from config.value import Text
from sla.exclusion import planned
from sla.interval import Interval
from sla.occurrence import occurrences
from sla.proposal import (
    Approved,
    Countersigned,
    ExclusionEvent,
    NoticeGiven,
    Proposal,
    Proposed,
    Withdrawn,
    Worked,
    proposal_of,
)
from sla.store import exclusion as store
from sla.store.number import next_number
from sla.word import CONFIGURATION, WRITER, Refused, Said, customer_of, name_of, spoken_by

LETTER = "X"
UNKNOWN = "there is no exclusion {id!r}; `upheld exclusion list --all` lists them"


class Exclusions:
    """One configuration's view of them: it names the components and the customers."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def take_over(self, tx: Connection, now: Instant) -> None:
        """Record what the configuration says and the store does not. What began before stays as it was."""
        for id, said in _differences(self._config.exclusions.values(), store.proposals(tx), now):
            store.append(tx, id, store.find(tx, id), said)

    def known(self, tx: Connection, components: Sequence[str] | None, now: Instant) -> tuple[Proposal, ...]:
        """Those recorded up to `now`, and those of the configuration that nobody has recorded yet, as if recorded now.

        `components` None: all.
        """
        found = {one.id: one for one in store.proposals(tx, components, now)}
        written = [
            one
            for one in self._config.exclusions.values()
            if components is None or set(one.components) & set(components)
        ]
        new = [one for one in written if one.id not in found and store.find(tx, one.id) is None]
        for id, said in _differences(new, (), now):
            found[id] = proposal_of(id, said)
        return tuple(found[id] for id in sorted(found))

    # what a person says

    def propose(
        self, tx: Connection, plan: Proposed, by: str, now: Instant, *, entered_by: str | None = None
    ) -> Proposal:
        """With a number of its own. Raises Refused."""
        _check_plan(plan, self._config)
        speaker = customer_of(by)
        if speaker is not None and speaker not in self._concerned(plan.components):
            raise Refused(
                "no agreement of {customer!r} covers {components}",
                customer=speaker,
                components=", ".join(plan.components),
            )
        if speaker is None or entered_by is not None:
            self._check_words(plan.text, plan.components)
        id = next_number(tx, LETTER)
        while store.find(tx, id) is not None or id in self._config.exclusions:  # the configuration may use any name
            id = next_number(tx, LETTER)
        return store.append(tx, id, None, _said(plan, by, now, now, entered_by))

    def approve(self, tx: Connection, id: str, by: str, now: Instant) -> Proposal:
        """As the second person. Raises Refused."""
        proposal = self._open(tx, id, now)
        revision = proposal.newest
        if customer_of(by) is not None:
            raise Refused(
                "{id}: a customer does not approve but countersign; use `upheld exclusion countersign {id}`", id=id
            )
        if by == revision.by:
            raise Refused(
                "{id}: {name} asked for it and cannot approve it; a second person has to", id=id, name=name_of(by)
            )
        if by == revision.entered_by:
            raise Refused(WRITER, id=id, name=name_of(by))
        if revision.second is not None:
            raise Refused(
                "{id} is approved already, by {name}; nothing is left to approve",
                id=id,
                name=name_of(revision.second.by),
            )
        return store.append(tx, id, proposal, _said(Approved(), by, now, now))

    def countersign(
        self,
        tx: Connection,
        id: str,
        customer: str,
        now: Instant,
        *,
        proof: str = "",
        occurrence: Instant | None = None,
        entered_by: str | None = None,
    ) -> Proposal:
        """The customer's word; where somebody else writes it down he says how it can be seen. Raises Refused."""
        proposal = self._open(tx, id, now)
        self._check_customer(proposal, customer, entered_by)
        start = None if occurrence is None else _occurrence(proposal, (occurrence, occurrence + 1))[0]
        if entered_by is not None and not proof.strip():
            raise Refused("{id}: write with --proof how the customer's word can be seen: a signed sheet, a mail", id=id)
        if any(one.event.customer == customer and one.event.occurrence in (None, start) for one in _signed(proposal)):
            raise Refused("{id} is countersigned by the customer already", id=id)
        event = Countersigned(customer=customer, proof=proof.strip(), occurrence=start)
        return store.append(tx, id, proposal, _said(event, spoken_by(customer), now, now, entered_by))

    def notice(
        self,
        tx: Connection,
        id: str,
        by: str,
        now: Instant,
        *,
        delivered_at: Instant,
        proof: str,
        customer: str | None = None,
        occurrence: Instant | None = None,
    ) -> Proposal:
        """It reached the customer then. Raises Refused."""
        proposal = self._open(tx, id, now)
        concerned = self._concerned(proposal.newest.plan.components)
        if customer is None and len(concerned) != 1:
            known = ", ".join(concerned) or "none"
            raise Refused(
                "{id}: say with --customer who had the notice; its components are covered for: {known}",
                id=id,
                known=known,
            )
        told = customer or concerned[0]
        self._check_customer(proposal, told, by)
        if not proof.strip():
            raise Refused(
                "{id}: write how the delivery can be seen: the mail server's answer, a receipt, a recorded call", id=id
            )
        if delivered_at > now:
            raise Refused("{id}: a notice cannot have been delivered in the future; write when it was", id=id)
        start = None if occurrence is None else _occurrence(proposal, (occurrence, occurrence + 1))[0]
        event = NoticeGiven(customer=told, proof=proof.strip(), occurrence=start)
        return store.append(tx, id, proposal, _said(event, by, delivered_at, now))

    def worked(self, tx: Connection, id: str, start: Instant, end: Instant, by: str, now: Instant) -> Proposal:
        """Work was done over [start, end), in the occurrence it touches. Raises Refused."""
        proposal = self._find(tx, id, now)
        if end <= start:
            raise Refused("{id}: the work ends before it starts; write first when it began", id=id)
        if end > now:
            raise Refused("{id}: work that is not over cannot be recorded; write it when it has ended", id=id)
        event = Worked(occurrence=_occurrence(proposal, (start, end))[0], start=start, end=end)
        if any(one.event == event for one in proposal.works):
            raise Refused("{id}: that work is recorded already", id=id)
        return store.append(tx, id, proposal, _said(event, by, end, now))

    def withdraw(
        self, tx: Connection, id: str, reason: str, by: str, now: Instant, *, since: Instant | None = None
    ) -> Proposal:
        """All of it, or what starts at `since` or later. Raises Refused."""
        proposal = self._open(tx, id, now)
        if not reason.strip():
            raise Refused("{id}: write with --reason why it is withdrawn", id=id)
        if customer_of(by) is None:
            self._check_words(reason, proposal.newest.plan.components)
        return store.append(tx, id, proposal, _said(Withdrawn(reason=reason.strip(), since=since), by, now, now))

    # inside

    def _find(self, tx: Connection, id: str, now: Instant) -> Proposal:
        if id in self._config.exclusions:
            self.take_over(tx, now)
        found = store.find(tx, id)
        if found is None:
            raise Refused(UNKNOWN, id=id)
        return found

    def _open(self, tx: Connection, id: str, now: Instant) -> Proposal:
        found = self._find(tx, id, now)
        if found.withdrawn:
            raise Refused("{id} is withdrawn; nothing more can be said of it but work that was done", id=id)
        return found

    def _concerned(self, components: Iterable[str]) -> list[str]:
        return concerned(components, self._config)

    def _check_words(self, text: Text | None, components: Iterable[str]) -> None:
        """Ours, for everybody concerned reads them; a customer who tried names would learn who else is there."""
        named = another_named(text, self._concerned(components), self._config)
        if named is not None:
            raise Refused(NAMES, name=named)

    def _check_customer(self, proposal: Proposal, customer: str, entered_by: str | None) -> None:
        """Whom it concerns is told to whoever writes for a customer; to him himself it does not exist."""
        concerned = self._concerned(proposal.newest.plan.components)
        if customer not in concerned and entered_by is None:
            raise Refused(UNKNOWN, id=proposal.id)
        if customer not in concerned:
            known = ", ".join(concerned) or "none"
            raise Refused(
                "{id} does not concern {customer!r}; its components are covered for: {known}",
                id=proposal.id,
                customer=customer,
                known=known,
            )


def _check_plan(plan: Proposed, config: Config) -> None:
    if not plan.components:
        raise Refused("an exclusion names the components it holds for; write at least one")
    for name in plan.components:
        if name not in config.components:
            raise Refused(
                "there is no component {component!r}; known: {known}",
                component=name,
                known=", ".join(config.components),
            )
    if (plan.page or plan.open) and plan.category is not Category.MAINTENANCE:
        raise Refused("only maintenance holds calls and incidents; leave out page and open")
    if plan.page and not plan.open:
        raise Refused("people are called for an incident; let incidents open, too")
    if plan.every is not None:
        if plan.duration is None or plan.duration <= 0 or plan.start is not None or plan.end is not None:
            raise Refused("a recurring exclusion has a start like 'Sun 01:00' and a duration like 4h, and nothing else")
        try:
            next(occurrences(plan, (0, 1)), None)
        except ValueError as error:
            raise Refused(str(error)) from None
        return
    if plan.start is None or plan.end is None:
        raise Refused("when the exclusion holds is not clear; write a start and an end, or every and a duration")
    if plan.end <= plan.start:
        raise Refused("the exclusion ends before it begins; write its start first, then its end")


def _occurrence(proposal: Proposal, span: Interval) -> Interval:
    """The first one that the span touches. Raises Refused."""
    found = next((one for _, one in planned(proposal, span)), None)
    if found is None:
        raise Refused("`upheld exclusion show {id}` lists its windows; at that time it has no window", id=proposal.id)
    return found


def _signed(proposal: Proposal) -> Sequence[Said[Countersigned]]:
    return proposal.newest.countersignatures


def _said(
    event: ExclusionEvent, by: str, happened_at: Instant, now: Instant, entered_by: str | None = None
) -> Said[ExclusionEvent]:
    # the customer's room shows every exclusion of his components from this commit on
    return Said(
        event=event, happened_at=happened_at, recorded_at=now, by=by, entered_by=entered_by, seen_by_customer_at=now
    )


def _differences(
    written: Iterable[Written], stored: Iterable[Proposal], now: Instant
) -> list[tuple[str, Said[ExclusionEvent]]]:
    """What has to be said so that the store knows what the configuration says now."""
    plans = {one.id: _plan(one) for one in written}
    known = {one.id: one for one in stored}
    found: list[tuple[str, Said[ExclusionEvent]]] = []
    for id, plan in plans.items():
        old = known.get(id)
        if old is None or old.newest.plan != plan or _taken_out(old):
            found.append((id, _said(plan, CONFIGURATION, now, now)))
    for id, old in known.items():
        if id not in plans and old.newest.by == CONFIGURATION and not old.withdrawn:
            gone = Withdrawn(reason="taken out of the configuration", since=now)
            found.append((id, _said(gone, CONFIGURATION, now, now)))
    return found


def _taken_out(old: Proposal) -> bool:
    """It was withdrawn by being taken out, and stands there again. What a person withdrew stays withdrawn."""
    return bool(old.newest.withdrawals) and all(one.by == CONFIGURATION for one in old.newest.withdrawals)


def _plan(written: Written) -> Proposed:
    notice = written.notice
    end = written.end
    if end is None and written.start is not None and written.duration is not None:
        end = written.start + written.duration
    return Proposed(
        components=written.components,
        category=written.category,
        start=written.start,
        end=end,
        every=written.every,
        duration=written.duration if written.every is not None else None,
        timezone=written.timezone,
        text=written.text,
        given=None if notice is None else notice.given,
        annex=None if notice is None else notice.ref,
        page=written.page,
        open=written.open,
        count=written.count,
        publish=written.publish,
    )


def proposed(written: Iterable[Written], recorded_at: Instant) -> tuple[Proposal, ...]:
    """What a configuration says, as if it had been recorded then and nothing been said of it since."""
    said = _differences(written, (), recorded_at)
    return tuple(proposal_of(id, one) for id, one in said)
