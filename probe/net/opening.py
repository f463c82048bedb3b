"""How a kind that talks over connections is opened: one asker a process, one deadline and one course a question."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

from probe.kind import Ask, Question
from probe.net.connection import Network, open_network
from probe.net.course import BadTarget, Course, attempt
from probe.net.spread import over_addresses
from probe.result import Answer

Talk: TypeAlias = Callable[[Network, Question, Course], Awaitable[Answer]]
"""Asks and answers; may raise what `attempt` makes an answer of."""
Place: TypeAlias = Callable[[str], tuple[str, int]]
"""Host and port of a target. Raises BadTarget."""


def opener(talk: Talk, place: Place) -> Callable[[], AbstractAsyncContextManager[Ask]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Ask]:
        with open_network() as network:

            def ask(question: Question) -> Awaitable[Answer]:
                course = Course()
                return attempt(question.timeout, course, talk(network, question, course))

            yield over_addresses(network, place, ask)

    return opened


def misplaced(place: Callable[[str], object]) -> Callable[[str, Any], str | None]:
    """The `fault` of a kind whose options cannot contradict its target; `place` raises BadTarget for a wrong one."""

    def fault(target: str, options: object) -> str | None:
        try:
            place(target)
        except BadTarget as error:
            return str(error)
        return None

    return fault
