"""What a mail says, whatever wrote it; and that nothing in it can harm whoever reads."""

from typing import Any

import pytest

from config.instant import parse_rfc3339
from incidents.mail import LONGEST_TEXT, mailbox_of, read
from incidents.source import Unreadable
from notify.message import harmless
from tests.incidents.letters import HOSTILE, PNG, bare, letter


def test_a_mail_says_who_wrote_it_what_about_and_in_which_conversation() -> None:
    received = "from a by b with ESMTP id 1; Fri, 27 Nov 2026 14:00:05 +0800"
    raw = letter("Re: 回复：CASE-2026-0007 登录页空白", References="<a@x> <b@y>", Received=received)
    mail = read(raw)
    assert (mail.sender, mail.name) == ("chen@acme.example", "Chen Jing")
    assert (mail.title, mail.numbers) == ("CASE-2026-0007 登录页空白", ("CASE-2026-0007",))
    assert mail.text == "Since this morning.\nNothing helps." and mail.machine is None
    assert mail.references == ("a@x", "b@y")
    assert mail.handed_in_at == parse_rfc3339("2026-11-27T14:00:05+08:00")


def test_chinese_is_read_in_whatever_letters_it_came() -> None:
    said = "登录页面空白，系统㐂𠀀"
    for charset, body in (("gb2312", said.encode("gb18030")), ("unknown-8bit", said.encode()), ("", said.encode())):
        raw = bare(
            b"From: chen@acme.example", b"Subject: " + body, f"Content-Type: text/plain; charset={charset}", "", body
        )
        assert (read(raw).title, read(raw).text) == (said, said), charset
    encoded = bare("From: =?GBK?B?s8K+sg==?= <chen@acme.example>", "Subject: =?big5?B?p0GmbqFB?=", "", "x")
    assert (read(encoded).name, read(encoded).subject) == ("陈静", "你好，")


def test_of_a_page_the_words_are_read_and_where_its_links_lead() -> None:
    page = (
        "<html><head><title>no</title><style>p {}</style></head><body><p>The&nbsp;page<br>is <b>empty</b></p>"
        "<script>alert(1)</script><ul><li>one</ul><a href='https://a.example/x'>here</a></body></html>"
    )
    assert read(letter(html=page)).text == "The page\nis empty\n\none\nhere (https://a.example/x)"


def test_of_the_same_in_two_forms_one_is_read_and_every_file_is_kept() -> None:
    raw = bare(
        "From: chen@acme.example", 'Content-Type: multipart/mixed; boundary="m"', "",
        "--m", 'Content-Type: multipart/alternative; boundary="a"', "",
        "--a", "Content-Type: text/plain", "", "words", "--a", "Content-Type: text/html", "", "<p>page</p>", "--a--",
        "--m", "Content-Type: image/png; name*=utf-8''%E6%88%AA%E5%9B%BE.png", "", PNG,
        "--m", "Content-Type: message/rfc822", "", "Subject: inner", "", "old", "--m--",
    )  # fmt: skip
    mail = read(raw)
    assert mail.text == "words" and not mail.more
    (picture, shown), (inner, said) = mail.files
    assert (picture, inner) == ("截图.png", "message.eml")
    assert shown.startswith(PNG[:8]) and b"Subject: inner" in said


def test_an_answer_comes_without_what_it_quotes_at_its_end() -> None:
    text = "It works.\n\n> a quotation\nin between stays\n\nOn Friday upheld wrote:\n> Is it solved?\n>\n> yes"
    assert read(letter(text=text, References="<a@x>")).text == "It works.\n\n> a quotation\nin between stays"
    assert "yes" in read(letter(text=text)).text
    assert read(letter(text="> all of it", References="<a@x>")).text == "> all of it"


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("关于CASE-2026-0007的问题", ("CASE-2026-0007",)),
        ("[case-2026-0007]: and CASE-2026-12345, case-2026-0007", ("CASE-2026-0007", "CASE-2026-12345")),
        ("UPPERCASE-2026-0007 SHOW-CASE-2026-0007 CASE-2026-007 CASE-2026-0007000000", ()),
        ("CASE-２０２６-０００７", ()),
    ],
)
def test_a_case_number_is_known_in_whatever_it_stands(said: str, numbers: tuple[str, ...]) -> None:
    mail = read(letter(said, f"{'x ' * LONGEST_TEXT}\n\n> {said}", References="<a@x>"))
    assert mail.numbers == mail.mentioned == numbers


