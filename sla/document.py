"""A statement as plain data: what the json format writes and the other formats read their figures from.

Per component it has the result keys of sla-definition.md in their forms. Instants are POSIX seconds in the same forms.
"""

from fractions import Fraction
from typing import Any

import rfc8785

from config.agreement import Agreement, Calendar
from config.counting import Category
from config.instant import rfc3339
from config.official import OfficialDays
from config.statutory import official_of
from sla.account import Account
from sla.casechange import CaseChange
from sla.cases import result, seconds, share
from sla.causes import Entry
from sla.change import Change
from sla.contract import Consent, Declined, Side
from sla.display import cut, decimals
from sla.entered import Entered
from sla.exclusion import Exclusion
from sla.forecast import Forecast
from sla.indicator import Measured
from sla.line import Outage
from sla.overlay import Corrected
from sla.ratingdocument import satisfaction_json
from sla.record import Answer, CaseRecord
from sla.remedydocument import measure_json, remedies_json
from sla.statement import AgreementPart, ComponentPart, ShorterPart, Statement
from sla.total import Total, total_of
from sla.word import Writer


def document(statement: Statement) -> dict[str, Any]:
    """Only strings, whole numbers, booleans, null, lists and objects: fit for RFC 8785."""
    return {
        "customer": statement.customer,
        "customer_name": statement.customer_name,
        "provider": statement.provider,
        "period": str(statement.period),
        "zone": statement.zone,
        "start": seconds(statement.window[0]),
        "end": seconds(statement.window[1]),
        "issued_at": rfc3339(statement.issued_at),
        "provisional": statement.provisional,
        "obstacles": [one.value for one in statement.obstacles],
        "verdict": statement.verdict.value,
        "demo": statement.marked_as_demo,
        "answer": None if statement.answer is None else _answer(statement.answer),
        "agreements": [_agreement(part, total_of(part, statement.components)) for part in statement.agreements],
        "components": [
            _component(part) | {"observers": list(statement.observers[part.component])} for part in statement.components
        ],
        "exclusions": [_exclusion(one) for part in statement.agreements for one in part.exclusions],
        "corrections": [_correction(part, one) for part in statement.components for one in part.counted.corrections],
        "cases": [_case(one) for one in statement.cases],
        **statement.panel.leaf(),
        "changes": [_change(one) for one in statement.changes],
        "indicators": [_indicator(one) for one in statement.indicators],
        "measures": [measure_json(one, statement.window[1]) for one in statement.measures],
        "satisfaction": satisfaction_json(statement.ratings, statement.window),
        "case_changes": [_case_change(one) for one in statement.case_changes],
        "remedies": remedies_json(statement.remedies),
        # what was sealed before this was a rule does not say it
        **({"only_own": True} if statement.only_own else {}),
    }


def record(statement: Statement) -> bytes:
    """What both sides sign: canonical JSON (RFC 8785). It does not hold the seal, which holds its hash."""
    return rfc8785.dumps(document(statement))


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "word": answer.word.value,
        "asked_at": rfc3339(answer.asked_at),
        "at": rfc3339(answer.at),
        "by": answer.by,
        "entered_by": answer.entered_by,
    }


def _agreement(part: AgreementPart, total: Total | None) -> dict[str, Any]:
    return {
        "agreement": part.newest.id,
        "start": seconds(part.window[0]),
        "end": seconds(part.window[1]),
        "total": None
        if total is None
        else {
            "counted_down_s": seconds(total.counted),
            "agreed_s": seconds(total.agreed),
            "availability": share(total.availability),
        },
        "versions": [
            _version(one) | {"consents": {side.value: _consent(part.word(one.version, side)) for side in Side}}
            for one in part.versions
        ],
    }


def _version(version: Agreement) -> dict[str, Any]:
    terms = version.availability
    hours = terms.service_hours
    return {
        "version": version.version,
        "contract": version.contract,
        "effective": rfc3339(version.effective),
        "until": None if version.until is None else rfc3339(version.until),
        "measured_from": rfc3339(version.measured_from),
        "profile": None if version.profile is None else _sheet(version.profile.ref, version.profile.sha256),
        "terms": None if version.terms is None else _sheet(version.terms.ref, version.terms.sha256),
        "components": list(version.components),
        "availability": {
            "target": terms.target,
            "period": terms.period.value,
            "service_hours": hours.model_dump(mode="json") if isinstance(hours, Calendar) else hours,
            "timezone": terms.timezone,
            "exclusion_effect": terms.exclusion_effect.value,
            "unknown": terms.unknown.value,
            "partial_weight": share(terms.partial_weight),
            "degraded_weight": share(terms.degraded_weight),
            "min_outage_s": seconds(terms.min_outage),
            "merge_gap_s": seconds(terms.merge_gap),
            "bridge_max_s": seconds(terms.bridge_max),
        },
        "calendars": [_days(one) for one in official_of(version)],
        "origins": {term: origin.value for term, origin in version.origins.items()},
    }


