"""A mail that came in, taken apart: who wrote it, what about, in which conversation, with which files. Pure.

Whoever writes to the address chooses the bytes: nothing in them raises anything but Unreadable, and how long it takes
is bounded by what is looked at first (`_MOST_LINES`, `_MOST_PARTS`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256

from typing_extensions import override

from config.instant import DAY, Instant, Span
from incidents.plain import MOST_BYTES, decoded, text_of_page, tidy, words
from incidents.source import Unreadable

QUEUED: Span = 5 * DAY
"""How long servers keep a mail they cannot hand over; an older instant in a header is not believed."""
LONGEST_TEXT = 20_000
"""Characters; a longer text is kept whole as a file."""
MOST_FILES = 20
GLANCE = 128 << 10
"""Bytes that are read of a mail that becomes nothing: enough to show what it is."""
_MOST_LINES = 700_000
_MOST_PARTS = 60
_MOST_BLOCKS = 1000
"""Of a delivery report, each of which the parser makes a mail of."""
_MOST_LEAVES = 200
_LONGEST_HEADER = 8000
"""Characters that are read of one; its parameters are taken off one by one, each time copying the rest."""
_LONGEST_ADDRESS = 1000
_HOLDERS = (b"multipart/", b"message/rfc822", b"message/partial", b"message/external")
_REPORT = b"message/delivery-status"
_COMMENT = re.compile(r"\s*\([^()]*\)$")
_NUMBER = re.compile(r"(?<![A-Z0-9-])CASE-\d{4}-\d{4,9}(?!\d)", re.ASCII)
_MOST_NUMBERS = 20
"""Each is looked up."""
_IDENTITY = re.compile(r"<([^<>\s]{1,300})>")
_ANSWER = re.compile(r"(?i)^(?:(?:re|aw|sv|fw|fwd|wg|回复|答复|转发|回覆|轉寄)(?:\[\d+\])?\s*[:：]\s*)+")
_AUTOMATIC = re.compile(r"(?i)^(?:自动回复|自動回覆|auto(?:matic)?[ -]?reply|out of (?:the )?office)")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_ROBOTS = ("x-autoreply", "x-autorespond", "x-failed-recipients", "list-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`sender`: the address of From as `mailbox_of` writes it, empty where there is none or more than one can be read.

    `key` tells it from every other mail: its Message-ID with its sender, or its bytes where it has none. `references`:
    ids of mails before it. `numbers`: of cases, as its subject names them; `mentioned`: as its text does, quotations
    and all. `handed_in_at`: when our own mail server took it. `machine`: what shows that no person
    wrote it, so that nothing may answer it. `files`: name and bytes. `more`: it had more files than are kept.
    """

    sender: str
    name: str
    subject: str
    text: str
    key: str
    identity: str = ""
    references: Sequence[str] = ()
    mentioned: Sequence[str] = ()
    handed_in_at: Instant | None = None
    machine: str | None = None
    files: Sequence[tuple[str, bytes]] = ()
    more: bool = False

    @property
    def title(self) -> str:
        """Its subject without `Re:`, else the beginning of its text; empty where there is neither."""
        return (
            _ANSWER.sub("", self.subject).strip() or next((line for line in self.text.splitlines() if line), "")[:200]
        )

    @property
    def numbers(self) -> Sequence[str]:
        return _numbers(self.subject)

    @property
    def answers(self) -> bool:
        """Whether it is an answer by its form, whatever is left of what it answers."""
        return bool(self.references) or _ANSWER.match(self.subject) is not None


def _numbers(text: str) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(_NUMBER.findall(text.upper())))[:_MOST_NUMBERS]


def read(raw: bytes) -> Mail:
    """Raises Unreadable."""
    if (wrong := _too_much(raw)) is not None:
        raise Unreadable(wrong)
    try:
        return _taken_apart(message_from_bytes(raw, policy=_Bounded()), raw)
    except Exception as error:  # our reader's mistake, or a recursion that somebody provoked: it is kept as it came
        raise Unreadable(f"our reader stumbled over it: {type(error).__name__}") from error


def _too_much(raw: bytes) -> str | None:
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    small = raw.lower()
    if lines > _MOST_LINES or _parts_at_most(small) > _MOST_PARTS:
        return "it is built of more lines or parts than a mail needs"
    if _REPORT in small and sum(raw.count(one) for one in (b"\n\n", b"\n\r", b"\r\r")) > _MOST_BLOCKS:
        return "it reports on more deliveries than a mail needs"
    return None


def sender_of(raw: bytes) -> str:
    """As `read` finds it, by the headers alone. Raises Unreadable."""
    try:
        headers = BytesHeaderParser(policy=_Bounded()).parsebytes(raw[:GLANCE])
        return _written_by([str(value) for name, value in headers.raw_items() if name.lower() == "from"])[1]
    except Exception as error:
        raise Unreadable(f"our reader stumbled over it: {type(error).__name__}") from error


def _written_by(said: Sequence[str]) -> tuple[str, str]:
    """Name and address. What the mail server may have read as somebody else's From is nobody's: it looked for forgers
    under the address that it read.
    """
    line = " ".join(" ".join(said)[:_LONGEST_ADDRESS].split())
    name, address = parseaddr(line)
    plain = _COMMENT.sub("", line)
    if len(said) != 1 or not (plain == address or plain.endswith(f"<{address}>")):
        return words(line), ""
    return words(name), mailbox_of(address if address.isascii() else words(address))


