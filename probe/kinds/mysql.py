"""A MySQL or MariaDB server: that it greets, or with a username one query and the value it must give."""

from functools import partial

from probe.kind import ProbeKind, Question
from probe.mysql.session import Session
from probe.net.address import split_target
from probe.net.connection import Network
from probe.net.course import Course
from probe.net.opening import misplaced, opener
from probe.query import QueryOptions
from probe.result import Answer, Plain
from probe.value import secret, shown


class Options(QueryOptions):
    """Those of every SQL database."""


async def _talk(network: Network, question: Question, course: Course) -> Answer:
    options: Options = question.options
    host, port = _place(question.target)
    async with network.connected(question, host, port, course) as connection:
        session = Session(connection)
        greeting = await session.greeting()
        facts: dict[str, Plain] = {"version": greeting.version.replace("\0", "\ufffd")}
        if options.tls is not None:
            await session.encrypt(greeting, options.tls)
        facts |= connection.certificate
        if options.username is None:
            return course.up(facts)
        await session.log_in(greeting, options.username, secret(options.password), options.database)
        value = await session.value(greeting, options.statement, question.timeout)
        course.end()
        session.part()
    facts |= shown(value)
    fault = options.fault(value)
    return course.up(facts) if fault is None else course.failed(fault, facts)


_place = partial(split_target, default=3306, scheme="mysql")
KIND = ProbeKind(options=Options, open=opener(_talk, _place), fault=misplaced(_place))
