"""From the store to a bundle: which facts a statement rests on, and the proof of each.

`resting_on` is asked when a statement is sealed: what it names goes into the sealing's own leaf, so that nobody can
leave a fact out of a bundle later. `bundle_of` is asked whenever somebody wants the bundle.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from config.instant import DAY, Instant, moment_of
from config.statutory import official_of
from db.ledger import checkpoint as heads
from db.ledger import store as ledger
from db.ledger.canonical import parse
from db.ledger.checkpoint import Signed
from db.ledger.store import Kept
from incidents.store import case as cases
from sla.answered import months_before
from sla.parties import NoStatement, Parties
from sla.period import Period
from sla.seal import seal_json
from sla.store import correction, exclusion
from sla.store.breach import breaches
from sla.store.entered import entered, stream_of
from sla.store.remedy import obligations
from sla.store.statement import SealedRevision
from sla.telling import streams_of
from upheld.proof.bundle import Bundle, Earlier, Evidence
from upheld.proof.stamp import STATEMENT, stamp_of
from upheld.proof.told import Told

REACH = DAY
"""So long before a period its observations are evidence too: a line is judged from before its first second."""

BEHIND = 62 * DAY
"""So long after its end a case may still owe something: a report, a review, a word."""
FAR: Instant = 1 << 60

Streams = Mapping[str, tuple[int, int]]
"""Of each stream of the ledger the half-open range of its numbers."""


class NoBundle(NoStatement):
    """There is none; the text says why and what to do."""


def resting_on(tx: Connection, who: Parties, period: Period, size: int) -> Streams:
    """What a statement of the period follows from, among the first `size` leaves."""
    window = period.window(who.agreements[0].availability.timezone)
    components = sorted({name for one in who.agreements for name in one.components})
    exact = [f"{family}/{name}" for family in ("transition", "incident") for name in components]
    for excluded in exclusion.proposals(tx, components):
        exact += streams_of(exclusion.TOPIC, excluded.id, who.customer, excluded.components.intersection(components))
    for corrected in correction.corrections(tx, components):
        exact += streams_of(correction.TOPIC, corrected.id, who.customer)
    exact += [f"case/{one.id}" for one in cases.of_period(tx, who.customer, window[0] - BEHIND, window[1])]
    exact += [f"booking/{id}" for id in dict.fromkeys(one.id for one in who.agreements)]
    exact += [f"obligation/{one.id}" for one in obligations(tx, FAR, who.customer)]
    exact += [f"breach/{one.id}" for one in breaches(tx, who.customer, FAR)]
    exact += [f"calendar/{days.country}" for one in who.agreements for days in official_of(one)]
    exact += [f"statement/{who.customer}/{one}" for one in (*months_before(who.agreements, period), period)]
    exact += [stream_of(one) for one in entered(tx, who.customer, FAR, str(period))]
    below = [f"agreement/{who.customer}/", *(f"check/{name}/" for name in components)]
    whole = [*exact, *(stream for beginning in below for stream in ledger.streams_below(tx, beginning))]
    found: dict[str, tuple[int, int]] = {}
    for one in ledger.leaves_of(tx, whole, size):
        found[one.entry.stream] = 0, one.entry.n + 1
    days = [stream for name in components for stream in ledger.streams_below(tx, f"observed/{name}/")]
    for one in ledger.leaves_of(tx, days, size):
        if window[0] - REACH < one.entry.body["day"] + DAY and one.entry.body["day"] < window[1] + REACH:
            first, _ = found.get(one.entry.stream, (one.entry.n, 0))
            found[one.entry.stream] = first, one.entry.n + 1
    return dict(sorted(found.items()))


def told(tx: Connection, streams: Streams, size: int) -> list[Told]:
    """Those leaves with their words."""
    kept = _within(ledger.leaves_of(tx, streams, size), streams)
    words = dict(ledger.openings_of(tx, [one.index for one in kept]))
    return [
        Told(
            entry=one.entry,
            private=words[one.index].private if one.index in words else {},
            erased=one.index not in words and one.entry.private_hash is not None,
        )
        for one in kept
    ]


def bundle_of(tx: Connection, sealed: SealedRevision, key: str, *, pinned: bool = False) -> Bundle:
    """Under the newest signed head; `pinned`: under the one signed when it was sealed. Raises NoBundle."""
    stamped = _stamped(tx, sealed)
    stamp = stamp_of(stamped.entry.body)
    assert stamp is not None
    head = heads.at_size(tx, stamped.index + 1) if pinned else heads.newest(tx)
    if head is None or head.size <= stamped.index:
        raise NoBundle("no head of the ledger was signed since it was sealed; `upheld serve` signs one each day")
    kept = [*_within(ledger.leaves_of(tx, stamp.streams, stamped.index), stamp.streams), stamped]
    # words may have been erased before the sealing too
    kept = sorted([*kept, *_erasures(tx, kept, head.size)], key=lambda one: one.index)
    proofs = ledger.inclusions(tx, [one.index for one in kept], head.size)
    words = dict(ledger.openings_of(tx, [one.index for one in kept]))
    earlier = _history(heads.before(tx, head.size), sealed.seal.cutoff)
    leading = ledger.consistencies(tx, [one.size for one in earlier], head.size)
    return Bundle(
        record=parse(sealed.record),
        seal=seal_json(sealed.seal),
        evidence=tuple(
            Evidence(index=one.index, entry=one.entry, proof=tuple(proof), opening=words.get(one.index))
            for one, proof in zip(kept, proofs, strict=True)
        ),
        checkpoint=head.note,
        history=tuple(
            Earlier(checkpoint=one.note, proof=tuple(proof)) for one, proof in zip(earlier, leading, strict=True)
        ),
        key=key,
    )


def _within(kept: Iterable[Kept], streams: Streams) -> list[Kept]:
    return [one for one in kept if streams[one.entry.stream][0] <= one.entry.n < streams[one.entry.stream][1]]


def _stamped(tx: Connection, sealed: SealedRevision) -> Kept:
    stream = f"statement/{sealed.customer}/{sealed.period}"
    for one in ledger.leaves_of(tx, [stream], ledger.size(tx)):
        stamp = stamp_of(one.entry.body) if one.entry.kind == STATEMENT else None
        if stamp is not None and stamp.record_sha256 == sealed.seal.record_sha256:
            return one
    raise NoBundle(f"the ledger does not hold the sealing of {sealed.seal.name}")


def _erasures(tx: Connection, kept: Sequence[Kept], size: int) -> list[Kept]:
    """The leaves that say which of the words were erased since."""
    streams = [f"erasure/{one.index}" for one in kept if one.entry.private_hash is not None]
    return ledger.leaves_of(tx, streams, size)


def _history(signed: Iterable[Signed], cutoff: Instant) -> list[Signed]:
    """Every head of the two months before the seal and since; of each month before them the last."""
    found: dict[object, Signed] = {}
    for one in signed:
        moment = moment_of(one.at)
        near = one.at >= cutoff - 62 * DAY
        found[one.size if near else (moment.year, moment.month)] = one
    return sorted(found.values(), key=lambda one: one.size)
