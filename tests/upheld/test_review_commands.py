"""Files and the review of a case from the command line."""

import json
from pathlib import Path

import pytest

from incidents.attachment import LARGEST
from tests.upheld.house import write
from tests.upheld.test_cli import refused, upheld

pytestmark = pytest.mark.store


@pytest.fixture
def number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a resolved case in a store with one person of ours."""
    path = write(tmp_path)
    path.write_text(path.read_text() + "\npeople: {li: {name: Li Wei, email: li@example.com}}\n")
    monkeypatch.setenv("UPHELD_CONFIG", str(path))
    assert upheld("migrate").exit_code == 0
    opened = upheld("case", "open", "acme", "It is slow", "--component", "shop", "--by", "li", "--json")
    made: str = json.loads(opened.stdout)["id"]
    assert upheld("case", "event", made, "resolved", "Cache emptied", "--by", "li").exit_code == 0
    return made


def test_a_file_goes_in_and_comes_out_byte_for_byte(number: str, tmp_path: Path) -> None:
    sent, back = tmp_path / "trace.png", tmp_path / "back"
    sent.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 5000)  # more than a mebibyte
    added = json.loads(upheld("case", "attach", number, str(sent), "--by", "li", "--json").stdout)
    assert (added["name"], added["media_type"]) == ("trace.png", "image/png")
    assert upheld("case", "file", number, added["sha256"], "--output", str(back)).exit_code == 0
    assert back.read_bytes() == sent.read_bytes()
    assert "byte for byte" in refused(upheld("case", "attach", number, str(sent), "--by", "li"), 1)
    assert "no file with that hash" in refused(upheld("case", "file", number, "0", "--output", str(back)), 1)
    sent.write_bytes(b"x" * (LARGEST + 1))
    assert "more than 5 MiB" in refused(upheld("case", "attach", number, str(sent), "--by", "li"), 1)


def test_a_review_is_written_presented_and_listed(number: str) -> None:
    assert json.loads(upheld("review", "list", "--json").stdout) == []
    assert upheld("review", "why", number, "Why was it slow?", "The cache was full", "--by", "li").exit_code == 0
    assert "corrective action" in refused(upheld("review", "present", number, "It was full", "--by", "li"), 1)
    plan = ("An alarm", "--aim", "detect", "--due", "2099-01-01")
    assert "there is nobody 'wu'" in refused(upheld("review", "action", number, *plan, "--owner", "wu"), 1)
    told = json.loads(upheld("review", "action", number, *plan, "--owner", "li", "--by", "li", "--json").stdout)
    (action,) = told["actions"]
    assert (action["owner"], action["aim"], action["state"]) == ("li", "detect", "open")
    told = json.loads(upheld("review", "present", number, "It was full", "--by", "li", "--json").stdout)
    assert (told["state"], told["summary"]) == ("presented", "It was full")
    assert upheld("obligation", "fulfil", action["id"], "--note", "alarm 12", "--by", "li").exit_code == 0
    (shown,) = json.loads(upheld("review", "list", "--json").stdout)
    assert (shown["id"], shown["actions"][0]["state"]) == (number, "done")
    assert number in upheld("review", "list").stdout and "The cache was full" in upheld("review", "show", number).stdout
    assert "there is no case" in refused(upheld("review", "show", "CASE-9"), 1)


def test_a_finding_is_opened_reviewed_and_closed_with_evidence(number: str) -> None:
    words = ("--source", "Audit 7", "--clause", "A.9", "--grade", "minor", "--by", "li", "--json")
    made = json.loads(upheld("finding", "open", "acme", "Leavers can log in", *words).stdout)
    assert (made["state"], made["grade"], made["evidence"]) == ("open", "minor", "")
    assert "agree a corrective action" in refused(upheld("finding", "close", made["id"], "list 16", "--by", "li"), 1)
    plan = ("Accounts end", "--aim", "prevent", "--due", "2099-01-01", "--owner", "li", "--by", "li", "--json")
    shown = json.loads(upheld("review", "action", made["id"], *plan).stdout)
    assert shown["finding"]["clause"] == "A.9"
    assert "actions are done" in refused(upheld("finding", "close", made["id"], "list 16", "--by", "li"), 1)
    assert upheld("obligation", "fulfil", shown["actions"][0]["id"], "--by", "li").exit_code == 0
    closed = json.loads(upheld("finding", "close", made["id"], "list 16", "--by", "li", "--json").stdout)
    assert (closed["state"], closed["evidence"]) == ("closed", "list 16")
    assert json.loads(upheld("finding", "list", "--json").stdout) == []
    (one,) = json.loads(upheld("finding", "list", "--all", "--json").stdout)
    assert (one["id"], one["actions"], one["overdue"]) == (made["id"], 1, 0)
