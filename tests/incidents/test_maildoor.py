"""Mail over a real socket, as a mail server hands it over: what it becomes, who hears of it, what is answered when."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, select

from config.instant import DAY, HOUR, MINUTE, Instant
from config.model import Channel, Config
from db.engine import Database
from db.errors import StoreUnavailable
from db.tables.incidents import quarantine
from incidents.attachment import LARGEST as LARGEST_FILE
from incidents.case import Case, CaseEvent, CaseNoted, CaseOpened, CaseResolved, FileAdded
from incidents.caseload import Caseload
from incidents.mail import GLANCE, read
from incidents.maildoor import AT_ONCE, LARGEST, MailDoor, conversations
from incidents.mailing import OPENED_AT_MOST, Mailing
from incidents.paging import Paging
from incidents.store import case as cases
from incidents.store import mail as store
from incidents.store.inbox import QUARANTINE_LIMIT
from notify.message import digest_of
from tests.incidents.letters import HOSTILE, PNG, TO, letter
from tests.incidents.samples import NOON, config, customer, named
from tests.incidents.told import notifications, set_aside
from tests.servers.program import HOST, free_port

FIRST = "CASE-2026-0001"
RECEIVED = "from out by mx with ESMTP; Fri, 04 Sep 2026 11:50:00 +0000"


@dataclass
class Office:
    """A house with two customers that takes mail; `send` answers as the mail server hears it, one for each address."""

    database: Database
    config: Config
    now: Instant = NOON
    port: int = 0

    def mailing(self) -> Mailing:
        return Mailing(self.config, self.caseload())

    def caseload(self) -> Caseload:
        return Caseload(self.config, Paging(self.config, log_channel="log"))

    async def send(self, *raws: bytes, to: tuple[str, ...] = (TO,), sender: str = "chen@acme.example") -> list[str]:
        return await asyncio.to_thread(self._send, raws, to, sender)

    def _send(self, raws: tuple[bytes, ...], to: tuple[str, ...], sender: str) -> list[str]:
        with smtplib.LMTP(HOST, self.port, timeout=60) as server:
            said: list[str] = []
            for raw in raws:
                server.ehlo_or_helo_if_needed()
                server.mail(sender)
                taken = [code for one in to if (code := server.rcpt(one)[0]) == 250]
                if not taken:
                    said.append("nobody")
                    server.rset()
                    continue
                answers = [server.data(raw), *(server.getreply() for _ in taken[1:])]
                said += [f"{code} {text.decode()}" for code, text in answers]
            return said

    async def events(self, case: str = FIRST) -> list[CaseEvent]:
        return [one.event for one in await self.database.read(lambda tx: cases.events(tx, case))]

    async def resolve(self, case: str) -> None:
        load, now = self.caseload(), self.now
        await self.database.write(lambda tx: load.record(tx, case, CaseResolved(how="done"), "person:li", now, now))

    async def cases(self) -> list[Case]:
        return await self.database.read(lambda tx: cases.every(tx))

    async def told(self) -> list[str]:
        """What went to customers' contacts."""
        found = await self.database.read(lambda tx: notifications(tx, "customer"))
        return [f"{one.address} {one.message.subject}" for one in found]

    async def aside(self) -> list[str]:
        return await self.database.read(set_aside)


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    mail = Channel(id="mail", kind="email", options={"sender": "upheld <desk@provider.example>"})
    customers = (customer(mailbox=TO), customer("beta", mailbox="beta@help.example.com"))
    made = Office(database, config(customers=named(customers), channels=named((mail,))), port=free_port())
    door = MailDoor(database, made.mailing, lambda: made.now, CollectorRegistry())
    server = await conversations(door, HOST, made.port)
    try:
        yield made
    finally:
        await door.close(server)


async def test_a_mail_becomes_a_case_with_its_text_its_files_and_a_receipt_to_the_contacts(office: Office) -> None:
    raw = letter(files=[("截图.png", PNG)], Received=RECEIVED)

    assert await office.send(raw, to=("ACME+web@help.example.com",)) == [f"250 2.0.0 {FIRST}"]

    opened, noted, file = await office.events()
    assert isinstance(opened, CaseOpened)
    assert (opened.title, opened.caller, opened.level) == ("The login page stays empty", "Chen", 1)
    assert opened.reported_at == NOON - 10 * MINUTE  # when our mail server had it, not when we looked
    assert noted == CaseNoted(text="Since this morning.\nNothing helps.")
    assert isinstance(file, FileAdded) and (file.name, file.media_type) == ("截图.png", "image/png")
    (log,) = await office.database.read(lambda tx: [cases.events(tx, FIRST)])
    assert {one.by for one in log} == {"customer:acme"}
    assert await office.told() == [f"chen@acme.example Case {FIRST} opened"]


