"""What the measuring leaves in doubt: for how long the count takes a state for granted that nobody saw any more. Pure.

sla-definition.md, 'Quantities' (sealing): last good to first bad, last bad to first good. Where observing ended there
is such an edge too: between what was seen last and where unknown begins, the state is presumed (ADR 0075). So it is
between two results that say the same and lie too far apart (ADR 0118).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from config.instant import Instant, Span
from sla.account import Account, Budget, Class, Verdict, classes, qualified
from sla.interval import Interval, intersect, subtract, total, union
from sla.record import Transition
from sla.terms import Terms
from sla.timeline import Timeline, bridge, joined

Stretch = tuple[Terms, Interval]
"""The terms of a version, and where it is in force."""


def uncertainty(
    line: Timeline,
    transitions: Sequence[Transition],
    stretches: Iterable[Stretch],
    settled: Iterable[Interval],
    found: Account,
) -> Span:
    """The length of what is in doubt of the time that `found` takes for known. `settled`: people have said how it was.

    What is unknown is not doubted twice: the bounds hold it already.
    """
    seen = {one.happened_at: one.bound_at for one in transitions if one.bound_at is not None}
    unseen = [(one.bound_at, one.happened_at) for one in transitions if one.repeats and one.bound_at is not None]
    doubted = [
        piece
        for terms, stretch in stretches
        for piece in intersect(union([*unseen, *presumed(line, seen, terms)]), [stretch])
    ]
    known = union([*found.ledger.where(Class.REST), *found.ledger.where(Class.COUNTED)])
    return total(intersect(subtract(union(doubted), union(settled)), known))


def presumed(line: Timeline, seen: Mapping[Instant, Instant], terms: Terms) -> Iterator[Interval]:
    """Of every stretch of one class, from when it was seen last to its end. `seen`: that instant by the end's."""
    whole, _ = qualified(bridge(line, terms.bridge_max)[0], terms)
    of = classes(terms)
    stretches = list(joined(whole.starts, [of[state] for state in whole.values], whole.end))
    for start, end, state in stretches[:-1]:
        last = seen.get(end, end)
        if state is not Class.UNOBSERVED and last < end:
            yield max(start, last), end


def turns(found: Account, uncertain: Span) -> bool:
    """Whether the measuring error could turn the figure over its budget or back under it, or the verdict."""
    budget = found.budget
    if budget is None or budget.met is None:
        return False
    return _over(budget, found.counted, uncertain) or _misjudged(budget, found, uncertain)


def _over(budget: Budget, loss: Fraction, uncertain: Span) -> bool:
    if budget.met:
        return loss + uncertain > budget.allowed
    return loss - uncertain <= budget.allowed


def _misjudged(budget: Budget, found: Account, uncertain: Span) -> bool:
    """`met` is said whatever the unknown time was, so beside it and not instead of it."""
    match budget.verdict:
        case Verdict.MET:
            return found.observed_loss + found.unobserved + uncertain > budget.widest
        case Verdict.MISSED:
            return found.observed_loss - uncertain <= budget.widest
        case _:
            return False
