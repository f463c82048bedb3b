"""The one list of personal data: in which tables and columns it can stand, what for, and how long.

A table of the database that is neither here nor in `IMPERSONAL` is a mistake, and so is a column of a listed table
that is in neither of its two sets: a test looks.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """Columns of one table that can hold personal data; `customer` is the column that says whose record a row is."""

    table: str
    columns: tuple[str, ...]
    customer: str | None = None
    whole: bool = False
    """Bytes of any form: out of them nothing can be taken, so with a person's name they go whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """One class of personal data: one purpose, one term. `records`: it stays as long as an agreement's records do."""

    name: str
    what: str
    purpose: str
    term: str
    where: tuple[Personal, ...]
    records: bool = False


RECORDS = "five years and, after an agreement's end, three; whichever is later"

CLASSES: tuple[Class, ...] = (
    Class(
        name="logins",
        what="login names, roles, hashes of passwords, running sessions, tokens for programs",
        purpose="to let in who may, and nobody else",
        term="a login and its tokens until it is erased; a session 8 hours unused, 7 days at most",
        where=(
            Personal(table="user", columns=("name", "password_hash", "person"), customer="customer"),
            Personal(table="session", columns=("token_hash", "user", "form_token")),
            Personal(table="token", columns=("name", "token_hash", "user", "scopes"), customer="customer"),
        ),
    ),
    Class(
        name="programs",
        what="which program changed what with whose token",
        purpose="to show who stands behind a change that a program made",
        term="as long as the store",
        where=(Personal(table="token_use", columns=("token", "command", "about", "by")),),
        records=True,
    ),
    Class(
        name="rotas",
        what="who was on call, who took whose place, and why",
        purpose="to call who has the duty, and to show who had it",
        term="as long as the store",
        where=(
            Personal(table="duty", columns=("people",)),
            Personal(table="rota_change", columns=("person", "instead_of", "reason", "by")),
            Personal(table="rota_withdrawal", columns=("reason", "by")),
        ),
        records=True,
    ),
    Class(
        name="silences",
        what="who silenced what, and why",
        purpose="to say why nobody was called",
        term="as long as the store",
        where=(
            Personal(table="silence", columns=("matchers", "reason", "by")),
            Personal(table="silence_end", columns=("reason", "by")),
        ),
        records=True,
    ),
    Class(
        name="messages",
        what="names and addresses of people who were told something, and what they were told",
        purpose="to tell them, and to prove that they were told",
        term="365 days after the end of sending; longer while a period since then is not sealed",
        where=(
            Personal(table="notification", columns=("idempotency_key", "person", "address", "message")),
            Personal(table="delivery", columns=("detail", "reference")),
            Personal(table="receipt", columns=("detail",)),
        ),
    ),
    Class(
        name="addresses",
        what="addresses that were asked to prove themselves, and who said that they did",
        purpose="to call nobody at an address that is not his",
        term="until it is erased",
        where=(Personal(table="contact_point", columns=("person", "address", "code_hash", "verified_by")),),
    ),
    Class(
        name="posts",
        what="what senders posted, what could not be read of it, what they told of changes, mails that became no case",
        purpose="to process it once, and to find out what a sender does wrong",
        term="posts 30 days after they were dealt with, unreadable ones and told changes 120 days",
        where=(
            Personal(table="inbox", columns=("body", "envelope")),
            Personal(table="quarantine", columns=("reason", "body", "envelope")),
            Personal(table="change", columns=("summary", "link", "labels")),
        ),
    ),
    Class(
        name="answers",
        what="what asked systems answered, and what jobs said with their heartbeats",
        purpose="evidence of what was measured, for the quarterly audit",
        term="retention.results, 120 days if not longer",
        where=(
            Personal(table="failing_result", columns=("evidence",)),
            Personal(table="heartbeat", columns=("run", "said")),
        ),
    ),
    Class(
        name="incidents",
        what="who worked on an incident, what people and senders wrote about it, and the answer that failed first",
        purpose="to show what was done and when",
        term=RECORDS,
        where=(
            Personal(table="transition", columns=("by", "cause")),
            Personal(table="alert", columns=("key", "summary", "link", "labels")),
            Personal(table="incident", columns=("title", "snapshot")),
            Personal(table="incident_event", columns=("by", "facts")),
            Personal(table="incident_evidence", columns=("evidence", "body")),
        ),
        records=True,
    ),
    Class(
        name="cases",
        what="who reported a case, who worked on it, what both wrote, which files they added",
        purpose="to meet the agreement's commitments and to count them",
        term=RECORDS,
        where=(
            Personal(table="case", columns=("title", "snapshot"), customer="customer"),
            Personal(table="case_event", columns=("by", "facts")),
            Personal(table="case_file", columns=("body",), whole=True),
        ),
        records=True,
    ),
    Class(
        name="settlements",
        what="who proposed, approved or contested an exclusion or a correction, and why",
        purpose="to show that two persons and, where needed, the customer agreed",
        term=RECORDS,
        where=(
            Personal(table="exclusion_event", columns=("by", "entered_by", "facts")),
            Personal(table="correction_event", columns=("by", "entered_by", "facts")),
        ),
        records=True,
    ),
    Class(
        name="agreements",
        what="who recorded and confirmed an agreement; contacts of a customer",
        purpose="to know what was agreed, and whom to tell",
        term="as long as the store",
        where=(
            Personal(table="agreement_version", columns=("by", "reason", "body"), customer="customer"),
            Personal(table="agreement_event", columns=("by", "facts")),
            Personal(table="customer", columns=("by", "body"), customer="customer"),
        ),
        records=True,
    ),
    Class(
        name="statements",
        what="who answered, countersigned or disputed a statement or entered a figure, and what it was composed from",
        purpose="to compose it again, and to prove what both sides said of it",
        term=RECORDS,
        where=(
            Personal(table="statement", columns=("record", "evidence"), customer="customer"),
            Personal(table="statement_event", columns=("body", "by"), customer="customer"),
            Personal(table="entered_figure", columns=("by", "proof", "reason"), customer="customer"),
        ),
        records=True,
    ),
    Class(
        name="reports",
        what="who issued a report or took an export, what was written into a report, and the people it speaks of",
        purpose="to print a report again as it was issued, and to show who took a customer's data",
        term="as long as the store",
        where=(
            Personal(table="report", columns=("record", "by"), customer="customer"),
            Personal(table="report_event", columns=("body", "by"), customer="customer"),
            Personal(table="export", columns=("by",), customer="customer"),
        ),
        records=True,
    ),
    Class(
        name="remedies",
        what="who fulfilled an obligation or recorded a breach, and in which words",
        purpose="to settle what is owed",
        term=RECORDS,
        where=(
            Personal(table="obligation_event", columns=("by", "note")),
            Personal(table="recorded_breach", columns=("by", "text"), customer="customer"),
        ),
        records=True,
    ),
    Class(
        name="holds",
        what="who placed or released a legal hold, and why",
        purpose="to show why something was kept longer",
        term="as long as the store",
        where=(Personal(table="legal_hold", columns=("reason", "by"), customer="customer"),),
        records=True,
    ),
    Class(
        name="openings",
        what="the words and salts behind the ledger's leaves: names and what people wrote",
        purpose="to show what a leaf stands for",
        term="as long as what the leaf is about; then destroyed, the leaf stays",
        where=(Personal(table="ledger_opening", columns=("salt", "private")),),
    ),
    Class(
        name="configuration",
        what="names, addresses and telephone numbers of people and contacts, as the configuration gave them",
        purpose="to say later which configuration was in force",
        term="as long as the store",
        where=(Personal(table="configuration", columns=("expanded",)),),
        records=True,
    ),
)

IMPERSONAL = frozenset(
    {
        *(
            "observation_run",
            "latency_bucket",
            "check_transition",
            "vote",
            "check_state",
            "counter",
            "timer",
            "housekeeping",
            "mail",
        ),
        *("installation", "official_days", "exclusion_component", "remedy_booking", "remedy_month", "obligation"),
        *("ledger_leaf", "ledger_node", "ledger_checkpoint", "ledger_day", "ledger_anchored"),
    }
)
"""Tables that hold figures, instants, names of components and hashes."""


def class_json(one: Class) -> dict[str, object]:
    where = [f"{each.table}.{column}" for each in one.where for column in each.columns]
    return {"class": one.name, "what": one.what, "where": where, "purpose": one.purpose, "term": one.term}
