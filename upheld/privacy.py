"""What is stored about one customer or one person: all of it as JSON, and its end.

An export is a fact of its own, and so is every opening that is destroyed. What retention still demands is not erased:
the refusal names it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Connection

from config.instant import Instant
from config.model import Config
from db import personal
from db.ledger import store as ledger
from db.ledger.erasure import destroy
from db.ledger.leaf import Leaf
from incidents.store import pruning as records
from sla.keeping import obstacles
from sla.store import pruning as statements
from upheld import keeping
from upheld.call import Call, Command
from upheld.personal import CLASSES
from upheld.trouble import Trouble

Rows: TypeAlias = list[dict[str, Any]]

SECRETS = frozenset({"password_hash", "token_hash", "form_token", "code_hash", "salt"})
"""Never exported: they are of no use but to an intruder."""
PARENTS = {
    "session": ("user", "user", "name"),
    "token_use": ("token", "token", "name"),
    "case_event": ("case", "case", "id"),
    "case_file": ("case", "case", "id"),
    "notification": ("case", "case", "id"),
    "delivery": ("notification", "notification", "id"),
    "receipt": ("notification", "notification", "id"),
    "agreement_event": ("agreement", "agreement_version", "agreement"),
}
"""Table -> its column, the table it belongs to, and the key there."""


class Kept(Trouble):
    """What was asked to be erased or exported cannot be; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A customer by id, or a person by what he is called: id, name, address, telephone number."""

    customer: str | None = None
    person: str | None = None
    words: frozenset[str] = field(default_factory=frozenset)

    @property
    def id(self) -> str:
        return self.customer or self.person or ""

    def about(self, text: str) -> bool:
        """The id alone or behind `person:`; a name or an address anywhere, not inside a longer word."""
        return text in (self.person, f"person:{self.person}") or any(_within(word, text) for word in self.words)


def sought(config: Config, customer: str | None, person: str | None) -> Sought:
    """Raises Kept unless exactly one is asked for and the id says something."""
    if bool(customer) == bool(person):
        raise Kept("say whose: one CUSTOMER, or one person with --person")
    if customer:
        return Sought(customer=customer)
    known = config.people.get(person or "")
    if known is None:
        return Sought(person=person)
    names = known.name.values() if isinstance(known.name, dict) else [known.name]
    return Sought(person=person, words=frozenset({*names, *filter(None, (known.email, known.phone))}))


def gathered(tx: Connection, one: Sought) -> dict[str, list[dict[str, Any]]]:
    """Every row about him, by table, as JSON."""
    found = {table: [_shown(row) for row in rows] for table, rows in _rows(tx, one)}
    return {table: rows for table, rows in found.items() if rows}


def _rows(tx: Connection, one: Sought) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    seen: dict[str, list[dict[str, Any]]] = {}
    places = sorted((place for each in CLASSES for place in each.where), key=lambda place: place.table in PARENTS)
    for place in sorted(places, key=lambda place: place.table == "delivery"):
        if one.customer is None:
            rows = [
                row
                for row in personal.rows(tx, place.table)
                if any(personal.mentions(row[column], one.about) for column in place.columns)
            ]
        elif place.table == "ledger_opening":
            rows = list(personal.rows(tx, place.table, ("index", opened(tx, one.customer, seen.get("case", [])))))
        elif place.customer is not None:
            rows = list(personal.rows(tx, place.table, (place.customer, [one.customer])))
        elif place.table in PARENTS:
            column, parent, key = PARENTS[place.table]
            rows = list(personal.rows(tx, place.table, (column, [row[key] for row in seen.get(parent, [])])))
        else:
            rows = []
        seen[place.table] = rows
        yield place.table, rows


def opened(tx: Connection, customer: str, cases: Collection[Mapping[str, Any]]) -> list[int]:
    """The leaves about a customer that can still be opened."""
    streams = {f"hold/{customer}", f"export/{customer}", *(f"case/{row['id']}" for row in cases)}
    for kind in ("agreement", "statement"):
        streams.update(ledger.streams_below(tx, f"{kind}/{customer}/"))
    streams.update(f"breach/{row['id']}" for row in personal.rows(tx, "recorded_breach", ("customer", [customer])))
    typed = personal.rows(tx, "entered_figure", ("customer", [customer]))
    streams.update(f"entered/{row['agreement']}/{row['indicator']}/{row['period']}" for row in typed)
    indexes = [kept.index for kept in ledger.leaves_of(tx, streams, ledger.size(tx))]
    return [index for index, _ in ledger.openings_of(tx, indexes)]


def exported(tx: Connection, call: Call) -> Any:
    """`customer` or `person`, `rows`: that somebody is given everything about him. Raises Kept."""
    one = sought(call.rules.config, call.arguments.get("customer"), call.arguments.get("person"))
    what = {"rows": call.arguments["rows"]}
    # A person's id is personal; a customer's stands in every leaf about him.
    stream, private = ("export/people", {"person": one.id}) if one.person else (f"export/{one.id}", {})
    leaf = Leaf(kind="export", stream=stream, body=what, private={"by": call.by, **private})
    return {"exported": one.id, "leaf": ledger.append(tx, leaf, call.now)}


def erase(tx: Connection, call: Call) -> Any:
    """`customer` or `person`, `reason`. What retention demands stays, and is named in `kept`. Raises Kept."""
    given, config = call.arguments, call.rules.config
    if not given["reason"].strip():
        raise Kept("say why: --reason with the request it answers")
    one = sought(config, given.get("customer"), given.get("person"))
    gone, kept = (_erase_customer if one.customer else _erase_person)(tx, config, one, call.now)
    body = {"rows": gone}
    private = {"by": call.by, "reason": given["reason"], "of": "customer" if one.customer else "person"}
    ledger.append(tx, Leaf(kind="erased", stream="erased", body=body, private=private), call.now)
    return {"erased": one.id, "rows": gone, "kept": kept}


def _erase_customer(tx: Connection, config: Config, one: Sought, now: Instant) -> tuple[int, list[str]]:
    subject = next((each for each in keeping.subjects(tx, config, now) if each.customer == one.id), None)
    if subject is None:
        raise Kept(f"nothing is known of a customer '{one.id}'")
    if demanded := obstacles(subject, now):
        raise Kept(f"nothing was erased: {'; '.join(demanded)}")
    found = dict(_rows(tx, one))
    gone = destroy(tx, [row["index"] for row in found["ledger_opening"]], now)
    logins = ("session", "token_hash"), ("token", "name"), ("user", "name")
    gone += personal.drop(tx, "receipt", "notification", [row["id"] for row in found["notification"]])
    for table, column in (("delivery", "id"), ("notification", "id"), *logins):
        gone += personal.drop(tx, table, column, [row[column] for row in found[table]])
    gone += records.drop_cases(tx, [row["id"] for row in found["case"]], now)
    while dropped := statements.statements(tx, one.id, now + 1, now):
        gone += dropped
    words_of = {
        "agreement_version": {"reason": ""},
        "recorded_breach": {"text": ""},
        "entered_figure": {"proof": "", "reason": ""},
    }
    for table, words in words_of.items():
        for row in found[table]:
            personal.rewrite(tx, table, row, {"by": "person:erased", **words})
            gone += 1
    return gone + personal.drop(tx, "customer", "customer", [one.id]), []


def _erase_person(tx: Connection, config: Config, one: Sought, now: Instant) -> tuple[int, list[str]]:
    subjects = keeping.subjects(tx, config, now)
    demanded = [each for subject in subjects for each in obstacles(subject, now)]
    found = dict(_rows(tx, one))
    names = [row["name"] for row in found["user"]]
    gone = sum(personal.drop(tx, table, "user", names) for table in ("session", "token"))
    gone += personal.drop(tx, "user", "name", names)
    gone += personal.drop(tx, "contact_point", "id", [row["id"] for row in found["contact_point"]])
    kept: list[str] = []
    if demanded:
        found, stays = _parted(tx, found, [one.customer for one in subjects if not obstacles(one, now)])
        kept = [f"{rows} rows of {name} stay: {'; '.join(demanded)}" for name, rows in stays.items()]
    ids = [row["id"] for row in found["notification"] if row["done_at"] is not None]
    gone += sum(personal.drop(tx, table, "notification", ids) for table in ("receipt", "delivery"))
    gone += personal.drop(tx, "notification", "id", ids)
    gone += destroy(tx, [row["index"] for row in found["ledger_opening"]], now)
    for each in CLASSES:
        for place in each.where if each.records else ():
            for row in found[place.table]:
                cleaned = {column: b"" if place.whole else _cleaned(row[column], one) for column in place.columns}
                personal.rewrite(tx, place.table, row, cleaned)
                gone += 1
    if kept and not gone:
        raise Kept(f"nothing was erased: {' / '.join(kept)}")
    return gone, kept


def _parted(tx: Connection, found: Mapping[str, Rows], free: Collection[str]) -> tuple[dict[str, Rows], dict[str, int]]:
    """Of what was found the rows of customers of whom nothing is demanded, and how many others each class keeps."""
    theirs: dict[str, Rows] = {}
    for customer in free:
        for table, rows in _rows(tx, Sought(customer=customer)):
            theirs.setdefault(table, []).extend(rows)
    goes = {table: [row for row in rows if row in theirs.get(table, [])] for table, rows in found.items()}
    left = {each.name: sum(len(found[p.table]) - len(goes[p.table]) for p in each.where) for each in CLASSES}
    return goes, {name: rows for name, rows in left.items() if rows and name not in ("logins", "addresses")}


def _cleaned(value: Any, one: Sought) -> Any:
    clean: Callable[[Any], Any] = partial(_cleaned, one=one)
    match value:
        case str() if value in (one.person, f"person:{one.person}"):
            return "person:erased"
        case str():
            return _replaced(value, one.words)
        case dict():
            return {key: clean(item) for key, item in value.items()}
        case list():
            return [clean(item) for item in value]
        case _:
            return value


def _replaced(text: str, words: Collection[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = _pattern(word).sub("[erased]", text)
    return text


def _within(word: str, text: str) -> bool:
    return _pattern(word).search(text) is not None


def _pattern(word: str) -> re.Pattern[str]:
    """Chinese has no spaces between words: only Latin letters and digits beside it make another word."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])")


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: personal.plain(value) for name, value in row.items() if name not in SECRETS}


COMMANDS: Mapping[str, Command] = {"privacy.exported": exported, "privacy.erase": erase}
