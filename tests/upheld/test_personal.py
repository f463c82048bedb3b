"""The list of personal data against the tables."""

from pathlib import Path

import pytest
from sqlalchemy import JSON, LargeBinary, String, Text

from db.tables import METADATA
from upheld.personal import CLASSES, IMPERSONAL

LISTED = {place.table: place for one in CLASSES for place in one.where}
WORDS = {
    *("id", "customer", "agreement", "component", "kind", "state", "status", "outcome", "reason", "source", "level"),
    *("severity_word", "stamp", "incident", "case", "exclusion", "correction", "check", "location", "result", "signal"),
    *("purpose", "channel", "role", "way", "sha256", "period", "number", "verdict", "record_sha256", "seal", "what"),
    *("obligation", "rule", "digest", "subject", "files", "indicator", "value", "rota", "deed", "key"),
    *("split_from", "split_into"),
}
"""Columns that hold a word of ours, a name of a thing or a hash, whatever the table."""


def test_every_table_is_listed_as_personal_or_as_not() -> None:
    assert {*METADATA.tables} == {*LISTED, *IMPERSONAL}
    assert not {*LISTED} & IMPERSONAL


@pytest.mark.parametrize("name", sorted(LISTED))
def test_every_column_that_can_hold_words_is_listed(name: str) -> None:
    place, table = LISTED[name], METADATA.tables[name]
    wordy = {column.name for column in table.columns if isinstance(column.type, (String, Text, JSON, LargeBinary))}
    assert wordy - {*place.columns} - WORDS == set()
    assert {*place.columns} <= {*table.columns.keys()}
    assert place.customer is None or place.customer in table.columns


def test_the_document_lists_every_class_with_its_purpose_and_term() -> None:
    text = " ".join((Path(__file__).parents[2] / "docs" / "privacy.md").read_text().split())
    for one in CLASSES:
        assert f"| {one.name} | {one.what} | {one.purpose} | {one.term} |" in text