def test_of_the_numbers_in_a_text_so_many_are_looked_up_and_no_more() -> None:
    assert len(read(letter(text=" ".join(f"CASE-2026-{n:04d}" for n in range(5000)))).mentioned) == 20


def test_a_long_text_is_kept_whole_as_a_file() -> None:
    mail = read(letter(text="记录\n" * LONGEST_TEXT))
    assert len(mail.text) == LONGEST_TEXT and mail.text.endswith("…")
    assert mail.files[0][0] == "mail.txt" and mail.files[0][1].decode().count("记录") == LONGEST_TEXT


@pytest.mark.parametrize(
    ("headers", "machine"),
    [
        ({"Auto_Submitted": "auto-replied (vacation)"}, "Auto-Submitted"),
        ({"Precedence": "Bulk"}, "Precedence"),
        ({"Auto_Submitted": "no"}, None),
        ({"subject": "自动回复: 我在休假"}, "Subject"),
        ({"sender": "MAILER-DAEMON@acme.example"}, "report"),
        ({"List_Id": "<news.acme.example>"}, "list-id"),
    ],
)
def test_what_a_robot_writes_is_known_for_it(headers: dict[str, Any], machine: str | None) -> None:
    assert read(letter(**headers)).machine == machine


def test_a_mail_is_told_from_another_by_its_id_and_its_sender_else_by_its_bytes() -> None:
    one = read(letter(identity="a@x"))
    assert one.key == read(letter("another subject", identity="a@x")).key
    assert one.key != read(letter(identity="b@x")).key
    assert one.key != read(letter(identity="a@x", sender="evil@acme.example")).key
    assert read(bare("From: a@b", "", "x")).key != read(bare("From: a@b", "", "y")).key


def test_addresses_are_compared_as_mail_servers_do() -> None:
    assert mailbox_of(" Chen@BÜCHER.example ") == "chen@xn--bcher-kva.example"
    assert mailbox_of("nobody") == mailbox_of("") == ""


def test_a_log_that_speaks_of_parts_is_no_mail_of_many_parts() -> None:
    assert read(letter(text="POST multipart/form-data\r\n" * 500)).text.count("multipart") == 500
    with pytest.raises(Unreadable, match="more lines or parts"):
        read(HOSTILE["a thousand deep"])


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_comes_by_mail_harms_its_reader(name: str) -> None:
    try:
        mail = read(HOSTILE[name])
    except Unreadable:
        mail = None
    if mail is not None:
        said = (mail.subject, mail.name, mail.text, *(file for file, _ in mail.files))
        assert all("\n" not in one for one in (mail.subject, mail.name))
        assert all(one == harmless(one) or one.encode(errors="strict") for one in said)


@pytest.mark.parametrize(
    "said",
    [
        "<=?utf-8?q?chen=40acme.example?=>",
        "chen@acme.example, eve@evil.example",
        "chen@acme.example\r\nFrom: eve@evil.example",
        "chen@acme.example]<eve@evil.example>",
        "<@evil.example:chen@acme.example>",
        "chen@acme.example: eve@evil.example;",
    ],
)
def test_a_from_that_the_mail_server_may_have_read_as_another_is_nobodys(said: str) -> None:
    assert read(bare(f"From: {said}", "Subject: x", "", "x")).sender == ""


@pytest.mark.parametrize(
    "said", ["chen@acme.example", "chen@acme.example (Chen Jing)", '"Chen, Jing"\r\n <chen@acme.example>']
)
def test_however_programs_write_one_sender_it_is_he(said: str) -> None:
    assert read(bare(f"From: {said}", "Subject: x", "", "x")).sender == "chen@acme.example"


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b\n\n" + b"\r" * 750_000,
        b"From: a@b\nContent-Type: Message/delivery-status\n\n" + b"a: b\r\n\r\n" * 1100,
    ],
)
def test_what_makes_a_mail_of_every_byte_is_not_taken_apart(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="than a mail needs"):
        read(raw)


def test_a_page_is_read_on_after_what_its_parser_does_not_know() -> None:
    assert read(letter(html="<p>one<![if !mso]><p>two<![endif]><![nonsense]><p>three")).text == "one\ntwo\nthree"
    assert read(bare("From: chen@acme.example", "Subject: a\0b", "", "x")).subject == "a\ufffdb"
