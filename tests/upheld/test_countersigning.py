"""The link by which a customer's signer countersigns: from a real mail to the recorded fact, without an account."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import Connection

from config.instant import DAY, Instant, parse_rfc3339
from config.node import ConfigError
from config.state import State
from console.signature import LASTING, Asked, address, read
from incidents.link import Links
from incidents.store import transition
from sla.standing import Happening, Way, What
from sla.store import statement as stored
from sla.store.statement import SealedRevision
from tests.servers.smtp import Mail, Smtp
from tests.upheld.house import NOON, Reader, configuration, document, served
from upheld.house import House, open_house

BASE = "https://status.example.com"
SIGNER = "zhao@acme.example"
PERIOD = "2026-08"
LINK = re.compile(re.escape(BASE) + r"(/countersign/[\w-]+)")
UP_SINCE = parse_rfc3339("2026-07-31T00:00:00Z")


def changes(smtp: Smtp, *, countersign: str | None = "link", signer: str = SIGNER) -> dict[str, Any]:
    agreement = document()["customers"]["acme"]["agreement"]
    word = {} if countersign is None else {"countersign": countersign}
    return {
        "site": {"name": "Northwind", "external_url": BASE, "languages": ["en", "zh-CN"]},
        "channels": {
            "mail": {"kind": "email", "host": smtp.host, "port": smtp.port, "tls": "none", "sender": "up@example.com"}
        },
        "people": {"wang": {"name": "Wang", "email": "wang@example.com", "role": "service-manager", "language": "en"}},
        "customers": {
            "acme": {
                "name": "Acme",
                "contacts": [
                    {"name": "Chen", "email": "chen@acme.example", "language": "en"},
                    {"name": "Zhao", "email": signer, "language": "en", "kind": "signer"},
                ],
                "agreements": [
                    {key: one for key, one in agreement.items() if key != "covers"}
                    | {"measured_from": "2026-08-01", "components": ["shop"], **word}
                ],
            }
        },
    }


@dataclass
class Signing:
    """August is sealed and mailed."""

    house: House
    reader: Reader
    smtp: Smtp
    now: Instant = NOON

    @property
    def links(self) -> Links:
        return self.house.rules.paging.links

    async def asked(self, path: str, language: str = "en", **form: str) -> tuple[int, str]:
        """POST when there is a form, else GET."""
        headers = {"Accept-Language": language}
        answer = await (
            self.reader.post(path, data=form, headers=headers) if form else self.reader.get(path, headers=headers)
        )
        return answer.status, await answer.text()

    async def mail(self, recipient: str, subject: str) -> Mail:
        def wanted(mail: Mail) -> bool:
            return recipient in mail.recipients and subject in mail.subject

        return (await asyncio.to_thread(self.smtp.wait_for, wanted))[-1]

    async def link(self) -> str:
        found = LINK.search((await self.mail(SIGNER, "To countersign")).text)
        assert found is not None
        return found[1]

    async def sealed(self) -> SealedRevision:
        found = await self.house.database.read(lambda tx: stored.find(tx, "acme", PERIOD))
        assert found is not None
        return found

    async def signatures(self) -> list[Happening]:
        found = await self.house.database.read(lambda tx: stored.happenings(tx, "acme", PERIOD))
        return [one for one in found if one.what is What.COUNTERSIGNED]

    async def fact(self, state: State, when: str) -> None:
        def record(tx: Connection) -> None:
            happened = parse_rfc3339(when)
            one = transition.Transition(component="shop", state=state, happened_at=happened, by="test")
            transition.append(tx, one, self.now)

        await self.house.database.write(record)

    async def seal(self) -> None:
        await self.house.command("statement.seal", "person:wang", {"customer": "acme", "period": PERIOD})


@asynccontextmanager
async def signing(folder: Path, smtp: Smtp, client: AiohttpClient, **more: Any) -> AsyncIterator[Signing]:
    config = configuration(folder, **changes(smtp, **more))
    made: list[Signing] = []
    async with (
        open_house(config, folder / "upheld.yaml", lambda: made[0].now if made else NOON) as opened,
        served(opened, client) as reader,
    ):
        made.append(Signing(house=opened, reader=reader, smtp=smtp))
        await made[0].fact(State.UP, "2026-07-31T00:00:00Z")
        await made[0].seal()
        yield made[0]


async def test_the_signers_link_shows_number_and_hash_and_its_button_countersigns(
    tmp_path: Path, smtp: Smtp, aiohttp_client: AiohttpClient
) -> None:
    async with signing(tmp_path, smtp, aiohttp_client) as one:
        path, last = await one.link(), await one.sealed()
        for _ in range(3):  # a scanner of mail, a preview, the person
            status, page = await one.asked(path)
            assert status == 200
            assert {last.seal.record_sha256, "Zhao", "ACME-2026-08"} == {
                each for each in (last.seal.record_sha256, "Zhao", "ACME-2026-08") if each in page
            }
        assert (await one.reader.head(path)).status == 200
        assert (await one.asked(path, act="dispute"))[0] == 422
        assert await one.signatures() == []

        assert (await one.asked(path, act="countersign"))[0] == 200
        (signed,) = await one.signatures()
        told = await one.mail("chen@acme.example", "countersigned")
        again = await one.asked(path, act="countersign")
        assert len(await one.signatures()) == 1
        listed = (await one.house.database.read(lambda tx: stored.standing(tx, "acme", PERIOD))).countersigned_way

    assert signed.by == "customer:acme"
    assert signed.body == {
        "record_sha256": last.seal.record_sha256,
        "entered_by": f"Zhao <{SIGNER}>",
        "way": "mail",
    }
    assert listed is Way.MAIL
    assert (again[0], "countersigned already" in again[1]) == (410, True)
    assert "Zhao has countersigned it by the link" in told.text and not LINK.search(told.text)


async def test_nobody_but_the_signer_gets_the_link(tmp_path: Path, smtp: Smtp, aiohttp_client: AiohttpClient) -> None:
    async with signing(tmp_path, smtp, aiohttp_client) as one:
        await one.link()
        await one.mail("chen@acme.example", "Statement")
    with_link = [mail for mail in smtp.mails if LINK.search(mail.text) or LINK.search(mail.html)]
    assert [mail.recipients for mail in with_link] == [(SIGNER,)]
    assert [part.get_filename() for part in with_link[0].message.iter_attachments()] == ["ACME-2026-08.pdf"]


@pytest.mark.parametrize("countersign", [None, "login"])
async def test_an_agreement_that_does_not_say_so_wants_the_login(
    tmp_path: Path, smtp: Smtp, aiohttp_client: AiohttpClient, countersign: str | None
) -> None:
    async with signing(tmp_path, smtp, aiohttp_client, countersign=countersign) as one:
        await one.mail("chen@acme.example", "Statement")
        assert smtp.to(SIGNER) == []
        last = await one.sealed()
        asked = Asked(
            customer="acme",
            period=PERIOD,
            revision=1,
            record_sha256=last.seal.record_sha256,
            signer=SIGNER,
            expires_at=NOON + DAY,
        )
        url = address(one.links, asked)
        assert url is not None
        status, page = await one.asked(url.removeprefix(BASE), act="countersign")
        assert (status, "signs with a login" in page) == (410, True)
        assert await one.signatures() == []


async def test_an_old_a_foreign_and_a_spoilt_link_sign_nothing_and_say_why(
    tmp_path: Path, smtp: Smtp, aiohttp_client: AiohttpClient
) -> None:
    async with signing(tmp_path, smtp, aiohttp_client) as one:
        path = await one.link()
        right = read(one.links, path.removeprefix("/countersign/"))
        assert right is not None

        def made(links: Links = one.links, **other: Any) -> str:
            url = address(links, replace(right, **other))
            assert url is not None
            return url.removeprefix(BASE)

        answers = {
            "another's": await one.asked(made(signer="chen@acme.example"), act="countersign"),
            "another hash": await one.asked(made(record_sha256="0" * 64), act="countersign"),
            "another revision": await one.asked(made(revision=2), act="countersign"),
            "ended": await one.asked(made(expires_at=NOON), act="countersign"),
            "signed by another": await one.asked(made(Links(base=BASE, secret=b"x" * 32)), act="countersign"),
            "of nobody": await one.asked(made(customer="nobody"), act="countersign"),
            "spoilt": await one.asked(path[:-2] + "AA", act="countersign"),
            "for another act": await one.asked(path.replace("/countersign/", "/answer/"), act="acknowledge"),
        }
        foreign = await one.reader.post(path, data={"act": "countersign"}, headers={"Origin": "https://evil.example"})
        assert foreign.status == 403
        one.now = NOON + LASTING
        over = await one.asked(path, "zh-CN")
        assert await one.signatures() == []

    assert {name: status for name, (status, _) in answers.items()} == {
        "another's": 410,
        "another hash": 410,
        "another revision": 410,
        "ended": 410,
        "signed by another": 404,
        "of nobody": 404,
        "spoilt": 404,
        "for another act": 404,
    }
    assert "revised since" in answers["another hash"][1]
    assert (over[0], "链接仅在数日内有效" in over[1]) == (410, True)


async def test_a_revision_ends_the_link_and_brings_another(
    tmp_path: Path, smtp: Smtp, aiohttp_client: AiohttpClient
) -> None:
    async with signing(tmp_path, smtp, aiohttp_client) as one:
        first = await one.link()
        await one.fact(State.DOWN, "2026-08-10T00:00:00Z")
        await one.fact(State.UP, "2026-08-10T00:05:00Z")
        await one.seal()
        assert (await one.sealed()).seal.revision == 2
        await one.mail(SIGNER, "revision 2")
        second = await one.link()
        assert second != first
        status, page = await one.asked(first, "zh-CN", act="countersign")
        assert (status, "此后已修订" in page) == (410, True)
        assert "签署的正是以下记录" in (await one.asked(second, "zh-CN"))[1]
        assert (await one.asked(second, act="countersign"))[0] == 200
        (signed,) = await one.signatures()
        assert signed.revision == 2


@pytest.mark.parametrize("signers", [0, 2])
def test_a_link_is_for_one_signer(tmp_path: Path, smtp: Smtp, signers: int) -> None:
    written = changes(smtp)
    person = {"name": "Zhao", "email": SIGNER, "kind": "signer"}
    written["customers"]["acme"]["contacts"] = [{"name": "Chen", "email": "chen@acme.example"}, *[person] * signers]
    with pytest.raises(ConfigError, match=f"a link is for one signer, and there are {signers}"):
        configuration(tmp_path, **written)
