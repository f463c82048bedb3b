"""What people are told of an incident or a case: every mail says what it is about, in its reader's language."""

from dataclasses import replace

import pytest

from config.agreement import CaseKind
from config.model import Site
from incidents.case import Case, CaseOpened, CaseRecorded, replay_case
from incidents.casenotice import CaseWriter
from incidents.notice import Writer
from tests.incidents.samples import NOON, component, config, incident

SHOP = component("shop").model_copy(update={"name": {"en": "Web shop", "zh-CN": "网上商城"}})


def case(title: str, of: str | None) -> Case:
    opened = CaseOpened(
        customer="acme",
        agreement="acme/main",
        agreement_version=1,
        kind=CaseKind.FAULT,
        level=1,
        title=title,
        reported_at=NOON,
        component="shop",
        incident=of,
    )
    return replay_case("CASE-1", [CaseRecorded(event=opened, happened_at=NOON, recorded_at=NOON, by="upheld")])


@pytest.mark.parametrize(
    ("language", "about"), [("en", "Web shop: No answer in time"), ("zh-CN", "网上商城：超时未应答")]
)
def test_a_customer_reads_which_service_his_case_is_about(language: str, about: str) -> None:
    writer = CaseWriter(config=config(SHOP), language=language)
    one = case("timeout", "INC-1")
    for told in (writer.opened(one), writer.taken(one), writer.solved(one, "mended"), writer.reopened(one)):
        assert about in told.text.splitlines()


def test_what_a_person_reported_keeps_its_own_words() -> None:
    writer = CaseWriter(config=config(SHOP), language="en")
    assert "The till shows nothing" in writer.opened(case("The till shows nothing", None)).text.splitlines()


def test_abroad_the_service_goes_by_its_id() -> None:
    writer = CaseWriter(config=config(SHOP), language="en", discreet=True)
    assert "shop: No answer in time" in writer.opened(case("timeout", "INC-1")).text.splitlines()


def test_a_subject_has_the_colons_of_its_language() -> None:
    one = replace(incident(), recovered=True)
    english = Writer(config=config(SHOP), language="en").resolved(one, NOON).subject
    chinese = Writer(config=config(SHOP), language="zh-CN").resolved(one, NOON).subject
    assert english == f"Resolved: ● Up: Web shop {one.id}"
    assert chinese == f"已解决：● 正常：网上商城 {one.id}"


def test_a_call_leads_to_the_desk_where_drills_and_what_is_not_public_have_a_page_too() -> None:
    made = config(SHOP).model_copy(update={"site": Site(external_url="https://status.example.com")})
    told = Writer(config=made, language="en").page(incident(), again=False)
    address = f"https://status.example.com/desk/incidents/{incident().id}"
    assert address in told.text.splitlines() and told.facts["url"] == address
