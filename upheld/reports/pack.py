"""The audit pack: one zip with everything a customer's figures of a period rest on. Same facts, same bytes.

Source: requirements.md 3, the customer's right each quarter. Every file is listed in README.txt in both languages.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection

from config.instant import DAY, Instant
from config.language import choose
from config.model import Config
from config.statutory import official_of
from config.value import Text
from db.ledger import checkpoint
from db.ledger import store as ledger
from incidents.caseload import Caseload
from incidents.given import given
from incidents.store import case as cases
from incidents.store import incident as incidents
from notify.store.told import history
from probe import store as probes
from sla.evidence import Evidence, evidence_json
from sla.format import Format, Unwritable
from sla.interval import Interval
from sla.own import own, own_said
from sla.parties import NoStatement, Parties, parties_of
from sla.period import Period
from sla.seal import seal_json
from sla.store import contract as contracts
from sla.store import correction as corrections
from sla.store import exclusion as exclusions
from sla.store import remedy as remedies
from sla.store import report as reports
from sla.store import statement as statements
from sla.store.transition import transitions
from sla.telling import streams_of
from sla.word import Said
from upheld.installed import installed
from upheld.reports.contents import readme
from upheld.reports.making import NoReport
from upheld.shown import case_json, event_json, incident_json, told_json
from upheld.statements import parsed, sealed_statement

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can say: none of our clocks stands in it."""
_BESIDE = ("html", "bundle")
"""The formats a sealed statement is put in with, where they are installed; its record is always there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    body: bytes
    files: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return sha256(self.body).hexdigest()


def pack(tx: Connection, config: Config, caseload: Caseload, customer: str, period: str, now: Instant) -> Pack:
    """Raises NoReport, Altered."""
    try:
        parties, of = parties_of(config, customer), parsed(period)
    except NoStatement as error:
        raise NoReport(str(error)) from error
    if not parties.agreements:
        raise NoReport(f"'{customer}' has no agreement; there is nothing to audit")
    window = of.window(parties.agreements[-1].availability.timezone)
    if window[0] > now:
        raise NoReport(f"{of} has not begun yet")
    files = dict(_Contents(tx, config, caseload, parties, of, window, now).files())
    files["README.txt"] = readme(choose(parties.customer_name, "en"), choose(parties.customer_name, "zh-CN"), of, files)
    sums = "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    files["SHA256SUMS"] = sums.encode()
    return Pack(body=_zipped(files), files=tuple(sorted(files)))


def _zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=_LONG_AGO)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return made.getvalue()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _plain(value: Any) -> Any:
    """Frozen records as JSON, without floats."""
    return TypeAdapter(type(value)).dump_python(value, mode="json")


@dataclass(frozen=True, slots=True)
class _Contents:
    tx: Connection
    config: Config
    caseload: Caseload
    parties: Parties
    period: Period
    window: Interval
    now: Instant

    @property
    def components(self) -> list[str]:
        return sorted({name for one in self.parties.agreements for name in one.components})

    @property
    def end(self) -> Instant:
        return min(self.window[1], self.now)

    def files(self) -> Iterator[tuple[str, bytes]]:
        yield "incidents.json", _json(list(self._incidents()))
        yield "cases.json", _json(list(self._cases()))
        yield "transitions.json", _json(self._transitions())
        yield "observations.json", _json(list(self._observations()))
        yield "exclusions.json", _json(self._exclusions())
        yield "corrections.json", _json(self._corrections())
        yield "agreements.json", _json(self._agreements())
        yield "calendars.json", _json(self._calendars())
        yield "remedies.json", _json(self._remedies())
        yield "checkpoints.txt", self._checkpoints()
        yield "ledger.jsonl", b"".join(self._leaves())
        yield from self._statements()
        yield from self._reports()

    def _incidents(self) -> Iterator[dict[str, Any]]:
        own = {one.id for one in cases.of_customer(self.tx, self.parties.customer)}
        for one in incidents.open_between(self.tx, self.components, self.window[0], self.end):
            shown = incident_json(self.tx, one)
            yield {
                **shown,
                "cases": [case for case in shown["cases"] if case in own],
                "events": [event_json(event) for event in given(incidents.events(self.tx, one.id))],
            }

    def _cases(self) -> Iterator[dict[str, Any]]:
        for one in reversed(cases.of_period(self.tx, self.parties.customer, self.window[0], self.end)):
            yield {
                **case_json(one, self.caseload.clocks(one, self.now)),
                "events": [event_json(event) for event in cases.events(self.tx, one.id)],
                "told": [told_json(told) for told in history(self.tx, case=one.id)],
            }

    def _transitions(self) -> dict[str, Any]:
        found = transitions(self.tx, self.components, (self.window[0], self.end), self.now, self.parties.slack)
        return {name: [_plain(one) for one in told] for name, told in found.items()}

    def _observations(self) -> Iterator[dict[str, Any]]:
        """Whole UTC days, as they are stored."""
        known = [self.config.components[name] for name in self.components if name in self.config.components]
        checks = [check.id for component in known for check in component.checks.values()]
        for day in range(self.window[0] - self.window[0] % DAY, self.end, DAY):
            runs = probes.runs_of_day(self.tx, checks, day)
            failures = probes.failures_of_day(self.tx, checks, day)
            for check, location in sorted(runs.keys() | failures.keys()):
                yield {
                    "check": check,
                    "location": location,
                    "day": day,
                    "runs": [_plain(run) for run in runs.get((check, location), [])],
                    "failing": failures.get((check, location), []),
                }

    def _exclusions(self) -> dict[str, Any]:
        found = exclusions.proposals(self.tx, self.components, self.now)
        return {one.id: self._said(exclusions.events_of(self.tx, one.id)) for one in found}

    def _corrections(self) -> dict[str, Any]:
        found = corrections.corrections(self.tx, self.components, self.now)
        return {one.id: self._said(corrections.events_of(self.tx, one.id)) for one in found}

    def _said(self, events: Iterable[Said[Any]]) -> list[Any]:
        return [_plain(one) for one in own_said(events, self.parties.customer, self.components)]

    def _agreements(self) -> dict[str, Any]:
        """Every version that is in force, and as they were stored with who, when, why and both sides' word."""
        stored = [one for one in contracts.contracts(self.tx) if one.customer == self.parties.customer]
        return {
            "in_force": [one.model_dump(mode="json") for one in self.parties.agreements],
            "stored": [_plain(one) for one in stored],
        }

    def _calendars(self) -> Any:
        days = {day.country: day for one in self.parties.agreements for day in official_of(one)}
        return [_plain(days[country]) for country in sorted(days)]

    def _remedies(self) -> dict[str, Any]:
        customer = self.parties.customer
        return {
            "bookings": [_plain(one) for one in remedies.bookings(self.tx, customer, self.now)],
            "months": [_plain(one) for one in remedies.outcomes(self.tx, customer, self.now)],
            "obligations": [_plain(one) for one in remedies.obligations(self.tx, self.now, customer)],
        }

    def _checkpoints(self) -> bytes:
        """From the period's beginning to the first one after its end and its last seal."""
        sealed = [one.seal.sealed_at for one in self._sealed()]
        last = max([self.end, *sealed])
        kept: list[str] = []
        for one in checkpoint.since(self.tx, self.window[0]):
            kept.append(one.note)
            if one.at > last:
                break
        return "\n".join(kept).encode()

    def _leaves(self) -> Iterator[bytes]:
        """Of everything here, up to the period's end and its last seal: index and the bytes that are hashed."""
        streams = [f"{kind}/{name}" for kind in ("transition", "incident") for name in self.components]
        for kind in ("check", "observed"):
            for name in self.components:
                streams += ledger.streams_below(self.tx, f"{kind}/{name}/")
        owed = cases.of_period(self.tx, self.parties.customer, self.window[0], self.end)
        streams += [f"case/{one.id}" for one in owed]
        streams += [f"agreement/{id}" for id in sorted({one.id for one in self.parties.agreements})]
        streams += [f"booking/{id}" for id in sorted({one.id for one in self.parties.agreements})]
        streams += self._settled()
        streams += ledger.streams_below(self.tx, f"statement/{self.parties.customer}/")
        for kept in ledger.leaves_of(self.tx, set(streams), ledger.size(self.tx)):
            if kept.entry.recorded_at <= self.now:
                yield b'{"index":%d,"leaf":%s}\n' % (kept.index, kept.data)

    def _settled(self) -> Iterator[str]:
        """His streams of each exclusion and correction."""
        customer, own = self.parties.customer, self.components
        for excluded in exclusions.proposals(self.tx, own, self.now):
            yield from streams_of(exclusions.TOPIC, excluded.id, customer, excluded.components.intersection(own))
        for corrected in corrections.corrections(self.tx, own, self.now):
            yield from streams_of(corrections.TOPIC, corrected.id, customer)

    def _sealed(self) -> list[statements.SealedRevision]:
        """Every revision of every period that lies in this one."""
        found: list[statements.SealedRevision] = []
        for name in sorted(statements.sealed_periods(self.tx, self.parties.customer)):
            start, end = parsed(name).window(self.parties.agreements[-1].availability.timezone)
            newest = statements.find(self.tx, self.parties.customer, name)
            if newest is None or start < self.window[0] or end > self.window[1]:
                continue
            for revision in range(1, newest.seal.revision + 1):
                one = statements.find(self.tx, self.parties.customer, name, revision)
                found += [] if one is None else [one]
        return found

    def _statements(self) -> Iterator[tuple[str, bytes]]:
        for one in self._sealed():
            name = f"statements/{one.seal.name.replace('/', '-')}"
            yield f"{name}.json", one.record
            yield f"{name}.seal.json", _json(seal_json(one.seal))
            made = sealed_statement(one)
            yield f"{name}.evidence.json", _json(evidence_json(_own(one.evidence, made.names)))
            for word in _BESIDE:
                form = installed().formats.get(word)
                if form is not None:
                    yield f"{name}.{'bundle.json' if word == 'bundle' else form.extension}", _rendered(form, made)

    def _reports(self) -> Iterator[tuple[str, bytes]]:
        """Issued in the period or about it."""
        for kind, subject, seq, record in reports.records(self.tx, self.parties.customer, self.window[0], self.now + 1):
            yield f"reports/{kind}-{subject}-{seq}.json", record


def _own(evidence: Evidence, names: dict[str, Text]) -> Evidence:
    """What makes the record, without what others have and said."""
    parties = replace(evidence.parties, names=names)
    return replace(evidence, parties=parties, facts=own(evidence.facts, parties))


def _rendered(form: Format, made: Any) -> bytes:
    language = made.agreements[-1].newest.language or "en"
    try:
        return form.render(made, language)
    except Unwritable as error:
        raise NoReport(str(error)) from error
