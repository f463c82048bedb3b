"""A real Postfix with exactly the lines of the documentation: what it takes from the net becomes a case, once."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios import town
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres
from tests.servers.process import Serve
from tests.servers.program import HOST, free_port
from tests.servers.smtp import Smtp

CHEN, MAILBOX = "chen@acme.example", "acme@help.example.com"
DOCUMENTED = "127.0.0.1:8024"


def lines() -> str:
    """What docs/intake.md tells an operator to write into main.cf."""
    written = Path(__file__).parents[2].joinpath("docs/intake.md").read_text()
    block = written.split("# /etc/postfix/main.cf\n")[1].split("```")[0]
    assert DOCUMENTED in block
    return block


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def postfix(folder: Path, port: int) -> Iterator[Postfix]:
    with Postfix(folder, lines().replace(DOCUMENTED, f"{HOST}:{port}")) as server:
        yield server


def office(port: int, smtp: Smtp) -> dict[str, Any]:
    customer = town.customer("shop")
    customer["acme"]["mailbox"] = MAILBOX
    return {
        "listen": {"mail": f"{HOST}:{port}"},
        "components": {"shop": {"name": "Shop", "tier": "core"}},
        "customers": customer,
        **town.people(smtp.port, escalates_after=60),
    }


def written(subject: str, to: str = MAILBOX) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = CHEN, to, subject, f"<{subject}@acme.example>"
    mail.set_content(f"{subject}\n网页一直是空白。\n{'x' * 3000}")
    return mail


def test_a_mail_from_the_net_is_a_case_with_number_and_receipt(
    serve: Serve, smtp: Smtp, postfix: Postfix, port: int
) -> None:
    upheld = serve(office(port, smtp))

    postfix.send(written("empty"), CHEN, MAILBOX)

    (receipt,) = smtp.wait_for(lambda mail: CHEN in mail.recipients)
    (case,) = upheld.cli("case", "list", "--json")
    assert case["title"] == "empty" and case["id"] in receipt.subject
    town.wait(lambda: postfix.queued() == "", "nothing waits at the mail server")


def test_an_address_that_is_nobodys_is_refused_for_good_while_the_sender_listens(
    serve: Serve, smtp: Smtp, postfix: Postfix, port: int
) -> None:
    serve(office(port, smtp))
    refused: list[tuple[int, bytes]] = []

    for to in ("nobody@help.example.com", "chen@elsewhere.example"):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as told:
            postfix.send(written("x", to), CHEN, to)
        refused += told.value.recipients.values()

    assert [code for code, _ in refused] == [550, 554]
    assert b"nobody is reported to at this address" in refused[0][1]
    assert postfix.queued() == ""


def test_what_we_cannot_commit_waits_at_the_mail_server_and_is_not_lost(
    serve: Serve, smtp: Smtp, postfix: Postfix, port: int, durable_postgres: Postgres
) -> None:
    store = durable_postgres.url(durable_postgres.create())
    upheld = serve({"store": {"url": store}, **office(port, smtp)})

    def titles() -> list[str]:
        return sorted(one["title"] for one in upheld.cli("case", "list", "--json"))

    def waiting(why: str) -> None:
        town.wait(lambda: why in postfix.queued(), f"it waits, told {why!r}")

    postfix.send(written("first"), CHEN, MAILBOX)
    town.wait(lambda: titles() == ["first"], "the first is a case")

    durable_postgres.kill()
    postfix.send(written("second"), CHEN, MAILBOX)
    waiting("451 4.3.0 not accepted at the moment, come again")
    durable_postgres.start()
    town.wait(lambda: titles() == ["first", "second"], "the second is a case")

    upheld.kill()
    postfix.send(written("third"), CHEN, MAILBOX)
    waiting("Connection refused")
    upheld.start()
    upheld.wait_ready()
    town.wait(lambda: titles() == ["first", "second", "third"], "the third is a case")

    town.wait(lambda: postfix.queued() == "", "nothing waits any more")

    def receipts() -> set[str]:
        """By their ids: one that was under way when the server was killed may come a second time, under the same."""
        return {str(mail.message["Message-ID"]) for mail in smtp.to(CHEN)}

    town.wait(lambda: len(receipts()) == 3, "each has its receipt")
