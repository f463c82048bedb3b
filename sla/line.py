"""One line of an agreement over one period: a component's facts counted under the versions in force.

A period may see several versions of the agreement. Each counts its own stretch of time under its own terms; lengths,
losses and budgets add up, which is exact ("the sum over days equals the month").
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from config.agreement import Agreement, ExclusionEffect
from config.instant import Instant, Span, rfc3339
from config.state import State
from sla.account import Account, Class, account, judged, loss_of
from sla.correction import Correction
from sla.doubt import turns, uncertainty
from sla.exclusion import Exclusion
from sla.interval import Interval, clip, total, union
from sla.overlay import Corrected, corrected
from sla.record import Changes, Transition
from sla.servicehours import inactive
from sla.terms import Target, Terms
from sla.timeline import Line, Timeline, bridge, cut, in_turn, joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A qualifying outage whose span overlaps the period, whole. `counted` and `excluded` are its parts inside it.

    `id` is the component and the instant it began, so it is the same in every period it reaches into. `state` is its
    worst one, `open` means that it has not ended yet.
    """

    id: str
    start: Instant
    end: Instant
    state: State
    counted: Fraction
    excluded: Span
    cause: str | None
    reason: str | None
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The account, the time line under it, its figure under either exclusion effect, how exact its edges are.

    `line` has the corrections that count laid over what was recorded.
    """

    account: Account
    line: Timeline
    removed: Fraction | None
    retained: Fraction | None
    outages: tuple[Outage, ...]
    uncertainty: Span
    """Last good to first bad, last bad to first good, last answer to where unknown begins, summed; see `sla.doubt`."""
    within_measuring_error: bool
    corrections: tuple[Corrected, ...] = ()


def raw_line(transitions: Sequence[Transition], window: Interval, now: Instant) -> Timeline:
    """What is recorded, unknown before the first fact; reaches to `now`. Of one instant the later recorded wins."""
    told = sorted(transitions, key=lambda one: (one.happened_at, one.recorded_at))
    last = {one.happened_at: one.state for one in told}
    return line_of(Changes(starts=list(last), states=list(last.values())), window, now)


def line_of(told: Changes | None, window: Interval, now: Instant) -> Timeline:
    """As `raw_line`, from bare columns; None: nothing was ever told."""
    starts, states = (told.starts, told.states) if told else ([], [])
    first = min([window[0], *starts[:1]])
    return in_turn(State.UNKNOWN, starts, states, observed_from=first, observed_to=max(now, window[1]))


def terms_of(agreement: Agreement, effect: ExclusionEffect | None = None) -> Terms:
    """The counting terms of one version; `effect` counts as if the other meaning of an exclusion were agreed."""
    agreed = agreement.availability
    until = agreement.until
    return Terms(
        exclusion_effect=effect or agreed.exclusion_effect,
        unknown_policy=agreed.unknown,
        partial_weight=agreed.partial_weight,
        degraded_weight=agreed.degraded_weight,
        min_outage=agreed.min_outage,
        merge_gap=agreed.merge_gap,
        bridge_max=agreed.bridge_max,
        targets=(Target(start=agreement.effective, end=_FAR if until is None else until, share=agreed.share),),
    )


_FAR: Instant = 1 << 60


def account_of(
    line: Timeline,
    versions: Sequence[Agreement],
    component: str,
    exclusions: Iterable[Exclusion],
    window: Interval,
    effect: ExclusionEffect | None = None,
) -> Account:
    """The component's account over the window, pooled over the versions. Time under no version is inactive."""
    return account_under(line, rulings(versions, window), component, exclusions, window, effect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What one version says of its stretch of a window, made once for all the components it covers."""

    version: Agreement
    window: Interval
    inactive: list[Interval]
    terms: Terms


def rulings(versions: Sequence[Agreement], window: Interval) -> tuple[Ruling, ...]:
    """Of each version that is in force in the window, in order."""
    return tuple(
        Ruling(version=version, window=span, inactive=inactive(version, span), terms=terms_of(version))
        for version, span in _in_force(versions, window)
    )


def account_under(
    line: Timeline,
    ruled: Iterable[Ruling],
    component: str,
    exclusions: Iterable[Exclusion],
    window: Interval,
    effect: ExclusionEffect | None = None,
) -> Account:
    """As `account_of`."""
    valid = [one.interval for one in exclusions if one.valid and component in one.components]
    parts: list[Account] = []
    for one in ruled:
        if component in one.version.components:
            terms = one.terms if effect is None else replace(one.terms, exclusion_effect=effect)
            parts.append(account(line, one.window, valid, one.inactive, terms))
    return _pooled(parts, window)


def stretches(versions: Sequence[Agreement], component: str, window: Interval) -> list[tuple[Agreement, Interval]]:
    """Each version that covers the component, with its part of the window, in order."""
    return [(version, span) for version, span in _in_force(versions, window) if component in version.components]


def _in_force(versions: Sequence[Agreement], window: Interval) -> Iterator[tuple[Agreement, Interval]]:
    for version in sorted(versions, key=lambda one: one.effective):
        end = window[1] if version.until is None else min(window[1], version.until)
        span = max(window[0], version.effective), end
        if span[0] < span[1]:
            yield version, span


def counted(
    transitions: Sequence[Transition],
    versions: Sequence[Agreement],
    component: str,
    exclusions: Sequence[Exclusion],
    window: Interval,
    now: Instant,
    corrections: Iterable[Correction] = (),
) -> Counted:
    """Everything a statement says of one component. The window ends at `now` at the latest; versions cover it."""
    line, settled = corrected_line(transitions, versions, component, exclusions, window, now, corrections)
    ruled = rulings(versions, window)
    found = account_under(line, ruled, component, exclusions, window)
    by_effect = {
        effect: account_under(line, ruled, component, exclusions, window, effect).availability
        for effect in ExclusionEffect
    }
    parts = [(terms_of(version), stretch) for version, stretch in stretches(versions, component, window)]
    adjudged = [one.correction.interval for one in settled if one.applied]
    uncertain = uncertainty(line, transitions, parts, adjudged, found)
    return Counted(
        account=found,
        line=line,
        removed=by_effect[ExclusionEffect.REMOVED],
        retained=by_effect[ExclusionEffect.RETAINED],
        outages=tuple(_outages(line, found, transitions, settled, versions, component)),
        uncertainty=uncertain,
        within_measuring_error=turns(found, uncertain),
        corrections=settled,
    )


def corrected_line(
    transitions: Sequence[Transition],
    versions: Sequence[Agreement],
    component: str,
    exclusions: Sequence[Exclusion],
    window: Interval,
    now: Instant,
    corrections: Iterable[Correction],
) -> tuple[Timeline, tuple[Corrected, ...]]:
    """What is recorded with the component's corrections over it, and what each does to the account of the window."""
    return correct(raw_line(transitions, window, now), versions, component, exclusions, window, corrections)


def correct(
    line: Timeline,
    versions: Sequence[Agreement],
    component: str,
    exclusions: Sequence[Exclusion],
    window: Interval,
    corrections: Iterable[Correction],
) -> tuple[Timeline, tuple[Corrected, ...]]:
    """As `corrected_line`, from the line recorded."""
    own = [one for one in corrections if one.component == component]
    if not own:
        return line, ()
    customer = versions[0].customer
    return corrected(
        line, own, customer, window, lambda trial: account_of(trial, versions, component, exclusions, window)
    )


def _pooled(parts: list[Account], window: Interval) -> Account:
    """The sum of accounts over adjoining stretches; what of the window they leave out is inactive."""
    if len(parts) == 1 and parts[0].window == window:
        return parts[0]
    starts: list[Instant] = []
    classes: list[Class] = []
    at = window[0]
    for part in parts:
        if at < part.window[0]:
            starts.append(at)
            classes.append(Class.INACTIVE)
        starts += part.ledger.starts
        classes += part.ledger.values
        at = part.window[1]
    if at < window[1]:
        starts.append(at)
        classes.append(Class.INACTIVE)
    observed_loss = sum((part.observed_loss for part in parts), Fraction(0))
    counted_loss = sum((part.counted for part in parts), Fraction(0))
    unobserved, agreed = sum(part.unobserved for part in parts), sum(part.agreed for part in parts)
    budgets = [part.budget for part in parts if part.budget is not None]
    allowed = sum((budget.allowed for budget in budgets), Fraction(0))
    widest = sum((budget.widest for budget in budgets), Fraction(0))
    ledger: Line[Class] = joined(starts, classes, window[1])
    return Account(
        window=window,
        service_time=sum(part.service_time for part in parts),
        excluded=sum(part.excluded for part in parts),
        unobserved=unobserved,
        observed_loss=observed_loss,
        counted=counted_loss,
        base=sum(part.base for part in parts),
        agreed=agreed,
        # Versions may join and forgive differently; what overlaps is one outage.
        outages=tuple(union(outage for part in parts for outage in part.outages)),
        inferred=tuple(union(piece for part in parts for piece in part.inferred)),
        budget=judged(allowed, widest, counted_loss, observed_loss, unobserved, agreed),
        ledger=ledger,
    )


def _outages(
    line: Timeline,
    found: Account,
    transitions: Sequence[Transition],
    corrections: Sequence[Corrected],
    versions: Sequence[Agreement],
    component: str,
) -> Iterator[Outage]:
    counted_time, excluded = found.ledger.where(Class.COUNTED), found.ledger.where(Class.EXCLUDED)
    causes = {one.happened_at: one for one in transitions}
    parts = [(terms_of(version), stretch) for version, stretch in stretches(versions, component, found.window)]
    lines = [(terms, stretch, bridge(line, terms.bridge_max)[0]) for terms, stretch in parts]
    for span in found.outages:
        inside = clip(counted_time, span)
        losses = (loss_of(cut(bridged, clip(inside, stretch)), terms) for terms, stretch, bridged in lines)
        states = set(cut(line, [span])[2])
        began = causes.get(span[0])
        adjudged = next(
            (one.correction.id for one in corrections if one.applied and one.correction.start == span[0]), None
        )
        yield Outage(
            id=f"{component}/{rfc3339(span[0])}",
            start=span[0],
            end=span[1],
            state=next(state for state in (State.DOWN, State.PARTIAL, State.DEGRADED) if state in states),
            counted=sum(losses, Fraction(0)),
            excluded=total(clip(excluded, span)),
            cause=adjudged or (None if began is None else began.cause),
            reason=None if began is None or adjudged is not None else began.reason,
            open=span[1] == line.end,
        )
