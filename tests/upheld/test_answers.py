"""Links in mails: from a real mail to the acknowledged incident and the confirmed case, without an account."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_aiohttp.plugin import AiohttpClient

from config.instant import DAY, MINUTE
from incidents.incident import Progress
from incidents.link import Links
from incidents.store import incident as incidents
from tests.servers.smtp import Mail, Smtp
from tests.upheld.house import NOON, Reader, configuration, house, served
from tests.upheld.test_receipts import ALERT, shop
from upheld.house import open_house

BASE = "https://status.example.com"
LINK = re.compile(re.escape(BASE) + r"(/answer/[\w-]+)")
HEADERS = {"Authorization": "Bearer a-token-for-the-tests"}


def changes(smtp: Smtp) -> dict[str, Any]:
    return {
        "site": {"name": "Northwind", "external_url": BASE, "languages": ["en", "zh-CN"]},
        "channels": {
            "mail": {"kind": "email", "host": smtp.host, "port": smtp.port, "tls": "none", "sender": "up@example.com"},
            "ding": {"kind": "dingtalk", "url": "http://127.0.0.1:1/?access_token=t"},
        },
        "people": {
            "li": {
                "name": "Li",
                "email": "li@example.com",
                "language": "en",
                "reach": [{"channel": "mail"}, {"channel": "ding"}],
            }
        },
        "escalations": {"default": {"steps": [{"notify": ["li"]}], "fallback": ["li"]}},
    }


async def link_in(smtp: Smtp, recipient: str, subject: str, count: int = 1) -> str:
    def wanted(mail: Mail) -> bool:
        return recipient in mail.recipients and subject in mail.subject

    mail = (await asyncio.to_thread(smtp.wait_for, wanted, count=count))[-1]
    found = LINK.search(mail.text)
    assert found is not None, mail.text
    return found[1]


async def asked(reader: Reader, path: str, **form: str) -> tuple[int, str]:
    """POST when there is a form, else GET."""
    answer = await (reader.post(path, data=form) if form else reader.get(path, headers={"Accept-Language": "en"}))
    return answer.status, await answer.text()


async def test_opening_the_link_of_a_page_shows_it_and_the_button_acknowledges(
    tmp_path: Path, smtp: Smtp, aiohttp_client: AiohttpClient
) -> None:
    async with house(tmp_path, **changes(smtp)) as opened, served(opened, aiohttp_client) as reader:
        assert (await reader.post("/hooks/am", json=ALERT, headers=HEADERS)).status == 202
        path = await link_in(smtp, "li@example.com", "Web shop")

        number = (await shop(opened)).id
        for _ in range(3):  # a scanner of mail, a preview, the person
            status, page = await asked(reader, path)
            assert (status, f"Acknowledge {number}?" in page) == (200, True)
        assert (await reader.head(path)).status == 200
        assert (await shop(opened)).progress is Progress.TRIGGERED

        assert (await asked(reader, path, act="acknowledge"))[0] == 200
        taken = await shop(opened)
        again, second = await asked(reader, path, act="acknowledge"), await shop(opened)

    assert (taken.progress, taken.acknowledged_by) == (Progress.ACKNOWLEDGED, "person:li")
    assert (again[0], "acknowledged it already" in again[1]) == (410, True)
    assert second == taken


async def test_an_old_a_foreign_and_a_spoilt_link_do_nothing_and_say_why(
    tmp_path: Path, smtp: Smtp, aiohttp_client: AiohttpClient
) -> None:
    async with house(tmp_path, **changes(smtp)) as opened, served(opened, aiohttp_client) as reader:
        assert (await reader.post("/hooks/am", json=ALERT, headers=HEADERS)).status == 202
        path = await link_in(smtp, "li@example.com", "Web shop")
        links, incident = opened.rules.paging.links, await shop(opened)

        def own(made: Links, at: int = NOON, cycle: int = 0) -> str:
            url = made.acknowledge(replace(incident, cycle=incident.cycle + cycle), "li", at)
            assert url is not None
            return url.removeprefix(BASE)

        told = {
            "expired": await asked(reader, own(links, NOON - 3 * DAY), act="acknowledge"),
            "of another opening": await asked(reader, own(links, cycle=-1), act="acknowledge"),
            "signed by another": await asked(reader, own(Links(base=BASE, secret=b"x" * 32)), act="acknowledge"),
            "spoilt": await asked(reader, path[:-2] + "AA", act="acknowledge"),
            "no link": await asked(reader, "/answer/%00", act="acknowledge"),
        }
        assert {name: status for name, (status, _) in told.items()} == {
            "expired": 410,
            "of another opening": 410,
            "signed by another": 404,
            "spoilt": 404,
            "no link": 404,
        }
        foreign = await reader.post(path, data={"act": "acknowledge"}, headers={"Origin": "https://evil.example"})
        assert foreign.status == 403
        assert (await shop(opened)).progress is Progress.TRIGGERED
        await opened.database.write(
            lambda tx: opened.rules.incidents.resolve(tx, incident.id, "person:li", "by hand", NOON)
        )
        status, page = await asked(reader, path)
        assert (status, "The incident is resolved" in page) == (410, True)
        assert await opened.database.read(lambda tx: incidents.find(tx, incident.id)) is not None


async def test_a_customer_contests_confirms_and_rates_by_the_links_of_his_mails(
    tmp_path: Path, smtp: Smtp, aiohttp_client: AiohttpClient
) -> None:
    config, clock = configuration(tmp_path, **changes(smtp)), [NOON]
    async with (
        open_house(config, tmp_path / "upheld.yaml", lambda: clock[-1]) as opened,
        served(opened, aiohttp_client) as reader,
    ):
        given = {"customer": "acme", "kind": "fault", "title": "the shop is slow", "component": "shop"}
        case = (await opened.command("case.open", "person:li", given))["id"]

        async def happens(what: str, text: str = "") -> dict[str, Any]:
            arguments = {"id": case, "what": what, "text": text}
            return dict(await opened.command("case.event", "person:li", arguments))

        await happens("resolved", "a bigger server")
        first = await link_in(smtp, "chen@acme.example", "is resolved")
        assert "Is case" in (await asked(reader, first))[1]
        assert (await asked(reader, first, act="contest", text=""))[0] == 422
        assert (await asked(reader, first, act="contest", text="still slow"))[0] == 200
        assert (await asked(reader, first, act="confirm"))[0] == 410, "it is being worked on again"

        clock.append(NOON + MINUTE)
        await happens("resolved", "two bigger servers")
        second = await link_in(smtp, "chen@acme.example", "is resolved", 2)
        assert (await asked(reader, first, act="confirm"))[0] == 410, "of the result before"
        status, page = await asked(reader, second, act="confirm")
        rate = re.search(re.escape(BASE) + r"(/answer/[\w-]+)", page)
        assert (status, rate is not None) == (200, True)
        assert rate is not None
        marks = dict.fromkeys(
            re.findall(r'name="(overall|speed|skill|manner)"', (await asked(reader, rate[1]))[1]), "5"
        )
        assert marks
        assert (await asked(reader, rate[1], act="rate", text="well done", **marks))[0] == 200

        shown = await happens("note", "thanks")

    assert shown["state"] == "confirmed"
    assert shown["rated_by"] == "customer:acme"
