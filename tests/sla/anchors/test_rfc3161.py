"""A time-stamping authority signs the hash of the note; what it answers is checked as a stranger would."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.instant import HOUR
from sla.anchor import AnchorError
from sla.anchors.rfc3161 import ANCHOR, Options, submit
from tests.servers.authority import Authority, listening
from tests.sla.anchors.heads import head_of
from upheld.clock import utc_now

pytestmark = pytest.mark.server


@pytest.fixture
async def authority(tmp_path: Path) -> AsyncIterator[Authority]:
    async with listening(Authority(tmp_path / "tsa")) as started:
        yield started


def options(authority: Authority, ca_file: Path | None = None) -> Options:
    return ANCHOR.options(url=authority.url, ca_file=ca_file or authority.ca_file)


async def test_the_answer_holds_for_our_check_and_for_openssl(authority: Authority) -> None:
    head = head_of(5)
    receipt = await submit(options(authority), head)
    assert abs(receipt.at - utc_now()) < HOUR
    assert receipt.content_type == "application/timestamp-reply"
    authority.verify(head.note.encode(), receipt.body)
    with pytest.raises(RuntimeError, match="ts"):
        authority.verify(head_of(6).note.encode(), receipt.body)


async def test_a_path_is_relative_to_the_configuration(authority: Authority) -> None:
    head = head_of(5, folder=authority.folder)
    assert (await submit(options(authority, Path("ca.pem")), head)).body


async def test_a_stamp_of_another_request_is_refused(authority: Authority) -> None:
    old = await submit(options(authority), head_of(5))
    authority.answer = (200, old.body)
    for size in (5, 6):
        with pytest.raises(AnchorError, match="no time stamp of this head"):
            await submit(options(authority), head_of(size))


async def test_a_stamp_of_an_authority_that_is_not_trusted_is_refused(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    with pytest.raises(AnchorError, match="no time stamp of this head"):
        await submit(options(authority, other.ca_file), head_of(5))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((503, b"later"), "HTTP 503 later"),
        ((302, b""), "HTTP 302"),
        ((200, b"no DER"), "no time stamp"),
        ((200, b""), "no time stamp"),
        ((200, bytes.fromhex("30053003020102")), "no time stamp"),
        ((200, b"x" * (1 << 19)), "more than 256 KiB"),
    ],
    ids=["busy", "redirect", "no DER", "nothing", "rejection", "endless"],
)
async def test_anything_else_is_an_anchor_error(authority: Authority, answer: tuple[int, bytes], message: str) -> None:
    authority.answer = answer
    with pytest.raises(AnchorError, match=message):
        await submit(options(authority), head_of(5))
    assert authority.asked == 1


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_a_ca_file_without_certificates_is_named(
    authority: Authority, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "own.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(AnchorError, match=r"ca_file: .*own\.pem holds no PEM certificates"):
        await submit(options(authority, file), head_of(5))
    assert authority.asked == 0


def test_an_address_must_be_one_of_the_web() -> None:
    with pytest.raises(ValidationError, match="must be an http"):
        Options.model_validate({"url": "ftp://tsa.example.com", "ca_file": "ca.pem"})
