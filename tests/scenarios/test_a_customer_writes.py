"""A mail opens a case of a running server, its receipt is answered, and killed it hears it all a second time."""

import smtplib
from email.message import EmailMessage
from typing import Any

from tests.scenarios import town
from tests.servers.process import Serve
from tests.servers.program import HOST, free_port
from tests.servers.smtp import Smtp

MAILBOX = "acme@help.example.com"


def written(subject: str, text: str, identity: str, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "chen@acme.example", MAILBOX, subject, identity
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def hand_over(port: int, *mails: EmailMessage) -> None:
    with smtplib.LMTP(HOST, port, timeout=60) as server:
        for mail in mails:
            server.send_message(mail, "chen@acme.example", [MAILBOX])


def test_a_mail_is_a_case_its_receipt_can_be_answered_and_nothing_happens_twice(serve: Serve, smtp: Smtp) -> None:
    port, customer = free_port(), town.customer("shop")
    customer["acme"]["mailbox"] = MAILBOX
    upheld = serve(
        {
            "listen": {"mail": f"{HOST}:{port}"},
            "components": {"shop": {"name": "Shop", "tier": "core"}},
            "customers": customer,
            **town.people(smtp.port, escalates_after=60),
        }
    )
    report = written("页面空白", "The shop stays empty", "<1@acme.example>")
    hand_over(port, report)
    (receipt,) = smtp.wait_for(lambda mail: "chen@acme.example" in mail.recipients)
    (case,) = upheld.cli("case", "list", "--json")
    assert case["title"] == "页面空白" and case["id"] in receipt.subject

    refers = f"{receipt.message['References']} {receipt.message['Message-ID']}"
    answer = written("Aw: something", "It is back", "<2@acme.example>", References=refers)
    hand_over(port, answer)

    def said() -> list[str]:
        shown: dict[str, Any] = upheld.cli("case", "show", case["id"], "--json")
        return [one["text"] for one in shown["events"] if one["event"] == "case_noted"]

    before = said()
    assert before == ["The shop stays empty", "It is back"]
    upheld.kill()
    upheld.start()
    upheld.wait_ready()
    hand_over(port, report, answer)
    assert said() == before and len(upheld.cli("case", "list", "--json")) == 1
    assert len(smtp.to("chen@acme.example")) == 1
