"""A real PostgreSQL cluster of our own, run as its own user when the tests run as root, which it refuses."""

import itertools
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typing_extensions import override

from tests.servers.program import HOST, PATIENCE, MissingProgram, Program, free_port, scratch

OWNER = "upheld"

_EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$
DECLARE filled text; one text;
BEGIN
    SET LOCAL session_replication_role = replica;
    SELECT string_agg(oid::regclass::text, ',') INTO filled FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
        AND pg_relation_size(oid) > 0;
    IF filled IS NOT NULL THEN EXECUTE 'TRUNCATE ' || filled || ' CASCADE'; END IF;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE public.%I RESTART', one);
    END LOOP;
END $$;
"""
_FORM = """
SELECT (SELECT string_agg(version_num, ',') FROM alembic_version), (SELECT count(*) FROM pg_attribute),
    (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc)
"""

_DONE = "-- done --"


def binaries() -> Path:
    """The folder of the newest server installed. Raises MissingProgram."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not folders:
        raise MissingProgram("postgresql", "postgresql")
    return max(folders, key=lambda folder: int(folder.parent.name))


class Session:
    """A psql that stays connected: to connect costs more of the processor than what is asked of it."""

    def __init__(self, argv: list[str]) -> None:
        pipe = subprocess.PIPE
        self._psql = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True, cwd="/")

    def ask(self, statements: str) -> str:
        """What psql prints. Raises RuntimeError with it when the server refuses or is gone."""
        assert self._psql.stdin is not None and self._psql.stdout is not None
        self._psql.stdin.write(f"{statements}\n\\echo {_DONE}\n")
        self._psql.stdin.flush()
        said: list[str] = []
        for line in self._psql.stdout:
            if line.strip() == _DONE:
                return "".join(said)
            said.append(line)
        raise RuntimeError(f"{statements}: {''.join(said)}")

    def close(self) -> None:
        self._psql.kill()
        self._psql.communicate()


class Postgres(Program):
    """Listens on 127.0.0.1. Not `durable` means without fsync: for tests that kill nothing."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.binaries = binaries()
        self.port = free_port()
        self.data = folder / "data"
        self._numbers = itertools.count(1)
        self._sessions: dict[str, Session] = {}
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            owner = pwd.getpwnam(user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        settings = {
            "port": str(self.port),
            "listen_addresses": HOST,
            "unix_socket_directories": "",
            "max_connections": "60",
            "log_checkpoints": "off",
            "shared_buffers": "32MB",
            "fsync": "on" if durable else "off",
            "synchronous_commit": "on" if durable else "off",
            "full_page_writes": "on" if durable else "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = [str(self.binaries / "postgres"), "-D", str(self.data), *options]
        super().__init__(argv, folder, user=user, stop_signal=signal.SIGINT)

    @override
    def start(self) -> None:
        if not self.data.exists():
            self._create_cluster()
        super().start()
        ready = [str(self.binaries / "pg_isready"), "-q", "-d", self.url("postgres")]
        self.wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, "PostgreSQL takes connections")

    @override
    def stop(self, timeout: float = PATIENCE) -> int | None:
        for name in list(self._sessions):
            self._hang_up(name)
        return super().stop(timeout)

    @override
    def kill(self) -> None:
        """kill -9 of the postmaster and all its backends; the next `start` recovers from the log."""
        super().kill()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}@{HOST}:{self.port}/{database}"

    def create(self, *, template: str = "template0") -> str:
        """A fresh database, a copy of `template`; gives its name."""
        self._hang_up(template)  # PostgreSQL copies only what nobody is connected to
        name = f"t{next(self._numbers)}"
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Also with connections still open."""
        self._hang_up(name)
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def empty(self, name: str) -> str:
        """No rows but the schema's version, and every number begins at one again: a fourth of the work of a copy.

        Gives the form of what is left: equal for two databases of one schema, whatever was done to their rows.
        """
        if name not in self._sessions:
            self._sessions[name] = Session(self._psql(name))
        try:
            return self._sessions[name].ask(_EMPTY + _FORM + ";").splitlines()[-1]
        except (RuntimeError, OSError):
            self._hang_up(name)
            raise

    def _hang_up(self, name: str) -> None:
        if name in self._sessions:
            self._sessions.pop(name).close()

    def sql(self, statement: str, database: str = "postgres") -> str:
        """What psql prints, without frame or heading."""
        psql = [*self._psql(database), "-c", statement]
        done = subprocess.run(psql, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{statement}: {done.stderr}")
        return done.stdout

    def _psql(self, database: str) -> list[str]:
        return [str(self.binaries / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url(database)]

    def _create_cluster(self) -> None:
        argv = [str(self.binaries / "initdb"), "-D", str(self.data), "-U", OWNER]
        argv += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        creator = Program(argv, self.folder, user=self.user)
        creator.start()
        if creator.wait(60):
            raise RuntimeError(creator.output)


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A cluster with a folder of its own, both gone afterwards."""
    with scratch("postgres") as folder, Postgres(folder, durable=durable) as server:
        yield server
