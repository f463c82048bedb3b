"""A PostgreSQL server: that it asks who we are, or with a username one query and the value it must give."""

from functools import partial

from probe.kind import ProbeKind, Question
from probe.net.address import split_target
from probe.net.connection import Network
from probe.net.course import Course
from probe.net.opening import misplaced, opener
from probe.postgres.session import Refused, Session
from probe.query import QueryOptions
from probe.result import Answer, Plain
from probe.value import secret, shown

_NOBODY = "upheld"
_WHO_ARE_YOU = ("28", "3D")
"""Classes of errors of a server that is there, but has no place for nobody."""


class Options(QueryOptions):
    """Those of every SQL database."""


async def _talk(network: Network, question: Question, course: Course) -> Answer:
    options: Options = question.options
    host, port = _place(question.target)
    async with network.connected(question, host, port, course) as connection:
        session = Session(connection, encrypted=False)
        if options.tls is not None:
            await session.encrypt(options.tls)
        facts: dict[str, Plain] = {**connection.certificate}
        try:
            asked = await session.introduce(options.username or _NOBODY, options.database)
        except Refused as error:
            if options.username is None and error.code.startswith(_WHO_ARE_YOU):
                return course.up(facts)
            raise
        if options.username is None:
            return course.up(facts)
        password = None if options.password is None else secret(options.password)
        await session.log_in(options.username, password, asked)
        value = await session.value(options.statement, question.timeout)
        course.end()
        session.part()
    facts |= shown(value)
    fault = options.fault(value)
    return course.up(facts) if fault is None else course.failed(fault, facts)


_place = partial(split_target, default=5432, scheme="postgresql")
KIND = ProbeKind(options=Options, open=opener(_talk, _place), fault=misplaced(_place))