async def test_an_answer_goes_to_the_case_that_it_names_or_refers_to_and_to_no_other_customers(office: Office) -> None:
    await office.send(letter(identity="1@x"))
    thread = f"<{digest_of(f'thread {FIRST}')}@provider.example>"
    by_thread = letter("AW: something else", "It went on.", identity="2@x", References=f"{thread} <z@provider.example>")
    by_number = letter(f"Re: [{FIRST}]", "And on.", identity="3@x")
    foreign = letter(f"Re: {FIRST}", "Mine?", identity="4@x", sender="chen@beta.example")
    office.now += HOUR

    assert await office.send(by_thread, by_number) == [f"250 2.0.0 {FIRST}"] * 2
    assert await office.send(foreign, to=("beta@help.example.com",)) == ["250 2.0.0 CASE-2026-0002"]

    said = [one.text for one in await office.events() if isinstance(one, CaseNoted)]
    assert said[1:] == ["It went on.", "And on."]
    assert len(await office.told()) == 2  # each case's receipt; an answer is not answered


async def test_a_number_in_a_text_means_the_only_open_case_or_what_an_answer_answers(office: Office) -> None:
    second = FIRST.replace("0001", "0002")
    await office.send(letter(identity="1@x"), letter("Another", identity="2@x"))
    far = f"{'words ' * 4000}\n\n> {FIRST}"
    foreign = letter("Mine?", FIRST, identity="3@x", sender="chen@beta.example")

    async def becomes(subject: str, text: str) -> str:
        """The case it went to."""
        (said,) = await office.send(letter(subject, text, identity=f"{subject}@x"))
        return said.removeprefix("250 2.0.0 ")

    assert await becomes("Re: no number", far) == FIRST, "at the end of a long text"
    assert await becomes("By the way", f"It is about {FIRST}.") == FIRST
    assert await becomes("Both", f"{FIRST} and {second}") == "CASE-2026-0003", "one of two open ones is a guess"
    await office.resolve(FIRST)
    assert await becomes("Both again", f"{FIRST} and {second}") == second
    assert await becomes("As then", f"Again what was {FIRST}") == "CASE-2026-0004", "what is over is no answer's matter"
    assert await becomes("AW: solved?", f"> {FIRST} is solved") == FIRST
    assert await office.send(foreign, to=("beta@help.example.com",)) == ["250 2.0.0 CASE-2026-0005"]


async def test_the_same_mail_a_second_time_is_taken_and_changes_nothing(office: Office) -> None:
    stranger = letter(identity="s@x", sender="eve@elsewhere.example")
    assert await office.send(letter(), letter(), stranger, stranger) == [
        *[f"250 2.0.0 {FIRST}"] * 2,
        *["250 2.0.0 set aside for a person"] * 2,
    ]
    assert len(await office.cases()) == 1 and len(await office.told()) == 1 and len(await office.aside()) == 1


async def test_who_is_no_contact_is_never_answered_and_a_person_sees_what_he_wrote(office: Office) -> None:
    for number, sender in enumerate(("eve@elsewhere.example", "chen@beta.example", "", "chen@acme.example.evil")):
        await office.send(letter(identity=f"{number}@x", sender=sender or "nobody"))
    assert await office.aside() == ["unknown_sender"] * 4
    assert await office.cases() == [] and await office.told() == []
    kept = await office.database.read(lambda tx: tx.execute(select(quarantine)).first())
    assert kept is not None and kept.source == "mail:acme?" and b"The login page" in kept.body
    shown = await office.database.read(lambda tx: store.aside(tx, 9))
    assert [(one.outcome, one.body) for one in shown] == [("unknown_sender", b"")] * 4


async def test_however_many_strangers_write_a_contacts_mail_that_waits_is_kept_and_shown(office: Office) -> None:
    await office.send(letter(text="I am 11010519491231002X"))
    (acme,) = [one for one in office.config.customers.values() if one.id == "acme"]

    def flood(tx: Connection) -> None:
        for number in range(QUARANTINE_LIMIT + 1):
            raw = letter(identity=f"{number}@evil", sender="eve@elsewhere.example")
            office.mailing().file(tx, acme, read(raw), raw, NOON)

    await office.database.write(flood)

    shown = await office.database.read(lambda tx: store.aside(tx, 3))
    assert [one.outcome for one in shown] == ["identity_number", "unknown_sender", "unknown_sender"]
    assert {store.customer_of(one.source) for one in shown} == {"acme"}


async def test_a_strangers_mail_is_glanced_at_and_a_contacts_read_to_its_end(office: Office) -> None:
    text = "first\n" + "x" * 70 + "\n" + ("y" * 70 + "\n") * 4000
    await office.send(
        letter(text=text, identity="1@x", sender="eve@elsewhere.example"), letter(text=text, identity="2@x")
    )
    (kept,) = await office.database.read(lambda tx: tx.execute(select(quarantine)).all())
    assert kept.envelope["headers"]["text"].startswith("first\nxxx") and len(kept.body) > GLANCE
    (file,) = [one for one in await office.events() if isinstance(one, FileAdded)]
    assert file.name == "mail.txt" and file.size > 2 * GLANCE


async def test_robots_bounces_and_our_own_mails_end_here(office: Office) -> None:
    given = f"{digest_of('any')}@provider.example"
    raws = (
        letter(identity="1@x", Auto_Submitted="auto-replied"),
        letter(identity="2@x", sender="desk@provider.example"),
        letter(identity=given),
        letter(identity="3@x", sender=TO),
    )
    await office.send(*raws)
    await office.send(letter(identity="4@x"), sender="<>")
    assert await office.aside() == ["machine: Auto-Submitted", "our_own", "our_own", "our_own", "machine: MAIL FROM:<>"]
    assert await office.cases() == [] and await office.told() == []


