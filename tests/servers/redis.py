"""A real Redis without persistence; with a password, and on a TLS port beside the clear one."""

import socket
from pathlib import Path

import trustme
from typing_extensions import override

from tests.servers.program import HOST, Program, find_program, free_port

PASSWORD = "only-for-tests"


class Redis(Program):
    """`port` is clear, `tls_port` encrypted; `authority` is the PEM file of who signed its certificate."""

    def __init__(self, folder: Path) -> None:
        self.port, self.tls_port = free_port(), free_port()
        self.authority, pair = folder / "authority.pem", folder / "redis.pem"
        own = trustme.CA()
        own.cert_pem.write_to_path(str(self.authority))
        own.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(pair))
        settings = {
            "bind": HOST, "port": self.port, "tls-port": self.tls_port, "tls-cert-file": pair, "tls-key-file": pair,
            "tls-ca-cert-file": self.authority, "tls-auth-clients": "no", "requirepass": PASSWORD, "save": "",
            "dir": folder,
        }  # fmt: skip
        argv = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
        super().__init__([find_program("redis-server", "redis-server"), *argv], folder)

    @override
    def start(self) -> None:
        super().start()
        self.wait_until(lambda: _pong(self.port), "Redis answers")


def _pong(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), 1) as asking:
            asking.sendall(b"AUTH %s\r\nPING\r\n" % PASSWORD.encode())
            return b"+OK" in asking.recv(100)
    except OSError:
        return False
