"""The alerts of bench/alerts.py on PostgreSQL, whose commits are durable too; a figure without a limit."""

from bench import alerts
from bench.common import Row, row
from tests.servers.postgres import postgres
from tests.servers.process import Upheld
from tests.servers.program import scratch
from tests.servers.smtp import Smtp


def measure() -> Row:
    with postgres(durable=True) as store, scratch("bench") as folder, Smtp(folder) as mail:
        database = store.create()
        given = {**alerts.configuration(mail.port), "store": {"url": store.url(database)}}

        def count(what: str) -> int:
            return int(store.sql(f"SELECT count(*) FROM {what}", database))

        with Upheld(folder / "upheld", given) as server:
            _, rate, notes = alerts.loaded(server, folder, count)
    name = f"alerts on PostgreSQL: decided a second for {alerts.SECONDS} s"
    return row(name, ours=rate, peer=alerts.LIMIT, limit=0, at_least=True, notes=notes)
