"""Mails as programs write them, and as nobody should."""

from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP

CHEN = "Chen Jing <chen@acme.example>"
TO = "acme@help.example.com"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 500


def letter(
    subject: str = "The login page stays empty",
    text: str = "Since this morning.\r\nNothing helps.",
    *,
    sender: str = CHEN,
    identity: str = "1@acme.example",
    html: str | None = None,
    files: Iterable[tuple[str, bytes]] = (),
    **headers: str,
) -> bytes:
    """`headers` with `_` for `-`."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, TO, subject
    made["Message-ID"] = f"<{identity}>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if html is None:
        made.set_content(text)
    else:
        made.set_content(html, subtype="html")
    for name, body in files:
        made.add_attachment(body, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def bare(*lines: str | bytes) -> bytes:
    """As written, byte by byte."""
    return b"\r\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)


_HEAD = ("From: chen@acme.example", "Subject: x")
_DEEP = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(50))

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no header": b"\r\nwords",
    "zeros": b"\0" * 4000,
    "random": bytes(range(256)) * 40,
    "header without end": b"Subject: " + b"x" * 200_000,
    "unfinished encoded word": bare(*_HEAD, "Subject: =?gb18030?B?xOM", "", "x"),
    "encoded word of no charset": bare(
        "From: =?nonsense?Q?x?= <chen@acme.example>", "Subject: =?x-y?B?AAAA?=", "", "x"
    ),
    "comments in the address": bare("From: " + "(" * 900 + ")" * 900 + " chen@acme.example", "", "x"),
    "two thousand senders": bare("From: " + ", ".join(f"a{n}@b.example" for n in range(2000)), "", "x"),
    "injected lines": bare("From: chen@acme.example", "Subject: a\x0bb\x85c\u2028d", "", "x"),
    "charset that is none": bare(*_HEAD, "Content-Type: text/plain; charset=zlib", "", "eJw"),
    "charset that is slow": bare(*_HEAD, "Content-Type: text/plain; charset=punycode", "", "a-" * 50_000),
    "charset in several parts": bare(
        *_HEAD, "Content-Type: text/plain; charset*0=gb; charset*1=18030", "", b"\xc4\xe3"
    ),
    "base64 that is none": bare(*_HEAD, "Content-Transfer-Encoding: base64", "", "!!!" * 3000),
    "uuencoded": bare(*_HEAD, "Content-Transfer-Encoding: x-uuencode", "", "begin 644 a", "~~~~", "end"),
    "boundary without end": bare(*_HEAD, 'Content-Type: multipart/mixed; boundary="b"', "", "--b", "", "x"),
    "empty boundary": bare(*_HEAD, 'Content-Type: multipart/mixed; boundary=""', "", "--", "", "x"),
    "boundary of blanks": bare(*_HEAD, 'Content-Type: multipart/mixed; boundary="  "', "", "--  ", "", "x"),
    "multipart without parts": bare(*_HEAD, "Content-Type: multipart/alternative", "", "x"),
    "fifty deep": bare(*_HEAD) + b"\r\n" + _DEEP,
    "a thousand deep": bare(*_HEAD) + b"\r\n" + _DEEP * 20,
    "mail in a mail in a mail": bare(*_HEAD) + b"\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 40 + b"\r\nx",
    "partial": bare(*_HEAD, "Content-Type: message/partial; id=a; number=1; total=2", "", "x"),
    "parameters without end": b"From: a@b.c\r\nContent-Type: text/plain" + b"; a=b" * 1_000_000 + b"\r\n\r\nx",
    "name of a path": bare(*_HEAD, 'Content-Disposition: attachment; filename="../../etc/passwd"', "", "x"),
    "name in no charset": bare(*_HEAD, "Content-Disposition: attachment; filename*=nope''%ff%00", "", "x"),
    "a page that never ends": bare(*_HEAD, "Content-Type: text/html", "", "<!--" * 30_000 + "<a <" * 30_000),
    "entities": bare(*_HEAD, "Content-Type: text/html", "", "&#x110000;&#0;&#xd800;&lol;" * 3000),
    "a line for every byte": bare(*_HEAD, "") + b"\r\n" * 750_000,
}
