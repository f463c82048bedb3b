"""Whose fault an error is decides between down and invalid."""

import errno
import socket

import pytest

from probe.fault import fault_of
from probe.result import Outcome, Reason


@pytest.mark.parametrize(
    "error, outcome, reason",
    [
        (OSError(errno.ECONNREFUSED, "refused"), Outcome.DOWN, Reason.CONNECTION_REFUSED),
        (OSError(errno.ECONNRESET, "reset"), Outcome.DOWN, Reason.CONNECTION_RESET),
        (OSError(errno.EHOSTUNREACH, "no route to host"), Outcome.DOWN, Reason.HOST_UNREACHABLE),
        (OSError(errno.ETIMEDOUT, "timed out"), Outcome.DOWN, Reason.TIMEOUT),
        (TimeoutError(), Outcome.DOWN, Reason.TIMEOUT),
        (ConnectionResetError("in the middle of a handshake"), Outcome.DOWN, Reason.CONNECTION_RESET),
        (OSError(errno.ENETUNREACH, "network is unreachable"), Outcome.INVALID, Reason.NETWORK_UNREACHABLE),
        (OSError(errno.EMFILE, "too many open files"), Outcome.INVALID, Reason.OUT_OF_FILES),
        (OSError(errno.EADDRNOTAVAIL, "no port left"), Outcome.INVALID, Reason.OUT_OF_PORTS),
        (OSError(errno.EPERM, "a firewall of ours"), Outcome.INVALID, Reason.NOT_PERMITTED),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), Outcome.DOWN, Reason.DNS_FAILURE),
        (socket.gaierror(socket.EAI_NODATA, "no address"), Outcome.DOWN, Reason.DNS_FAILURE),
        (socket.gaierror(socket.EAI_AGAIN, "temporary"), Outcome.INVALID, Reason.RESOLVER_UNREACHABLE),
        (socket.gaierror(socket.EAI_FAIL, "refused us"), Outcome.INVALID, Reason.RESOLVER_UNREACHABLE),
        (OSError("[Errno 101] no route, [Errno 111] refused"), Outcome.DOWN, Reason.CONNECTION_REFUSED),
        (OSError("[Errno 101] no route, [Errno 99] no port"), Outcome.INVALID, Reason.NETWORK_UNREACHABLE),
        (OSError("something new"), Outcome.INVALID, Reason.INTERNAL_ERROR),
    ],
)
def test_an_error_is_the_targets_or_ours(error: OSError, outcome: Outcome, reason: Reason) -> None:
    fault = fault_of(error)
    assert (fault.outcome, fault.reason) == (outcome, reason)