def _consent(word: Consent | None) -> dict[str, Any] | None:
    """`text`: where it can be read, or why it was declined. None: that side has said nothing."""
    if word is None:
        return None
    return {
        "confirmed": not isinstance(word, Declined),
        "at": rfc3339(word.happened_at),
        "recorded_at": rfc3339(word.recorded_at),
        "by": word.by,
        "text": word.reason if isinstance(word, Declined) else word.reference,
    }


def _sheet(ref: str, sha256: str) -> dict[str, str]:
    return {"ref": ref, "sha256": sha256}


def _days(days: OfficialDays) -> dict[str, Any]:
    years = [
        {"year": int(year), "source": one.source, "published_at": one.published_at} for year, one in days.years.items()
    ]
    return {"country": days.country, "sha256": days.sha256, "years": years}


def _component(part: ComponentPart) -> dict[str, Any]:
    target = part.agreement.availability.target
    found = part.counted
    return {
        "component": part.component,
        "name": part.name,
        "agreement": part.agreement.id,
        "agreement_version": part.agreement.version,
        "target_pct": target,
        **result(part.account),
        "coverage": share(part.account.coverage),
        "availability_removed": share(found.removed),
        "availability_retained": share(found.retained),
        "uncertainty_s": seconds(found.uncertainty),
        "within_measuring_error": found.within_measuring_error,
        "obstacles": [one.value for one in part.obstacles],
        "year_so_far": None if part.year_so_far is None else _without_ledger(part.year_so_far),
        "parts": [_shorter(one) for one in part.parts],
        "forecast": None if part.forecast is None else _forecast(part.forecast),
        "outage_list": [_outage(one) for one in found.outages],
        "seconds": [_entry(one) for one in part.ledger],
        "display": _display(part, decimals(target)),
    }


def _shorter(one: ShorterPart) -> dict[str, Any]:
    """Where the target is not one of such a period it has no verdict."""
    figures = _without_ledger(one.account)
    if not one.judged:
        figures |= dict.fromkeys(("met", "verdict"))
    return {"period": str(one.period), **figures}


def _forecast(one: Forecast) -> dict[str, Any]:
    return {
        "period": str(one.period),
        "start": seconds(one.window[0]),
        "end": seconds(one.window[1]),
        "agreed_left_s": seconds(one.agreed_left),
        "budget_s": seconds(one.allowed),
        "remaining_s": seconds(one.remaining),
        "expected_down_s": None if one.expected is None else seconds(one.expected),
        "used_up_at": None if one.used_up_at is None else rfc3339(one.used_up_at),
    }


def _without_ledger(account: Account) -> dict[str, object]:
    return {key: value for key, value in result(account).items() if key != "ledger"}


def _display(part: ComponentPart, places: int) -> dict[str, str | None]:
    """As printed: cut, never rounded up."""
    shares: dict[str, Fraction | None] = {
        "availability": part.account.availability,
        "removed": part.counted.removed,
        "retained": part.counted.retained,
        "lower": part.account.lower,
        "upper": part.account.upper,
        "coverage": part.account.coverage,
    }
    return {name: cut(value, places) for name, value in shares.items()}


def _outage(one: Outage) -> dict[str, Any]:
    return {
        "id": one.id,
        "start": seconds(one.start),
        "end": None if one.open else seconds(one.end),
        "state": one.state.value,
        "counted_s": seconds(one.counted),
        "excluded_s": seconds(one.excluded),
        "cause": one.cause,
        "reason": one.reason,
    }


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "start": seconds(one.start),
        "end": seconds(one.end),
        "seconds": seconds(one.length),
        "class": one.entry.value,
        "cause": one.cause,
        "incident": one.incident,
    }


