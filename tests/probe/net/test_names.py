"""Names by chosen name servers: two real ones, of which one lies."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from config.model import Check
from config.value import SYSTEM
from probe.ask import Terms, ask_target, elsewhere
from probe.kind import Ask, Question
from probe.kinds.dns import KIND as DNS
from probe.kinds.tcp import KIND
from probe.result import Answer, Outcome, Reason, Result
from probe.watch import Watch
from tests.probe.listener import HOST, free_port, listening
from tests.servers.named import Named

pytestmark = pytest.mark.server
NOBODY = "127.0.0.9"
D, U = Outcome.DOWN, Outcome.UP


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """One that tells the truth, and one that names an address where nobody listens."""
    honest = Named(tmp_path_factory.mktemp("honest"), f"site IN A {HOST}\nonly IN A {HOST}\n")
    liar = Named(tmp_path_factory.mktemp("liar"), f"site IN A {NOBODY}\n")
    with honest, liar:
        yield f"{HOST}:{honest.port}", f"{HOST}:{liar.port}"


@asynccontextmanager
async def asker() -> AsyncIterator[Ask]:
    assert KIND.open is not None
    async with KIND.open() as ask:
        yield ask


async def asked(ask: Ask, host: str, port: int, resolvers: Sequence[str], attempts: int = 1) -> Answer:
    options = KIND.options.model_validate({})
    target = f"{host}:{port}"
    question = Question(check="x/y", target=target, options=options, timeout=5000, resolvers=tuple(resolvers))
    return await ask_target(ask, question, Terms(attempts=attempts))


async def _welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_who_answered_is_a_fact_and_another_try_asks_the_next(servers: tuple[str, str]) -> None:
    honest, liar = servers
    async with asker() as ask, listening(_welcome) as port:
        true = await asked(ask, "site.shop.test", port, [honest, liar])
        lie = await asked(ask, "site.shop.test", port, [liar, honest])
        again = await asked(ask, "site.shop.test", port, [liar, honest], attempts=2)
        own = await asked(ask, HOST, port, [liar, honest])
    assert (true.outcome, true.facts["resolver"]) == (U, honest)
    assert (lie.outcome, lie.reason, lie.facts["resolver"]) == (D, Reason.CONNECTION_REFUSED, liar)
    assert (again.outcome, again.facts["resolver"]) == (U, honest)
    assert own.outcome is U and "resolver" not in own.facts, "an address needs no name server"


async def test_one_that_does_not_answer_hands_over_and_one_that_knows_no_such_name_does_not(
    servers: tuple[str, str],
) -> None:
    honest, liar = servers
    async with asker() as ask, listening(_welcome) as port:
        dead = await asked(ask, "site.shop.test", port, [f"{HOST}:{free_port()}", honest])
        refused = await asked(ask, "www.elsewhere.test", port, [honest, liar])
        unknown = await asked(ask, "only.shop.test", port, [liar, honest])
        system = await asked(ask, "localhost", port, [SYSTEM, liar])
    assert (dead.outcome, dead.facts["resolver"]) == (U, honest)
    assert (refused.outcome, refused.reason) == (Outcome.INVALID, Reason.RESOLVER_UNREACHABLE)
    assert (unknown.outcome, unknown.reason, unknown.facts["resolver"]) == (D, Reason.DNS_FAILURE, liar)
    assert (system.outcome, system.facts["resolver"]) == (U, SYSTEM)


async def test_a_check_of_a_name_itself_asks_them_too(servers: tuple[str, str]) -> None:
    honest, liar = servers
    assert DNS.open is not None
    async with DNS.open() as ask:
        options = DNS.options.model_validate({"expect": {"answer": {"only": [HOST]}}})
        place: dict[str, Any] = {"check": "x/y", "target": "site.shop.test", "options": options, "timeout": 5000}
        question = Question(**place, resolvers=(liar, honest))
        lie = await ask_target(ask, question, Terms())
        true = await ask_target(ask, elsewhere(question, lie), Terms())
        refused = await ask_target(ask, replace(question, target="x.elsewhere.test"), Terms())
    assert (lie.outcome, lie.reason, lie.facts["resolver"]) == (D, Reason.BODY, liar)
    assert (true.outcome, true.facts["resolver"]) == (U, honest)
    assert (refused.outcome, refused.reason) == (Outcome.INVALID, Reason.RESOLVER_UNREACHABLE)


async def watched(ask: Ask, watch: Watch, times: int, since: int = 0) -> list[tuple[str, Outcome]]:
    """So many checks one after the other: who was asked for the name, and what came of it."""
    seen: list[tuple[str, Outcome]] = []
    for at in range(since, since + times):
        answer = await ask_target(ask, watch.next_question, watch.terms)
        watch.take(Result(check="shop/port", location="local", tick=at, started_at=at + 1, answer=answer))
        seen.append((str(answer.facts["resolver"]), answer.outcome))
    return seen


async def test_a_name_server_that_lies_makes_no_outage_and_a_dead_target_is_confirmed_by_both(
    servers: tuple[str, str],
) -> None:
    honest, liar = servers
    check = {"id": "shop/port", "component": "shop", "kind": "tcp", "fall": 3, "rise": 2}
    async with asker() as ask:
        async with listening(_welcome) as port:
            watch = Watch(
                Check.model_validate({**check, "target": f"site.shop.test:{port}"}), KIND, "local",
                resolvers=[liar, honest],
            )  # fmt: skip
            assert await watched(ask, watch, 4) == [(liar, D), (honest, U), (liar, D), (honest, U)]
            assert not watch.state.down.on
            watch.renew(watch.check, KIND, [honest, liar])
            assert await watched(ask, watch, 1, 4) == [(honest, U)]
        assert await watched(ask, watch, 3, 5) == [(honest, D), (liar, D), (honest, D)]
        assert watch.state.down.on


async def test_the_end_of_an_outage_is_confirmed_by_the_other_one_too(servers: tuple[str, str]) -> None:
    honest, liar = servers
    check = {"id": "shop/port", "component": "shop", "kind": "tcp", "fall": 1, "rise": 2}
    with socket.socket() as place:
        place.bind((HOST, 0))
        target = Check.model_validate({**check, "target": f"site.shop.test:{place.getsockname()[1]}"})
        async with asker() as ask:
            watch = Watch(target, KIND, "local", resolvers=[honest, liar])
            assert await watched(ask, watch, 1) == [(honest, D)]
            place.listen()
            assert await watched(ask, watch, 2, 1) == [(honest, U), (liar, D)]
            assert watch.state.down.on, "who asks the other one cannot reach it yet"
            watch.renew(watch.check, KIND, [honest])
            assert await watched(ask, watch, 2, 3) == [(honest, U), (honest, U)]
            assert not watch.state.down.on
