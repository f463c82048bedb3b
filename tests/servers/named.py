"""A real BIND, authoritative for a few names, over UDP, TCP and TLS."""

import socket
from pathlib import Path

import trustme
from typing_extensions import override

from tests.servers.program import HOST, Program, find_program, free_port

ZONE = """$TTL 300
@ IN SOA ns.shop.test. admin.shop.test. 2026112601 3600 600 86400 60
@ IN NS ns
@ IN MX 10 mail
@ IN MX 20 mail2
@ IN TXT "v=spf1 -all"
@ IN CAA 0 issue "ca.example.net"
ns IN A 192.0.2.53
www IN A 192.0.2.10
www IN A 192.0.2.11
www IN AAAA 2001:db8::10
alias IN CNAME www
mail IN A 192.0.2.25
mail2 IN A 192.0.2.26
_sip._tcp IN SRV 1 2 5060 www
_443._tcp.www IN TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
sub IN NS ns.elsewhere.test.
"""
REVERSE = """$TTL 300
@ IN SOA ns.shop.test. admin.shop.test. 1 3600 600 86400 60
@ IN NS ns.shop.test.
10 IN PTR www.shop.test.
"""
LARGE = 40
"""Texts of the name `large`, more than a datagram holds."""


class Named(Program):
    """`port` for UDP and TCP, `tls_port` for TLS; `authority` is the PEM file of who signed its certificate.

    Of `broken.test` it is to know everything and knows nothing: SERVFAIL. What is not its own it refuses.
    """

    def __init__(self, folder: Path, more: str = "") -> None:
        """`more`: lines of the zone shop.test."""
        self.port, self.tls_port = _port(), free_port()
        self.authority = folder / "authority.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.authority))
        pair = folder / "server.pem"
        authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(pair))
        large = "".join(f'large IN TXT "{number} {"x" * 200}"\n' for number in range(LARGE))
        (folder / "shop.zone").write_text(ZONE + large + more)
        (folder / "reverse.zone").write_text(REVERSE)
        file = folder / "named.conf"
        file.write_text(
            f"""
            tls own {{ cert-file "{pair}"; key-file "{pair}"; }};
            options {{
              directory "{folder}"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
              listen-on port {self.port} {{ {HOST}; }}; listen-on-v6 {{ none; }}; minimal-responses no;
              listen-on port {self.tls_port} tls own {{ {HOST}; }};
            }};
            controls {{ }};
            zone "shop.test" {{ type primary; file "shop.zone"; }};
            zone "2.0.192.in-addr.arpa" {{ type primary; file "reverse.zone"; }};
            zone "broken.test" {{ type primary; file "nowhere.zone"; }};
            """
        )
        super().__init__([find_program("named", "bind9"), "-g", "-4", "-n", "1", "-c", str(file)], folder)

    @override
    def start(self) -> None:
        super().start()
        self.wait_until(lambda: " running\n" in self.output, "BIND has read its zones")


def _port() -> int:
    """Free for datagrams too."""
    while True:
        port = free_port()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
