"""Agreements on the desk: who may write, what the form asks for, what is stored, and what is printed."""

import re

import pytest

from config.instant import DAY
from console.user import Role
from db.engine import Database
from sla import agreeing
from sla.contract import Confirmed, Contract, Declined, Side, Way
from sla.paper.style import allowed
from tests.console.conftest import LogIn, Reader, page, send, token_of
from tests.console.world import World
from tests.sla.printable import may_stand

HARBOUR = "harbour/sla-standard"
FORM = "/desk/agreements/new"
NEXT = f"/desk/agreements/{HARBOUR}/next"

COMPLETE = {
    "customer": "new",
    "customer_id": "meadow",
    "customer_name": "Meadow School",
    "customer_email": "wu@meadow.example",
    "contract": "MS-2026-3",
    "language": "zh-CN",
    "customer_called": "甲方",
    "customer_signed": "Meadow School Ltd",
    "provider_called": "乙方",
    "profile": "support-agreement@1",
    "effective": "2026-12-01",
    "measured_from": "2026-12-01",
    "ends": "2027-12-01",
    "notice_days": "60",
    "automatic": "no",
    "target": "99.5",
    "period": "month",
    "service_hours": "24x7",
    "timezone": "Asia/Shanghai",
    "exclusion_effect": "retained",
    "unknown": "as_down",
    "partial_weight": "1/2",
    "days": "calendar",
    "fee_amount": "120000",
    "fee_currency": "CNY",
    "fee_per": "year",
    "remedies": "damages",
    "damage_percent": "5",
    "damage_of": "yearly service fee",
    "damage_amount": "120000",
    "cap_percent": "20",
    "cap_of": "contract total",
    "cap_amount": "360000",
    "cap_per": "contract_term",
    "reason": "signed on 20 November",
    "customer_ref": "MS-2026-3, page 9",
    "component.shop": "on",
}


@pytest.fixture
async def manager(world: World, log_in: LogIn) -> Reader:
    """An account manager, in a house that has stored its agreements."""
    await world.database.write(lambda tx: agreeing.seed(tx, world.config, world.now))
    return await log_in(Role.ACCOUNT_MANAGER)


async def contract_of(database: Database, id: str) -> Contract:
    return await database.read(lambda tx: agreeing.found(tx, id))


def errors(html: str) -> list[str]:
    """Ids of the fields that have something to say."""
    return re.findall(r'class="err" id="([\w.]*)-error"', html)


async def test_every_agreement_is_listed_and_staff_may_look(world: World, manager: Reader, log_in: LogIn) -> None:
    engineer = await log_in(Role.ENGINEER)
    for reader in (manager, engineer):
        html = await page(reader, "/desk/agreements")
        assert "Harbour Bank" in html and "Linden Clinic" in html
    assert "Record an agreement" not in await page(engineer, "/desk/agreements")
    await page(engineer, FORM, status=403)
    assert (await send(engineer, f"/desk/agreements/{HARBOUR}", act="end"))[0] == 403


async def test_an_empty_form_stores_nothing_and_names_everything_a_contract_must_state(
    world: World, manager: Reader
) -> None:
    status, html = await send(manager, FORM, customer="harbour")
    assert status == 422
    assert set(errors(html)) == {
        "form", "target", "period", "service_hours", "exclusion_effect", "unknown", "partial_weight", "timezone",
        "days", "language", "remedies", "measured_from", "effective", "reason", "components",
    }  # fmt: skip
    missing = re.search(r"Nothing was stored\. Missing: ([^<]*)\.", html)
    assert missing is not None
    assert "Excluded time" in missing[1] and "Time zone" in missing[1] and "Remedies" in missing[1]
    assert len((await contract_of(world.database, HARBOUR)).versions) == 1


async def test_a_term_sheet_answers_for_the_terms_it_states(manager: Reader) -> None:
    status, html = await send(manager, FORM, customer="harbour", terms="strict-7x24@1")
    assert status == 422
    assert {"target", "timezone", "language"} <= set(errors(html))
    assert not {"period", "service_hours", "exclusion_effect", "unknown", "partial_weight", "days"} & set(errors(html))


