"""A real MariaDB with one user, who logs in with a password, and TLS for whoever wants it."""

import os
import socket
import subprocess
from pathlib import Path

import trustme
from typing_extensions import override

from tests.servers.program import HOST, Program, find_program, free_port

USER, PASSWORD = "upheld", "only-for-tests"
_SYSTEM_TABLES = Path("/usr/share/mysql/mysql_system_tables.sql")
_SMALL = ["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M", "--innodb-flush-method=nosync"]


class MariaDb(Program):
    """`authority` is the PEM file of who signed its certificate."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.authority, pair = folder / "authority.pem", folder / "mariadb.pem"
        own = trustme.CA()
        own.cert_pem.write_to_path(str(self.authority))
        own.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(pair))
        (folder / "data").mkdir()
        common = [find_program("mariadbd", "mariadb-server-core"), "--no-defaults", f"--datadir={folder}/data", *_SMALL]
        if os.geteuid() == 0:
            common.append("--user=root")
        self._bootstrap = [*common, "--bootstrap"]
        argv = [*common, f"--port={self.port}", f"--bind-address={HOST}", f"--socket={folder}/socket"]
        argv += ["--skip-name-resolve", f"--ssl-cert={pair}", f"--ssl-key={pair}"]
        super().__init__(argv, folder)

    @override
    def start(self) -> None:
        statements = ["create database mysql;", "use mysql;", _SYSTEM_TABLES.read_text(), "flush privileges;"]
        statements += [
            f"create user {USER}@'{HOST}' identified by '{PASSWORD}';",
            f"grant all on *.* to {USER}@'{HOST}';",
        ]
        done = subprocess.run(
            self._bootstrap, input="\n".join([*statements, ""]), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        super().start()
        self.wait_until(lambda: _greets(self.port), "MariaDB greets")


def _greets(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), 1) as asking:
            return b"MariaDB" in asking.recv(200)
    except OSError:
        return False