def _exclusion(one: Exclusion) -> dict[str, Any]:
    return {
        "id": one.id,
        "start": seconds(one.start),
        "end": seconds(one.end),
        "components": list(one.components),
        "category": one.category.value,
        "announced_end": seconds(one.announced_end),
        "worked": None if one.worked is None else [seconds(at) for at in one.worked],
        "requested_by": one.requested_by,
        "recorded_at": rfc3339(one.recorded_at),
        "recorded_after_start": one.recorded_after_start,
        "notice_given": None if one.given_at is None else rfc3339(one.given_at),
        "notice_needed_s": None if one.needed is None else seconds(one.needed),
        "approved_by": one.approved_by,
        "text": one.text,
        "valid": one.valid,
        "reason": None if one.flaw is None else one.flaw.value,
        **_written(one.writer),
    }


def _written(writer: Writer | None) -> dict[str, Any]:
    """Only where somebody wrote a customer's word down for him."""
    return {} if writer is None else {"word_entered_by": writer.by, "word_proof": writer.proof}


def _correction(part: ComponentPart, found: Corrected) -> dict[str, Any]:
    """`otherwise`: the figures without it where it was applied, with it where it was not."""
    one = found.correction
    return {
        "id": one.id,
        "component": one.component,
        "agreement": part.agreement.id,
        "start": seconds(one.start),
        "end": seconds(one.end),
        "state": one.state.value,
        "reason": one.reason,
        "evidence": one.evidence,
        "requested_by": one.requested_by,
        "requested_at": rfc3339(one.requested_at),
        "approved_by": found.second,
        "confirmed": found.confirmed,
        "applied": found.applied,
        "standing": found.standing.value,
        "otherwise": {
            "availability": share(found.otherwise),
            "counted_down_s": seconds(found.counted_otherwise),
            "met": found.met_otherwise,
            "verdict": None if found.verdict_otherwise is None else found.verdict_otherwise.value,
        },
        **_written(found.writer),
    }


def _change(one: Change) -> dict[str, Any]:
    return {
        "check": one.check,
        "component": one.component,
        "at": rfc3339(one.at),
        "name": one.name,
        "before": one.before,
        "after": one.after,
    }


def _indicator(one: Measured) -> dict[str, Any]:
    """`value`: a share of one, a number, or points; `met` where the promise is of this kind of period."""
    promise = one.indicator
    return {
        "agreement": one.agreement,
        "id": promise.id,
        "measure": promise.measure,
        "at_least": promise.at_least,
        "at_most": promise.at_most,
        "period": promise.period.value,
        "n": one.n,
        "value": share(one.value),
        "unmeasured": None if one.unmeasured is None else one.unmeasured.value,
        "met": one.met,
        # the key is left out where nothing was entered: records without it are sealed already
        **({} if one.entered is None else {"entered": _entered(one.entered)}),
    }


def _entered(one: Entered) -> dict[str, Any]:
    return {
        "at": rfc3339(one.recorded_at),
        "by": one.by,
        "proof": one.proof,
        "reason": one.reason,
        "before": one.before,
    }


def _case_change(one: CaseChange) -> dict[str, Any]:
    return {
        "case": one.case,
        "act": one.act.value,
        "at": rfc3339(one.at),
        "happened_at": rfc3339(one.happened_at),
        "until": None if one.until is None else rfc3339(one.until),
        "before": one.before,
        "after": one.after,
        "by": one.by,
        "reason": one.reason,
        "seen_at": None if one.seen_at is None else rfc3339(one.seen_at),
        "reply": None if one.reply is None else one.reply.value,
        "replied_at": None if one.replied_at is None else rfc3339(one.replied_at),
        # what a record of an earlier version could not say stays unsaid in it, for its hash is sealed
        **({} if one.waits_for is Category.CUSTOMER else {"waits_for": one.waits_for.value, "evidence": one.evidence}),
    }


def _case(one: CaseRecord) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "level": one.level,
        "level_name": one.level_name,
        "title": one.title,
        "component": one.component,
        "incident": one.incident,
        "reported_at": rfc3339(one.reported_at),
        "closed_at": None if one.closed_at is None else rfc3339(one.closed_at),
        "commitments": [
            {
                "name": clock.name,
                "started_at": rfc3339(clock.started_at),
                "due_at": None if clock.due_at is None else rfc3339(clock.due_at),
                "done_at": None if clock.done_at is None else rfc3339(clock.done_at),
                "outcome": clock.outcome.value,
            }
            for clock in one.commitments
        ],
    }
