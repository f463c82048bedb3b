"""What must hold after a storm, whatever was done to the server meanwhile; with the figures for whoever looks on."""

from collections import Counter

from db.ledger.leaf import read
from tests.scenarios import storm
from tests.servers.receiver import Receiver
from tests.servers.sender import Sender

NOT_NEEDED = {"resolved", "the incident is resolved"}
KIND = "transition"


async def reckon(done: str, sender: Sender, store: str, receiver: Receiver, *, one_clock: bool = True) -> str:
    """Nothing lost, nobody told of what is over, every escalation carried out once and not early; the figures.

    Without `one_clock` the server's clock was not ours, and what came after an end cannot be said.
    """
    account, came = await storm.account_of(store), storm.received(receiver)
    stored = Counter(storm.number_of(post) for post in account.posts)
    taken = [post.number for post in sender.taken]
    lost = [number for number in taken if number not in stored]
    opened = Counter(one.component for one in account.incidents)
    sent = [told for told in account.notifications if told.state == "sent"]
    silent = [told for told in sent if not came[storm.message_id(told.idempotency_key)]]
    twice = [posts for posts in came.values() if len(posts) > 1]
    late = storm.after_its_end(account, came) if one_clock else []
    figures = (
        f"{done}: {len(taken)} posts taken, {len(lost)} lost, {sum(stored.values()) - len(stored)} stored "
        f"twice; {len(account.incidents)} incidents; {len(sent)} notifications, {len(silent)} never came, "
        f"{len(twice)} came twice, {len(late)} after the end, "
        f"at most {max(told.attempts for told in account.notifications)} attempts; {escalations(account)}"
    )

    assert sender.refused == [], figures
    assert lost == [], figures
    assert {post.outcome for post in account.posts} == {"done"}
    assert opened == +storm.openings(account.posts), figures
    assert max(stored.values()) > 0 and len(sent) > len(account.incidents)
    ended = [told for told in account.notifications if told.done_at is not None]
    assert {told.outcome for told in ended if told.state != "sent"} <= NOT_NEEDED
    assert silent == [], figures
    assert late == [], figures
    assert_escalated(account)
    assert_in_the_ledger(account)
    return figures


def assert_in_the_ledger(account: storm.Account) -> None:
    """Each transition has its leaf and each leaf its transition, and no number is left out."""
    entries = [read(one.bytes) for one in account.leaves]
    said = [(one.body["component"], one.body["state"], one.body["happened_at"]) for one in entries if one.kind == KIND]
    assert said == [(one.component, one.state, one.happened_at) for one in account.transitions]
    assert [one._mapping["index"] for one in account.leaves] == list(range(len(account.leaves)))
    assert said


def escalations(account: storm.Account) -> str:
    """How many were carried out, and how late; what was due while we lay dead is late by as much."""
    late = sorted(one.done_at - one.due_at for one in account.timers if one.outcome == "carried out")
    early = sum(one < 0 for one in late)
    half = late[len(late) // 2]
    return f"{len(late)} escalations, {early} early, half of them later than {half} ms, the last {late[-1]} ms"


def assert_escalated(account: storm.Account) -> None:
    """Every incident pages Li; Wang too where it was still open when that was due."""
    resolved = {one.id: one.resolved_at for one in account.incidents}
    assert {one.id for one in account.incidents} == {one for one, step in account.escalated if step == 1}
    carried_out = {one.subject for one in account.timers if one.outcome == "carried out"}
    assert carried_out == {one for one, step in account.escalated if step == 2}
    assert carried_out
    for one in account.timers:
        end = resolved[one.subject]
        assert one.outcome == "carried out" or (end is not None and end == one.done_at), one
        assert one.outcome != "carried out" or one.done_at >= one.due_at, one
    assert {one.id for one in account.incidents if one.resolved_at is None} <= carried_out