def _parts_at_most(raw: bytes) -> int:
    """How many parts in parts there can be. Counted by C alone, because a search would hold up all others meanwhile."""
    begun = raw.count(b"\ncontent-type") + raw.count(b"\rcontent-type")
    return min(begun, sum(raw.count(one) for one in _HOLDERS))


class _Bounded(Compat32):
    @override
    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


def mailbox_of(address: str) -> str:
    """An address as it is compared: small letters, the domain in ASCII."""
    local, _, domain = address.strip().casefold().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}" if local and domain else ""
    except UnicodeError:
        return f"{local}@{domain}"


def _taken_apart(message: Message, raw: bytes) -> Mail:
    headers: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), []).append(str(value))

    def first(name: str) -> str:
        return headers.get(name, [""])[0]

    (name, sender), subject = _written_by(headers.get("from", [])), words(first("subject"))
    found = _Found()
    _gather(message, found)
    text, files = tidy("\n\n".join(found.texts)), found.files
    mentioned = _numbers(text)
    if len(text) > LONGEST_TEXT:
        files, text = [("mail.txt", text.encode()), *files], text[: LONGEST_TEXT - 1] + "…"
    identity = next(iter(_IDENTITY.findall(first("message-id"))), "")
    references = _IDENTITY.findall(f"{first('in-reply-to')} {first('references')}")
    return Mail(
        sender=sender,
        name=name,
        subject=subject,
        text=_without_quoted(text) if references else text,
        key=sha256(f"{sender}\n{identity}".encode() if identity else raw).hexdigest(),
        identity=identity,
        references=tuple(dict.fromkeys(references)),
        mentioned=mentioned,
        handed_in_at=_handed_in(first("received")),
        machine=_machine(headers, message.get_content_type(), subject, sender),
        files=tuple(files[:MOST_FILES]),
        more=found.lost or len(files) > MOST_FILES,
    )


@dataclass(slots=True)
class _Found:
    texts: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    lost: bool = False
    leaves: int = 0


def _gather(part: Message, found: _Found) -> None:
    found.leaves += 1
    if found.leaves > _MOST_LEAVES:
        found.lost = True
        return
    kind, name = part.get_content_type(), part.get_filename()
    attached = name is not None or part.get_content_disposition() == "attachment"
    if kind == "multipart/alternative":
        found.texts.extend(_best(part, found))
    elif part.is_multipart() and not kind.startswith("message/"):
        for one in _parts(part):
            _gather(one, found)
    elif kind.startswith("message/"):
        _enclose(part, words(name or "") or "message.eml", found)
    elif not attached and kind in ("text/plain", "text/html"):
        text = decoded(_bytes(part)[:MOST_BYTES], part.get_content_charset())
        found.texts.append(text if kind == "text/plain" else text_of_page(text))
    elif body := _bytes(part):
        found.files.append((words(name or "") or "file", body))


def _best(part: Message, found: _Found) -> list[str]:
    """Of the same in several forms the first that says anything; a form that is no text may bring files."""
    said: list[list[str]] = []
    for one in _parts(part):
        inner = _Found(leaves=found.leaves)
        _gather(one, inner)
        found.files.extend(inner.files)
        found.leaves, found.lost = inner.leaves, found.lost or inner.lost
        said.append(inner.texts)
    return next((texts for texts in said if any(text.strip() for text in texts)), [])


def _parts(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    yield from (one for one in payload if isinstance(one, Message)) if isinstance(payload, list) else ()


def _enclose(part: Message, name: str, found: _Found) -> None:
    """Another mail in this one, as it is; one that cannot be written out again is said to be lost."""
    try:
        found.files.append((name, b"\n\n".join(one.as_bytes() for one in _parts(part)) or _bytes(part)))
    except (ValueError, LookupError, TypeError, AttributeError):
        found.lost = True


def _bytes(part: Message) -> bytes:
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""


def _handed_in(received: str) -> Instant | None:
    """The newest `Received` is the one that our own server wrote."""
    try:
        return round(parsedate_to_datetime(received.rpartition(";")[2].strip()[:100]).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _machine(headers: dict[str, list[str]], kind: str, subject: str, sender: str) -> str | None:
    """RFC 3834, and what robots do that do not know of it."""
    said = {name: " ".join(values).strip().lower() for name, values in headers.items()}
    if said.get("auto-submitted", "no").partition(";")[0].strip() != "no":
        return "Auto-Submitted"
    if said.get("precedence") in _BULK:
        return "Precedence"
    if kind == "multipart/report" or sender.partition("@")[0] in ("mailer-daemon", "postmaster"):
        return "report"
    if _AUTOMATIC.match(subject):
        return "Subject"
    return next((name for name in _ROBOTS if name in said), None)


def _without_quoted(text: str) -> str:
    """An answer without what it answers, where that stands quoted at its end; a text that is all quotation stays."""
    lines = text.splitlines()
    kept = len(lines)
    while kept and (not lines[kept - 1] or lines[kept - 1].startswith(">")):
        kept -= 1
    if kept and kept < len(lines) and lines[kept - 1].endswith((":", "：")):
        kept -= 1
    return "\n".join(lines[:kept]).strip() or text
