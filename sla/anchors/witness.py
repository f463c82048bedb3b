"""A witness (c2sp.org/tlog-witness): it cosigns a head only if that goes on from the last one it cosigned.

So it cannot be shown two histories. Its cosignature stands under the note, beside ours.
"""

import base64
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator

from config.instant import SECOND
from config.value import Value
from db.ledger.cosignature import Witness, cosignatures, read_witness
from db.ledger.note import NoteUnreadable, read_note
from sla.anchor import Anchor, AnchorError, Head, Receipt, WebAddress
from sla.asking import Answer, post

_ROUNDS = 3
"""It may have gone on between its refusal and our second try."""
_REFUSED = {
    403: "does not know our key; give its operator /.well-known/upheld.pub",
    404: "does not know this ledger; give its operator the first line of /checkpoint",
    422: "finds that this head does not go on from the one it cosigned before; look into this at once",
}


def _readable(key: str) -> str:
    read_witness(key)
    return key


class Options(Value):
    """`url` is its submission prefix, `key` the verifier key it publishes, `name+hash+key`."""

    url: WebAddress
    key: Annotated[str, AfterValidator(_readable)]

    @cached_property
    def witness(self) -> Witness:
        return read_witness(self.key)


async def submit(options: Options, head: Head) -> Receipt:
    """Raises AnchorError."""
    old = min(head.last, head.size)
    for _ in range(_ROUNDS):
        answer = await _add(options, head, old)
        if answer.status == 200:
            return _receipt(options, head, answer)
        if answer.status != 409:
            said = _REFUSED.get(answer.status, f"answers HTTP {answer.status} {answer.start}")
            raise AnchorError(f"{options.witness.name} {said}")
        old = _its_size(options, head, old, answer)
    raise AnchorError(f"{options.witness.name} names another size each time")


async def _add(options: Options, head: Head, old: int) -> Answer:
    proof = "".join(f"{base64.b64encode(one).decode()}\n" for one in await head.prove(old))
    body = f"old {old}\n{proof}\n{head.note}".encode()
    return await post(options.url.rstrip("/") + "/add-checkpoint", body, "text/plain; charset=utf-8")


def _its_size(options: Options, head: Head, old: int, answer: Answer) -> int:
    """The size the witness says it cosigned last."""
    name, written = options.witness.name, answer.body.removesuffix(b"\n")
    if not written.isdigit() or len(written) > 19 or str(int(written)).encode() != written:
        raise AnchorError(f"{name} answers HTTP 409 and no size: {answer.start}")
    size = int(written)
    if size > head.size:
        raise AnchorError(f"{name} has cosigned {size} leaves, this head has {head.size}: is this an old copy of us?")
    if size == old:
        raise AnchorError(f"{name} has cosigned another head of {size} leaves; look into this at once")
    return size


def _receipt(options: Options, head: Head, answer: Answer) -> Receipt:
    """Only what the configured key signed counts; other lines are passed over."""
    name = options.witness.name
    try:
        added = read_note(f"{read_note(head.note).text}\n".encode() + answer.body)
    except NoteUnreadable as error:
        raise AnchorError(f"{name} answers with no signature lines: {error}") from error
    found = cosignatures(added, options.witness)
    if not found:
        raise AnchorError(f"{name} answers without a cosignature of the configured key that holds")
    return Receipt(
        at=max(found.values()) * SECOND,
        content_type="text/plain; charset=utf-8",
        body="".join(one.line for one in found).encode(),
        signatures=tuple(found),
    )


ANCHOR = Anchor(options=Options, submit=submit)
