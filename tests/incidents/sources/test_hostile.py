"""Whatever comes, to every installed source: never a 5xx, never anything the store cannot take, never stuck."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, TypeAlias, TypeVar

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from db.engine import Database, open_database
from incidents import payload
from incidents.intake import Entrance, Intake, OwnInbox
from incidents.reading import process
from incidents.routes import Hooks
from incidents.source import AlertNews, Change, Remark, Sent, Unreadable
from incidents.store import inbox
from incidents.tally import Counted
from tests.incidents.samples import NOON, config, incidents
from tests.incidents.sources.calls import SOURCES, cases, sns_certificate, trusted
from tests.incidents.test_alertmanager import BODIES
from tests.incidents.told import outcomes

pytestmark = pytest.mark.slow

T = TypeVar("T")
Client: TypeAlias = TestClient[web.Request, web.Application]

VALUES: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    1e308,
    "",
    " ",
    "\0",
    "字" * 5000,
    "\u202e<script>alert(1)</script>{0.__class__}%s'; DROP TABLE alert;--\r\n",
    "=HYPERLINK(1)",
    "9999-12-31T23:59:59.999999999Z",
    "0001-01-01T00:00:00+14:00",
    "99999999999999999999",
    [],
    {},
    [[[[{}]]]],
    {"\0": "\0", "": ""},
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def changed(value: Any, path: tuple[Any, ...], put: object) -> Any:
    """The same with something else at that place."""
    if not path:
        return put
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], put)
    return copy


def mutations(kind: str) -> Iterator[tuple[Entrance, Sent]]:
    """Each thing its sender sends, with each place in it replaced by each hostile value."""
    for case in cases(kind):
        try:
            whole = orjson.loads(case.sent.body)
        except orjson.JSONDecodeError:
            text = case.sent.body.decode()
            pieces = [text.replace("=", end, 1) for end in ("=%00", "=%ff%fe", "==", "&", "=%")]
            yield from ((case.entrance, replace(case.sent, body=piece.encode())) for piece in [text, *pieces])
            continue
        for path in places(whole):
            for value in VALUES:
                yield case.entrance, replace(case.sent, body=orjson.dumps(changed(whole, path, value)))


def some(kind: str, found: Sequence[T], number: int) -> list[T]:
    """The same ones every time."""
    return Random(kind).sample(found, k=min(number, len(found)))


def storable(text: str | None, limit: int) -> bool:
    return text is None or (len(text) <= limit and "\0" not in text and text == text.encode().decode())


@pytest.mark.parametrize("kind", list(SOURCES))
def test_no_wrong_value_anywhere_makes_a_reader_stumble(kind: str) -> None:
    read = 0
    for entrance, sent in mutations(kind):
        try:
            news = entrance.read(sent)
        except Unreadable as refused:
            assert 0 < len(str(refused)) < 400 and "\0" not in str(refused)
            continue
        for one in news:
            read += 1
            match one:
                case AlertNews():
                    assert one.key and storable(one.key, 255) and storable(one.stamp, 40)
                    assert storable(one.summary, 200) and storable(one.link, 2000)
                    assert one.starts_at <= NOON and (one.ends_at or 0) <= NOON
                    assert all(storable(text, 10**6) for pair in one.labels.items() for text in pair)
                case Change():
                    assert one.happened_at <= NOON and storable(one.summary, 200) and storable(one.link, 2000)
                case Remark():
                    assert storable(one.key, 255) and storable(one.text, 200)
    assert read or kind == "deadman"


@pytest.mark.parametrize("kind", list(SOURCES))
@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_no_body_makes_a_reader_stumble(kind: str, body: bytes) -> None:
    for case in cases(kind):
        try:
            case.entrance.read(replace(case.sent, body=body))
        except Unreadable as refused:
            assert 0 < len(str(refused)) < 400


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[tuple[Client, Database]]:
    database = await open_database(f"sqlite:///{tmp_path}/a.db")
    entrances = {kind: cases(kind)[0].entrance for kind in SOURCES}
    hooks = Hooks(
        Intake(OwnInbox(database)),
        lambda: entrances,
        lambda: NOON,
        Counted(CollectorRegistry()),
        fetch=sns_certificate,
        paths=sorted({path for source in SOURCES.values() for path in source.paths}),
    )
    application = web.Application()
    application.add_routes(hooks.routes())
    client = TestClient(TestServer(application))
    await client.start_server()
    yield client, database
    await client.close()
    await database.close()


async def post(client: Client, entrance: Entrance, sent: Sent) -> int:
    path = f"/hooks/{entrance.id}{sent.path}"
    async with client.post(path, data=sent.body, headers=dict(sent.headers)) as answer:
        return answer.status


async def test_the_door_answers_every_body_and_then_still_takes_a_good_one(door: tuple[Client, Database]) -> None:
    client, database = door
    made = incidents(config())
    for kind in SOURCES:
        good = cases(kind)[0]
        chosen = some(kind, [sent for _, sent in islice(mutations(kind), 0, None, 7)], 8)
        hostile = [*(replace(good.sent, body=body) for body in some(kind, list(BODIES.values()), 4)), *chosen]

        statuses = {await post(client, good.entrance, trusted(good.entrance, sent)) for sent in hostile}
        assert statuses <= {200, 202, 400, 401}, kind

        assert await post(client, good.entrance, trusted(good.entrance, good.sent)) in (200, 202), kind
        entrances = {kind: good.entrance}
        while await database.write(partial(process, incidents=made, entrances=entrances, now=NOON)):
            pass
        assert None not in await database.read(outcomes)
        assert (await database.read(outcomes))[-1] == "done", kind


async def test_what_was_accepted_is_dealt_with_on_both_databases(database: Database) -> None:
    rows = [row for kind in SOURCES for row in some(kind, list(readable(kind)), 15)]
    entrances = {kind: cases(kind)[0].entrance for kind in SOURCES}
    await database.write(lambda tx: inbox.accept(tx, rows))
    made = incidents(config())
    while await database.write(lambda tx: process(tx, made, entrances, NOON)):
        pass

    assert set(await database.read(outcomes)) <= {"done", "unreadable"}


def readable(kind: str) -> Iterator[dict[str, Any]]:
    """Of the mutations those that the door would take."""
    for entrance, sent in islice(mutations(kind), 0, None, 7):
        try:
            entrance.read(sent)
        except Unreadable:
            continue
        yield inbox.row_of(kind, sent, dict(sent.headers))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "nothing"),
        (True, "true"),
        (3, "3"),
        (10**100, f"1{'0' * 59}"),
        ([3], "a list"),
        ({"a": 1}, "an object"),
        ("x" * 99, f"'{'x' * 60}'"),
    ],
)
def test_a_sender_is_told_what_he_sent_in_words_of_json(value: object, said: str) -> None:
    assert payload.shown(value) == said
