"""The ledger's signed head, as a customer and a program are told it. Pure: from values to a `Message`."""

import base64

from config.instant import Instant, moment_of
from config.language import choose
from config.look import sentence
from config.look.figure import full_day
from config.value import Text
from db.ledger.note import read_checkpoint, read_note
from notify.message import Message

ROOM = "sla"
EVENT = "checkpoint"


def file_name(day: Instant) -> str:
    return f"checkpoint-{moment_of(day):%Y-%m-%d}.txt"


def checkpoint_message(
    note: str, day: Instant, *, key_id: str, address: str | None, site: Text, language: str, enclosed: bool
) -> Message:
    """`day` is the UTC day that it closes, `address` that of its proof on our pages."""

    def say(text: str, /, **values: object) -> str:
        return sentence(ROOM, language, text, **values)

    head, shown = read_checkpoint(read_note(note).text), full_day(day, "UTC", language)
    command = f"upheld verify BUNDLE --seen {file_name(day)}"
    text = [
        say("Keep this message: it holds the signed head of our ledger after {day}.", day=shown),
        say("The ledger held {number} facts then.", number=head.size),
        say("Whoever changes, drops or back-dates one of them later contradicts this head."),
        "",
        note.rstrip("\n"),
        "",
        say("Key") + f": {key_id}",
        *([say("Check a statement's bundle against it: {command}", command=command)] if enclosed else []),
        *([say("Proof that our newest head goes on from it: {address}", address=address)] if address else []),
        "",
        f"-- {choose(site, language)}",
        "",
    ]
    return Message(
        subject=say("Signed head of the ledger, {day}", day=shown),
        text="\n".join(text),
        language=language,
        facts={
            "event": EVENT,
            "day": f"{moment_of(day):%Y-%m-%d}",
            "origin": head.origin,
            "size": head.size,
            "root": base64.b64encode(head.root).decode(),
            "note": note,
            "key_id": key_id,
        },
        thread=EVENT,
        enclosures=(f"{EVENT}/{day}",) if enclosed else (),
    )
