"""Structured logs: one line of fields an event; on a terminal for people, otherwise JSON for machines."""

import io
import logging
import sys
from typing import TextIO, cast

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError
from typing_extensions import override

# Where structlog finds rich it takes it, and pygments with it, to paint tracebacks: 7 MiB that a server never uses.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
import structlog

if sys.modules["rich"] is None:
    del sys.modules["rich"]

log = structlog.get_logger(__name__)

_LONGEST = 200


class Lines(logging.Handler):
    """What libraries log, as lines like ours. A peer's mistake is one short line: strangers must not fill the log."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError | RequestPayloadError):
            said = " ".join(str(error).split())[:_LONGEST]
            log.warning("request not understood", said=said)
            return
        log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=error)


class _StandardError(io.TextIOBase):
    """Whatever it is when a line is written: a command may be run where it is put elsewhere for a while."""

    @override
    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    @override
    def flush(self) -> None:
        sys.stderr.flush()


def set_up(*, verbose: bool = False, quiet: bool = False) -> None:
    """`quiet`: warnings and worse only, where the terminal belongs to a person who wants something else."""
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    people = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if people else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *([] if people else [structlog.processors.format_exc_info]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[Lines()])
