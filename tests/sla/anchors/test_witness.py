"""A witness is asked as its protocol has it, and believed only when its configured key signed."""

from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from config.instant import SECOND
from db.ledger.cosignature import cosignatures
from db.ledger.note import read_note
from sla.anchor import AnchorError
from sla.anchors.witness import ANCHOR, Options, submit
from tests.servers.witness import NAME, Witness, listening, verifier_key
from tests.sla.anchors.heads import KEY, ORIGIN, head_of

AT = 1_788_523_200


@pytest.fixture
async def witness() -> AsyncIterator[Witness]:
    async with listening(Witness({ORIGIN: KEY.public_key()}, at=AT)) as started:
        yield started


def options(witness: Witness) -> Options:
    return ANCHOR.options(url=witness.url, key=witness.verifier_key)


async def test_a_first_head_is_cosigned_and_its_line_holds(witness: Witness) -> None:
    receipt = await submit(options(witness), head_of(5))
    (line,) = receipt.signatures
    assert (receipt.at, line.name, receipt.body.decode()) == (AT * SECOND, NAME, line.line)
    note = read_note(head_of(5).note).with_signatures(receipt.signatures)
    assert cosignatures(note, options(witness).witness) == {line: AT}


async def test_a_later_head_comes_with_the_proof_from_the_last(witness: Witness) -> None:
    await submit(options(witness), head_of(5))
    await submit(options(witness), head_of(13, last=5))
    assert witness.seen[ORIGIN][0] == 13
    assert witness.asked[-1].startswith("old 5\n") and len(witness.asked) == 2


async def test_whoever_forgot_what_was_cosigned_last_is_told_and_goes_on(witness: Witness) -> None:
    await submit(options(witness), head_of(5))
    await submit(options(witness), head_of(13, last=0))
    assert [body.partition("\n")[0] for body in witness.asked] == ["old 0", "old 0", "old 5"]


async def test_the_same_head_twice_is_cosigned_twice(witness: Witness) -> None:
    await submit(options(witness), head_of(5))
    assert (await submit(options(witness), head_of(5, last=5))).signatures


@pytest.mark.parametrize(
    ("size", "last", "message"),
    [(13, 5, "does not go on"), (5, 5, "another head of 5 leaves"), (3, 3, "an old copy of us")],
    ids=["forked", "rewritten", "put back"],
)
async def test_another_history_is_refused_and_said_plainly(
    witness: Witness, size: int, last: int, message: str
) -> None:
    await submit(options(witness), head_of(5))
    with pytest.raises(AnchorError, match=message):
        await submit(options(witness), head_of(size, last=last, history=b"false"))
    assert witness.seen[ORIGIN][0] == 5


async def test_a_witness_that_does_not_know_us_says_what_to_do() -> None:
    stranger = Ed25519PrivateKey.generate().public_key()
    for logs, message in (({}, "first line of /checkpoint"), ({ORIGIN: stranger}, "give its operator /.well-known")):
        async with listening(Witness(logs)) as witness:
            with pytest.raises(AnchorError, match=message):
                await submit(options(witness), head_of(5))


async def test_a_line_of_another_key_is_no_cosignature(witness: Witness) -> None:
    other = ANCHOR.options(url=witness.url, key=verifier_key(NAME, Ed25519PrivateKey.generate()))
    with pytest.raises(AnchorError, match="without a cosignature of the configured key"):
        await submit(other, head_of(5))


async def test_a_witness_that_is_not_there_is_an_anchor_error(witness: Witness) -> None:
    gone = ANCHOR.options(url="http://127.0.0.1:1/w1", key=witness.verifier_key)
    with pytest.raises(AnchorError, match="cannot be asked"):
        await submit(gone, head_of(5))


@pytest.mark.parametrize(
    "written", [{"url": "file:///etc"}, {"url": "witness"}, {"key": "w1"}, {"more": "x"}], ids=lambda one: str(one)
)
def test_options_that_cannot_work_are_refused(written: dict[str, str]) -> None:
    right = {"url": "https://w.example.com", "key": verifier_key(NAME, KEY)}
    assert Options.model_validate(right).witness.name == NAME
    with pytest.raises(ValidationError):
        Options.model_validate({**right, **written})
