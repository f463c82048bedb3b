"""A real gRPC server of the distribution's grpcio that answers for its health, clear and over TLS."""

from pathlib import Path

import trustme
from typing_extensions import override

from tests.servers.program import HOST, MissingProgram, Program, free_port

_SCRIPT = """
import sys, time
from concurrent import futures
import grpc

clear, secure, pair = sys.argv[1:]
STATES = {b"": 1, b"shop": 1, b"bank": 2, b"new": 0}

def check(request, context):
    name, told = request[2:], dict(context.invocation_metadata())
    if told.get("authorization", "Bearer right") != "Bearer right":
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "not you: " + told["authorization"])
    if name == b"slow":
        time.sleep(1)
    if name not in STATES:
        context.abort(grpc.StatusCode.NOT_FOUND, "no such service \\u2026")
    return bytes([8, STATES[name]]) if STATES[name] else b""

handler = grpc.method_handlers_generic_handler("grpc.health.v1.Health", {
    "Check": grpc.unary_unary_rpc_method_handler(check)})
server = grpc.server(futures.ThreadPoolExecutor(4))
server.add_generic_rpc_handlers((handler,))
server.add_insecure_port("127.0.0.1:" + clear)
content = open(pair, "rb").read()
server.add_secure_port("127.0.0.1:" + secure, grpc.ssl_server_credentials([(content, content)]))
server.start()
print("ready", flush=True)
server.wait_for_termination()
"""


class GrpcHealth(Program):
    """Services `""` and `shop` serve, `bank` does not, `new` says nothing, `slow` takes a second."""

    def __init__(self, folder: Path) -> None:
        if not Path("/usr/lib/python3/dist-packages/grpc/__init__.py").exists():
            raise MissingProgram("grpcio", "python3-grpcio")
        self.port, self.tls_port = free_port(), free_port()
        self.authority, pair, script = folder / "authority.pem", folder / "grpc.pem", folder / "server.py"
        own = trustme.CA()
        own.cert_pem.write_to_path(str(self.authority))
        own.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(pair))
        script.write_text(_SCRIPT)
        super().__init__(["/usr/bin/python3", str(script), str(self.port), str(self.tls_port), str(pair)], folder)

    @override
    def start(self) -> None:
        super().start()
        self.wait_until(lambda: "ready" in self.output, "the gRPC server is ready")