async def test_a_robot_that_answers_every_receipt_is_stopped_after_a_while(office: Office) -> None:
    await office.send(*(letter(identity=f"{number}@x") for number in range(OPENED_AT_MOST + 2)))
    assert len(await office.cases()) == OPENED_AT_MOST and await office.aside() == ["too_many"] * 2
    assert await office.send(letter(f"Re: {FIRST}", identity="answer@x")) == [f"250 2.0.0 {FIRST}"]
    office.now += HOUR + 1
    assert (await office.send(letter(identity="later@x")))[0].startswith("250 2.0.0 CASE-")


async def test_what_the_record_refuses_is_set_aside_whole_and_an_identity_number_is_not_kept(office: Office) -> None:
    await office.send(letter(text="I am 11010519491231002X"))
    assert await office.aside() == ["identity_number"] and await office.cases() == []
    (kept,) = await office.database.read(lambda tx: tx.execute(select(quarantine)).all())
    assert kept.body == b"" and "11010519491231002X" not in str(kept.envelope)
    await office.send(letter(identity="3@x", text="I am 11010519491231002X", sender="eve@elsewhere.example"))
    kept = (await office.database.read(lambda tx: tx.execute(select(quarantine)).all()))[1]
    assert kept.reason == "unknown_sender" and kept.body == b"" and "1231002X" not in str(kept.envelope)
    big = letter(identity="2@x", files=[("core.dump", b"x" * (LARGEST_FILE + 1)), ("log.txt", b"short")])
    assert await office.send(big) == [f"250 2.0.0 {FIRST}"]
    assert [one.name for one in await office.events() if isinstance(one, FileAdded)] == ["log.txt"]
    assert (await office.aside())[2] == "files_left: core.dump has more than 5 MiB"


async def test_a_mail_that_waited_long_counts_from_when_our_server_had_it_but_not_from_any_year(office: Office) -> None:
    await office.send(letter(identity="1@x", Received="x; Mon, 01 Jan 2001 00:00:00 +0000"))
    await office.send(letter(identity="2@x", Received="x; Mon, 01 Jan 2029 00:00:00 +0000"))
    assert [one.reported_at for one in await office.cases()] == [NOON, NOON - 5 * DAY]


async def test_every_recipient_has_his_own_answer_and_nobodys_address_is_refused(office: Office) -> None:
    raw = letter()
    answers = await office.send(raw, to=(TO, "nobody@help.example.com", "beta@help.example.com"))
    assert answers == [f"250 2.0.0 {FIRST}", "250 2.0.0 set aside for a person"]
    assert await office.send(raw, to=("nobody@help.example.com",)) == ["nobody"]


async def test_nothing_is_taken_before_it_is_committed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(work: object) -> None:
        raise StoreUnavailable("no disk")

    with monkeypatch.context() as patched:
        patched.setattr(office.database, "write", away)
        assert (await office.send(letter()))[0].startswith("451 4.3.0")
    assert await office.send(letter()) == [f"250 2.0.0 {FIRST}"]


async def test_a_mistake_of_our_own_sends_nobody_away(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(self: Mailing, tx: Connection, *given: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr(Mailing, "file", stumble)
    assert await office.send(letter()) == ["250 2.0.0 set aside for a person"]
    assert await office.aside() == ["unreadable: KeyError"]


async def test_whatever_comes_is_taken_and_the_next_mail_is_a_case(office: Office) -> None:
    lines = (b"\r\n".join(raw.replace(b"\r", b"").split(b"\n")) for raw in HOSTILE.values())
    fitting = [raw for raw in lines if max(map(len, raw.split(b"\r\n"))) < 16_000]
    answers = await office.send(*fitting)
    assert len(fitting) > 15 and {one[:3] for one in answers} == {"250"}
    assert (await office.send(letter(identity="after@x")))[0].startswith("250 2.0.0 CASE-")


async def test_more_than_it_says_it_takes_is_refused_at_once(office: Office) -> None:
    def ask() -> tuple[int, bytes]:
        with smtplib.LMTP(HOST, office.port, timeout=60) as server:
            server.ehlo_or_helo_if_needed()
            assert server.esmtp_features["size"] == str(LARGEST)
            return server.mail("chen@acme.example", [f"SIZE={LARGEST + 1}"])

    assert (await asyncio.to_thread(ask))[0] == 552


async def test_more_conversations_than_it_holds_are_asked_to_come_again(office: Office) -> None:
    held = [await asyncio.open_connection(HOST, office.port) for _ in range(AT_ONCE)]
    for reader, _ in held:
        assert (await reader.readline()).startswith(b"220")
    reader, refused = await asyncio.open_connection(HOST, office.port)
    assert (await reader.readline()).startswith(b"421") and await reader.read() == b""
    for _, writer in [*held, (reader, refused)]:
        writer.close()
        await writer.wait_closed()
