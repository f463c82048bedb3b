"""Exclusions and corrections as rows of a page: when, what, how far, who said what, what may still be said. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.agreement import Category
from config.instant import Instant
from config.language import choose
from config.look.state import Shown, word
from console.reading import components_of
from console.voice import Voice
from sla.correction import Correction
from sla.own import ANOTHER, own_correction, own_proposal
from sla.proposal import Proposal, Proposed, Revision
from sla.word import CONFIGURATION

CATEGORIES: Mapping[Category, str] = {
    Category.MAINTENANCE: "Maintenance",
    Category.THIRD_PARTY: "A third party’s system",
    Category.CUSTOMER: "Caused by the customer",
    Category.FORCE_MAJEURE: "Force majeure",
    Category.GOVERNMENT_ACTION: "Government action",
    Category.NETWORK_OPERATOR: "Network operator",
}


OPENS, CALLS = "Incidents open meanwhile", "People are called meanwhile"
COUNTS = "Its time counts all the same"
SHOWN, HIDDEN = "It is on the public page", "It is not on the public page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`acts`: the words of the forms that fit it now; `waits`: for the one who reads."""

    id: str
    at: Instant
    title: str
    when: str
    components: str
    standing: str
    said: Sequence[str]
    acts: Sequence[str]

    @property
    def waits(self) -> bool:
        return bool({"approve", "approve-correction", "countersign", "confirm"} & set(self.acts))


def exclusion_row(proposal: Proposal, speaker: str, customer: str | None, voice: Voice) -> Row:
    """For the desk, or for a `customer`."""
    if customer is not None:
        proposal = own_proposal(proposal, customer, components_of(voice.config, customer, voice.now))
    newest = proposal.newest
    plan = newest.plan
    return Row(
        id=proposal.id,
        at=newest.recorded_at,
        title=voice.t(CATEGORIES[plan.category]) if plan.text is None else choose(plan.text, voice.language),
        when=_when(newest, voice),
        components=voice.listed([voice.component(name) for name in plan.components]),
        standing=_standing(proposal, newest, voice),
        said=_said(proposal, newest, voice),
        acts=_acts(proposal, speaker, customer),
    )


def _asker(by: str, voice: Voice) -> str:
    return voice.t(by) if by in (CONFIGURATION, ANOTHER) else voice.who(by)


def _when(revision: Revision, voice: Voice) -> str:
    plan = revision.plan
    if plan.start is not None and plan.end is not None:
        return voice.t("{start} to {end}", start=_clock(plan.start, voice), end=_clock(plan.end, voice))
    length = voice.length(plan.duration or 0)
    return voice.t("every {when}, {length}, zone {zone}", when=plan.every, length=length, zone=plan.timezone)


def _standing(proposal: Proposal, newest: Revision, voice: Voice) -> str:
    if proposal.withdrawn:
        return voice.t("Withdrawn")
    if newest.second is not None:
        return voice.t("Approved by {name}", name=voice.who(newest.second.by))
    if newest.countersignatures:
        return voice.t("Countersigned")
    if newest.plan.annex is not None:
        return voice.t("Rests on {annex}", annex=newest.plan.annex)
    return voice.t("Waits for a second person")


def _said(proposal: Proposal, newest: Revision, voice: Voice) -> list[str]:
    asked, recorded = _asker(newest.by, voice), _clock(newest.recorded_at, voice)
    lines = [voice.t("Asked by {name}, recorded {time}", name=asked, time=recorded)]
    if newest.plan.start is not None and newest.recorded_at > newest.plan.start:
        lines.append(voice.t("Recorded after its own start"))
    lines += [voice.t(text) for on, text in _meanwhile(newest.plan) if on]
    for notice in newest.notices:
        who, when = voice.customer(notice.event.customer), _clock(notice.happened_at, voice)
        lines.append(voice.t("{customer} had notice {time}", customer=who, time=when))
    for signed in newest.countersignatures:
        who, when = voice.customer(signed.event.customer), _clock(signed.recorded_at, voice)
        lines.append(voice.t("{customer} countersigned {time}", customer=who, time=when))
        if signed.entered_by is not None:
            writer, proof = voice.who(signed.entered_by), signed.event.proof
            lines.append(voice.t("{name} wrote that down, to be seen in: {proof}", name=writer, proof=proof))
    if proposal.works:
        done = max(proposal.works, key=lambda one: one.event.end)
        start, end = _clock(done.event.start, voice), _clock(done.event.end, voice)
        lines.append(voice.t("Last work recorded: {start} to {end}", start=start, end=end))
    elif newest.recurring:
        lines.append(voice.t("No work recorded yet: without it no window counts"))
    lines += [voice.t("Withdrawn: {reason}", reason=one.event.reason) for one in newest.withdrawals]
    return lines


def _meanwhile(plan: Proposed) -> tuple[tuple[bool, str], ...]:
    return (
        (plan.open, OPENS),
        (plan.page, CALLS),
        (plan.count, COUNTS),
        (not plan.publish, HIDDEN),
    )


def _acts(proposal: Proposal, speaker: str, customer: str | None) -> list[str]:
    newest = proposal.newest
    if customer is not None:
        signed = any(
            one.event.customer == customer and one.event.occurrence is None for one in newest.countersignatures
        )
        return [] if signed or proposal.withdrawn else ["countersign"]
    if proposal.withdrawn:
        return ["worked"]
    acts = ["worked", "withdraw"]
    return ["approve", *acts] if newest.second is None and newest.by != speaker else acts


def correction_row(one: Correction, speaker: str, customer: str | None, voice: Voice) -> Row:
    """For the desk, or for a `customer`."""
    if customer is not None:
        one = own_correction(one, customer)
    state = word(Shown(one.state.value), voice.language)
    lines = [
        voice.t(
            "Asked by {name}, recorded {time}",
            name=_asker(one.requested_by, voice),
            time=_clock(one.requested_at, voice),
        ),
        voice.t("Evidence: {evidence}", evidence=one.evidence),
    ]
    for name, confirmed, at in one.words:
        text = "{customer} confirmed it {time}" if confirmed else "{customer} contested it {time}"
        lines.append(voice.t(text, customer=voice.customer(name), time=_clock(at, voice)))
    return Row(
        id=one.id,
        at=one.requested_at,
        title=one.reason,
        when=voice.t("{start} to {end}", start=_clock(one.start, voice), end=_clock(one.end, voice)),
        components=voice.t("{component} was {state}", component=voice.component(one.component), state=state),
        standing=voice.t("Waits for a second person")
        if one.approved_by is None
        else voice.t("Approved by {name}", name=voice.who(one.approved_by)),
        said=lines,
        acts=_correction_acts(one, speaker, customer),
    )


def _correction_acts(one: Correction, speaker: str, customer: str | None) -> list[str]:
    if customer is None:
        return ["approve-correction"] if one.approved_by is None and one.requested_by != speaker else []
    said = one.word(customer)
    return [act for act, fits in (("confirm", said is not True), ("contest", said is not False)) if fits]


def _clock(at: Instant, voice: Voice) -> str:
    return voice.clock(at, seconds=False)