async def test_each_kind_of_remedy_asks_for_its_own_figures(manager: Reader) -> None:
    _, html = await send(manager, FORM, customer="harbour", remedies="damages")
    wanted = {"damage_percent", "damage_of", "damage_amount", "cap_percent", "cap_of", "cap_amount", "cap_per"}
    assert wanted <= set(errors(html))
    _, html = await send(manager, FORM, customer="harbour", remedies="written")
    assert "remedy_text" in errors(html)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target", "100.1"),
        ("target", "most"),
        ("timezone", "Asia/Shangai"),
        ("effective", "soon"),
        ("ends", "2027-02-30"),
        ("notice_days", "many"),
        ("fee_amount", "1e5"),
        ("fee_currency", "yuan"),
        ("customer_id", "no spaces"),
        ("customer_id", "harbour"),
        ("customer_email", "wu"),
    ],
)
async def test_what_cannot_be_read_is_said_under_its_field(
    world: World, manager: Reader, field: str, value: str
) -> None:
    status, html = await send(manager, FORM, **{**COMPLETE, field: value})
    assert (status, errors(html)) == (422, [field])
    assert f'value="{value}"' in html


async def test_a_complete_form_is_version_1_with_everything_that_was_typed(world: World, manager: Reader) -> None:
    status, location = await send(manager, FORM, **COMPLETE)
    assert (status, location) == (303, "/desk/agreements/meadow/support-agreement")
    contract = await contract_of(world.database, "meadow")
    agreement, terms = contract.newest.agreement, contract.newest.agreement.availability
    assert (contract.newest.way, contract.newest.by) == (Way.DESK, "person:account-manager")
    assert (terms.target, terms.exclusion_effect, terms.unknown) == ("99.5", "retained", "as_down")
    assert (agreement.parties.customer.called, agreement.contract, agreement.language) == ("甲方", "MS-2026-3", "zh-CN")
    assert agreement.renewal is not None and agreement.renewal.notice == 60 * DAY
    assert agreement.amounts["cap"].amount == "360000"
    assert len(agreement.remedies) == 2
    assert contract.confirmed(1) == {Side.CUSTOMER}
    html = await page(manager, location)
    assert "MS-2026-3, page 9" in html


async def test_the_next_version_starts_from_the_last_and_changes_only_what_was_typed(
    world: World, manager: Reader
) -> None:
    html = await page(manager, NEXT)
    assert 'name="target" type="text" value="99.9"' in html
    typed = dict(re.findall(r'<input id="\w+" name="([\w.]+)" type="\w+" value="([^"]*)"', html))
    selects = [block.partition("</select>")[0] for block in html.split('<select id="')[1:]]
    chosen = [(one.partition('"')[0], re.findall(r'value="([^"]*)" selected', one)) for one in selects]
    ticked = re.findall(r'name="(component\.\w+)" value="on" checked', html)
    fields = {**typed, **{name: found[0] for name, found in chosen if found}, **dict.fromkeys(ticked, "on")}
    fields |= {"effective": "2026-12-01", "target": "99.95", "reason": "amendment 1", "language": "en"}
    status, location = await send(manager, NEXT, **fields)
    assert (status, location) == (303, f"/desk/agreements/{HARBOUR}")
    first, second = (one.agreement for one in (await contract_of(world.database, HARBOUR)).versions)
    assert second.availability == first.availability.model_copy(update={"target": "99.95"})
    assert (second.version, second.levels, second.components) == (2, first.levels, first.components)
    assert second.origins["target"] == "agreement"
    status, html = await send(manager, NEXT, **{**fields, "effective": "2026-06-01"})
    assert status == 422 and "the versions overlap" in html
    data = {"form": await token_of(manager), **fields, "effective": "2026-06-01"}
    html = await (await manager.post(NEXT, data=data, headers={"Accept-Language": "zh-CN"})).text()
    assert "第3版的生效不晚于第2版，两版重叠；请使其在2026-12-01之后生效。" in html


