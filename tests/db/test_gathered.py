"""Who hears of commits hears of each, and of many in quick succession together."""

import asyncio

from db.gathered import SECONDS, Gathered


async def test_the_first_is_told_at_once_and_what_follows_together() -> None:
    heard: list[set[str]] = []
    tell = Gathered(lambda topics: heard.append(set(topics)))

    tell(frozenset({"a"}))
    assert heard == [{"a"}]
    for topic in ("b", "c", "b"):
        tell(frozenset({topic}))
    assert heard == [{"a"}]
    await asyncio.sleep(1.5 * SECONDS)
    assert heard == [{"a"}, {"b", "c"}]
    await asyncio.sleep(1.5 * SECONDS)
    tell(frozenset({"d"}))
    assert heard == [{"a"}, {"b", "c"}, {"d"}]


async def test_nothing_new_is_told_twice_in_a_storm_and_nothing_is_left_untold() -> None:
    heard: list[frozenset[str]] = []
    tell = Gathered(heard.append)

    for number in range(30):
        tell(frozenset({str(number)}))
        await asyncio.sleep(SECONDS / 10)
    await asyncio.sleep(1.5 * SECONDS)

    assert sorted(topic for topics in heard for topic in topics) == sorted(map(str, range(30)))
    assert len(heard) < 10
