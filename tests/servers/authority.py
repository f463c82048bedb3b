"""A real time-stamping authority: `openssl ts` with certificates of its own, behind a small HTTP server."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.servers.program import find_program

CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Authority of the tests
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[stamping]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = tsa_config
[tsa_config]
dir = .
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """`ca_file` is what its customers trust. `asked` counts; `answer` replaces what it would say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca_file = folder / "ca.pem"
        self.asked = 0
        self.answer: tuple[int, bytes] | None = None
        self.url = ""
        self._openssl = find_program("openssl", "openssl")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tsa.cnf").write_text(CONFIGURATION)
        (folder / "serial").write_text("01\n")
        ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-config", "tsa.cnf")
        self.run("req", "-x509", *ec, "-keyout", "ca.key", "-out", "ca.pem", "-extensions", "ca", "-days", "2")
        self.run("req", *ec, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Stamps of the tests")
        signed = ("-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2", "-days", "1")
        self.run("x509", "-req", *signed, "-out", "tsa.pem", "-extfile", "tsa.cnf", "-extensions", "stamping")

    def run(self, *words: str) -> str:
        done = subprocess.run([self._openssl, *words], cwd=self.folder, capture_output=True, check=False, timeout=60)
        if done.returncode:
            raise RuntimeError(f"openssl {words[0]}: {done.stderr.decode()}")
        return done.stdout.decode()

    def stamp(self, query: bytes) -> bytes:
        (self.folder / "query.tsq").write_bytes(query)
        self.run(
            *("ts", "-reply", "-queryfile", "query.tsq", "-out", "reply.tsr", "-config", "tsa.cnf", "-section"),
            *("tsa_config", "-signer", "tsa.pem", "-inkey", "tsa.key"),
        )
        return (self.folder / "reply.tsr").read_bytes()

    def verify(self, stamped: bytes, reply: bytes) -> str:
        """What `openssl ts -verify` says. Raises RuntimeError where it does not hold."""
        (self.folder / "stamped.txt").write_bytes(stamped)
        (self.folder / "kept.tsr").write_bytes(reply)
        return self.run("ts", "-verify", "-data", "stamped.txt", "-in", "kept.tsr", "-CAfile", "ca.pem")

    async def answer_to(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.answer is not None:
            status, body = self.answer
            return web.Response(status=status, body=body, headers={"Location": "/elsewhere"})
        if request.content_type != "application/timestamp-query":
            return web.Response(status=415)
        reply = await asyncio.to_thread(self.stamp, await request.read())
        return web.Response(body=reply, content_type="application/timestamp-reply")


@asynccontextmanager
async def listening(authority: Authority) -> AsyncIterator[Authority]:
    app = web.Application()
    app.add_routes([web.post("/tsa", authority.answer_to)])
    async with TestServer(app) as server:
        authority.url = str(server.make_url("/tsa"))
        yield authority
