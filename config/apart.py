"""Work that takes much memory for a moment is done in a process of its own.

A process hardly gives back what it once took (docs/adr/0117), and while it computes its checks wait.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


class NotDone(Exception):
    """The other process could not be had, or ended before it answered; what it said stands in the log."""


def apart(work: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """What `work(*arguments)` returns. All of that must pickle, `work` by its name. Raises NotDone."""
    asked = pickle.dumps((work, arguments, named), pickle.HIGHEST_PROTOCOL)
    argv = [sys.executable, "-P", "-m", "config.apart"]
    try:
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            answered = _ask(other, asked)
    except OSError as error:
        raise NotDone(str(error)) from error
    if other.returncode != 0:
        raise NotDone(f"the other process ended with {other.returncode}")
    if not answered:
        raise NotDone("the other process ended unanswered")
    return cast("R", pickle.loads(answered))


def _ask(other: subprocess.Popen[bytes], asked: bytes) -> bytes:
    """All at once, for nothing is answered before all was read: `communicate` writes in pieces of a page, and takes the
    interpreter from everybody for each."""
    assert other.stdin is not None and other.stdout is not None
    with other.stdin as ear:
        ear.write(asked)
    return other.stdout.read()


def main() -> None:
    work, arguments, named = cast("tuple[Callable[..., Any], Any, Any]", pickle.load(sys.stdin.buffer))
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    pickle.dump(work(*arguments, **named), answers, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main()
