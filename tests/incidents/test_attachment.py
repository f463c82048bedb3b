"""What a file is by its own bytes, what it may be called, and how large it may be."""

import pytest

from incidents.attachment import LARGEST, attachment, sniffed
from incidents.decide import Refused


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        ("日志 one line".encode(), "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"\x7fELF\x02\x01\x00", "application/octet-stream"),
        (b"\xff\xfe", "application/octet-stream"),
    ],
)
def test_a_file_is_what_it_begins_as_and_never_a_page(body: bytes, media_type: str) -> None:
    assert sniffed(body) == media_type


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\chen\\截图.png", "截图.png"),
        ("a\r\nSet-Cookie: x\0", "a Set-Cookie: x\N{REPLACEMENT CHARACTER}"),
        ("", "file"),
    ],
)
def test_of_a_name_only_the_last_part_is_kept_on_one_line(sent: str, kept: str) -> None:
    assert attachment(sent, b"x").name == kept


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    name = attachment("x" * 300 + ".png", b"x").name
    assert len(name) == 120 and name.startswith("xxx") and name.endswith(".png")


def test_a_file_is_refused_from_one_byte_too_many() -> None:
    assert len(attachment("a", b"x" * LARGEST).body) == LARGEST
    with pytest.raises(Refused, match="more than 5 MiB"):
        attachment("a", b"x" * (LARGEST + 1))
    with pytest.raises(Refused, match="empty"):
        attachment("a", b"")
