"""SIGTERM while posts pour in: whoever was told 202 finds what he sent, and nobody waits long."""

from collections import Counter

import pytest

from tests.scenarios import storm
from tests.servers.process import Serve
from tests.servers.receiver import Receiver


@pytest.mark.server
async def test_a_graceful_stop_under_load_loses_no_accepted_post(
    serve: Serve, receiver: Receiver, database_url: str
) -> None:
    upheld = serve(storm.configuration(database_url, receiver))
    codes = []
    with storm.sender(upheld) as sender:
        for _ in range(3):
            storm.wait_for_traffic(sender)
            codes.append(upheld.term())
            upheld.start()
            upheld.wait_ready()
        sender.stop()
    await storm.settled(database_url)
    account, came = await storm.account_of(database_url), storm.received(receiver)

    stored = Counter(storm.number_of(post) for post in account.posts)
    assert codes == [0, 0, 0]
    assert sender.refused == []
    assert [post.number for post in sender.taken if post.number not in stored] == []
    assert Counter(one.component for one in account.incidents) == +storm.openings(account.posts)
    sent = [told for told in account.notifications if told.state == "sent"]
    assert [told.id for told in sent if len(came[storm.message_id(told.idempotency_key)]) != 1] == []
    assert {told.outcome for told in account.notifications if told.state == "unknown"} == set()
    assert "Traceback" not in upheld.output
