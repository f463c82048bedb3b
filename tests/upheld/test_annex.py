"""The annex on paper says what the annex as a page says: the parties, where they sign, and who has signed."""

from pathlib import Path
from typing import Any

from config.language import CHINESE, ENGLISH
from sla.annexed import Annexed, annexed
from sla.contract import Confirmed, Contract, Declined, Side, Version, Way
from sla.paper.sheet import Note, Signatures
from tests.upheld.house import NOON, configuration, document
from upheld.cli.annex import sheet, written


def made(folder: Path) -> Annexed:
    """Signed by the provider; the customer has declined."""
    customers = document()["customers"]
    customers["acme"]["agreement"] |= {"profile": "support-agreement@1", "parties": {"customer": {"called": "甲方"}}}
    config = configuration(folder, customers=customers)
    (agreement,) = config.agreements()
    about: dict[str, Any] = {
        "agreement": agreement.id,
        "version": 1,
        "happened_at": NOON,
        "recorded_at": NOON,
        "by": "person:wang",
    }
    contract = Contract(
        versions=(
            Version(agreement=agreement, recorded_at=NOON, by="upheld", reason="", way=Way.COMMAND, sha256="ab" * 32),
        ),
        events=(
            Confirmed(side=Side.PROVIDER, reference="page 9", **about),
            Declined(side=Side.CUSTOMER, reason="another fee", **about),
        ),
    )
    assert annexed(contract, 2, config) is None
    found = annexed(contract, None, config)
    assert found is not None
    return found


def test_the_paper_names_both_sides_and_has_a_place_for_each_to_sign(tmp_path: Path) -> None:
    one = made(tmp_path)
    paper = sheet(one, ENGLISH)
    facts = dict(paper.facts)
    assert (facts["甲方"], facts["Ends"], facts["Services"]) == ("Acme", "No end is agreed.", "Web shop")
    signed, places = paper.sections[-1].blocks
    assert isinstance(places, Signatures) and places.sides[0].startswith("甲方") and "Acme" in places.sides[0]
    assert isinstance(signed, Note) and "page 9" in signed.text and "another fee" not in str(paper)
    assert "Web shop" not in str(sheet(one, CHINESE)) and "网上商城" in str(sheet(one, CHINESE))


def test_what_is_only_aimed_at_is_promised_in_no_format(tmp_path: Path) -> None:
    one = made(tmp_path)
    assert any(each.target is not None for level in one.agreement.levels for each in level.commitments.values())
    assert "internal target" not in str(sheet(one, ENGLISH))
    assert all(b"internal target" not in written(one, form, ENGLISH) for form in ("html", "json"))