async def test_signatures_and_the_end_are_recorded_once_and_shown(world: World, manager: Reader) -> None:
    address = f"/desk/agreements/{HARBOUR}"
    confirmed = {"act": "confirm", "version": "1", "side": "customer", "reference": "contract, page 9"}
    assert (await send(manager, address, **confirmed))[0] == 303
    status, html = await send(manager, address, **confirmed)
    assert status == 422 and "Version 1 of harbour/sla-standard is confirmed by the customer already." in html
    assert errors((await send(manager, address, act="confirm"))[1]) == ["version", "side", "reference"]
    assert (await send(manager, address, act="end", ends="2027-01-01", reason="moved away"))[0] == 303
    assert set(errors((await send(manager, address, act="end", ends="never"))[1])) == {"ends", "reason"}
    both = {"customer_ref": "letter 7", "provider_ref": "letter 8"}
    assert (await send(manager, address, act="end", ends="2026-12-01", reason="sooner", **both))[0] == 303
    html = await page(manager, address)
    assert "contract, page 9" in html and "moved away" in html and "1 January 2027" in html
    assert "sooner, The customer signed it, letter 7, The provider signed it, letter 8" in html


async def test_the_annex_has_every_clause_in_both_languages_and_needs_nothing_else(
    world: World, manager: Reader
) -> None:
    answer = await manager.get(f"/desk/agreements/{HARBOUR}/annex?version=1")
    html = await answer.text()
    assert answer.status == 200
    assert may_stand(html, allowed())
    assert "可用性计算办法" in html and "How availability is counted" in html
    assert "At least 99.9" in html and "海港银行" in html and "Harbour Bank" in html
    assert (await contract_of(world.database, HARBOUR)).newest.sha256 in html
    assert "Respond: within 15" in html and "internal target" not in html
    assert "<script" not in html and "http" not in html
    assert (await manager.get(f"/desk/agreements/{HARBOUR}/annex?version=7")).status == 404
    assert (await manager.get("/desk/agreements/harbour/nothing")).status == 404


async def test_a_customer_confirms_or_declines_each_version_in_his_room(
    world: World, manager: Reader, log_in: LogIn
) -> None:
    reader, room = await log_in(Role.CUSTOMER, "harbour", name="chen"), "/room/harbour"
    address = f"{room}/agreements/sla-standard"
    assert "waits for your word" in await page(reader, room)
    html = await page(reader, address)
    assert "One version waits for your word" in html and "At least 99.9" in html and "Respond: within 15" in html
    assert (await reader.get(f"{address}/annex?version=1")).status == 200
    for fields, status in (
        ({"act": "decline"}, 422),
        ({"act": "decline", "reason": "no"}, 422),
        ({"version": "1"}, 422),
    ):
        given = {"version": "7", **fields} if "reason" in fields else {"version": "1", **fields}
        assert (await send(reader, address, home=address, **given))[0] == status
    declined = {"act": "decline", "version": "1", "reason": "the fee is another"}
    assert await send(reader, address, home=address, **declined) == (303, address)
    assert "You declined it: the fee is another" in await page(reader, address)
    assert "The customer declined it" in await page(manager, f"/desk/agreements/{HARBOUR}")
    assert await send(reader, address, home=address, act="confirm", version="1") == (303, address)
    assert (await send(reader, address, home=address, **declined))[0] == 422
    first, second = (await contract_of(world.database, HARBOUR)).events
    assert isinstance(first, Declined) and (first.by, first.reason) == ("customer:harbour", "the fee is another")
    assert isinstance(second, Confirmed) and (second.by, second.reference) == ("customer:harbour", f"{address}, chen")
    assert second.recorded_at == second.happened_at == world.now
    html = await page(reader, address, headers={"Accept-Language": "zh-CN"})
    assert "各版本均已由您确认" in html and f"{address}, chen" in html


async def test_the_pages_speak_chinese(manager: Reader) -> None:
    chinese = {"Accept-Language": "zh-CN"}
    for path in ("/desk/agreements", f"{FORM}?customer=new", f"/desk/agreements/{HARBOUR}", NEXT):
        html = await page(manager, path, headers=chinese)
        assert 'lang="zh-CN"' in html
        assert "协议" in html
