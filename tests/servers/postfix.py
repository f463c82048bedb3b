"""A real Postfix of the test's own: its configuration, queue and ports are nobody else's."""

import os
import pwd
import smtplib
import subprocess
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from typing_extensions import override

from tests.servers.program import HOST, PATIENCE, Program, find_program, free_port, until

_SERVICES = """
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
flush unix n - n 1000? 0 flush
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(Program):
    """Takes mail by SMTP on `port` as `lines` of main.cf say; what it cannot hand over it tries again every second, and
    is woken as often: what it looked for while it was still putting it back it would else leave for five minutes.

    Only root may start one. `lines` are what is under test; everything else here only keeps it in `folder`.
    """

    def __init__(self, folder: Path, lines: str) -> None:
        program = find_program("postfix", "postfix")
        self.port = free_port()
        self.home = folder / "postfix"
        for name in ("etc", "queue", "data"):
            (self.home / name).mkdir(parents=True)
        owner = pwd.getpwnam("postfix")
        if os.geteuid() == 0:
            os.chown(self.home / "data", owner.pw_uid, owner.pw_gid)
        own = {
            "compatibility_level": "3.6",
            "queue_directory": self.home / "queue",
            "data_directory": self.home / "data",
            "maillog_file": "/dev/stdout",
            "myhostname": "mx.help.example.com",
            "mydestination": "",
            "inet_interfaces": HOST,
            "inet_protocols": "ipv4",
            "alias_maps": "",
            "alias_database": "",
            "queue_run_delay": "1s",
            "minimal_backoff_time": "1s",
            "maximal_backoff_time": "2s",
        }
        written = "".join(f"{name} = {value}\n" for name, value in own.items())
        (self.home / "etc" / "main.cf").write_text(f"{written}{lines}\n")
        (self.home / "etc" / "master.cf").write_text(_SERVICES.format(port=f"{HOST}:{self.port}"))
        super().__init__([program, "-c", str(self.home / "etc"), "start-fg"], folder)

    @override
    def start(self) -> None:
        if os.geteuid() != 0:
            raise RuntimeError("only root may start Postfix: run this test as root, or in `unshare --map-auto`")
        super().start()
        self.wait_until(self._greets, "Postfix greets")

    @override
    def stop(self, timeout: float = PATIENCE) -> int | None:
        """By its master: the script above it would end alone."""
        for one in self.family()[1:]:
            if one.name() == "master":
                one.terminate()
        if self.running:
            self.wait(timeout)
        return super().stop(timeout)

    def send(self, mail: EmailMessage, sender: str, *recipients: str) -> None:
        """From a machine elsewhere, which comes again as long as it is asked to, as mail servers do.

        Raises smtplib.SMTPRecipientsRefused for what is refused for good.
        """
        until(lambda: self._taken(mail, sender, recipients), "Postfix takes the mail", timeout=60, pause=1)

    def _taken(self, mail: EmailMessage, sender: str, recipients: Sequence[str]) -> bool:
        with smtplib.SMTP(HOST, self.port, local_hostname="elsewhere.example", timeout=PATIENCE) as server:
            try:
                server.send_message(mail, sender, list(recipients))
            except smtplib.SMTPRecipientsRefused as refused:
                if any(code >= 500 for code, _ in refused.recipients.values()):
                    raise
                return False
        return True

    def queued(self) -> str:
        """The queue as `postqueue -j` lists it, a line for each mail; empty when all is handed over."""
        argv = [find_program("postqueue", "postfix"), "-c", str(self.home / "etc"), "-j"]
        return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout

    def _greets(self) -> bool:
        try:
            with smtplib.SMTP(HOST, self.port, timeout=PATIENCE):
                return True
        except (OSError, smtplib.SMTPException):
            return False
