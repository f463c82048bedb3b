"""A real OpenSSH server with keys of its own, into which nobody can log in."""

import os
import socket
import subprocess
from pathlib import Path

from typing_extensions import override

from tests.servers.program import HOST, Program, find_program, free_port


class OpenSsh(Program):
    """`keys` by type (`ed25519`, `ecdsa`, `rsa`): the text of each public key."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.port = free_port()
        self.keys: dict[str, str] = {}
        lines = [f"ListenAddress {HOST}:{self.port}", "PidFile none", "UsePAM no", *settings]
        for kind, bits in (("ed25519", "256"), ("ecdsa", "384"), ("rsa", "2048")):
            file = folder / f"key_{kind}"
            maker = [
                find_program("ssh-keygen", "openssh-client"),
                "-q",
                "-t",
                kind,
                "-b",
                bits,
                "-N",
                "",
                "-f",
                str(file),
            ]
            subprocess.run(maker, check=True)
            self.keys[kind] = file.with_suffix(".pub").read_text().strip()
            lines.append(f"HostKey {file}")
        (folder / "sshd_config").write_text("\n".join(lines) + "\n")
        program = find_program("sshd", "openssh-server")
        super().__init__([program, "-D", "-e", "-f", str(folder / "sshd_config")], folder)

    @override
    def start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # it separates its privileges there
        super().start()
        self.wait_until(lambda: _greets(self.port), "sshd greets")


def _greets(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), 1) as asking:
            return asking.recv(4) == b"SSH-"
    except OSError:
        return False
