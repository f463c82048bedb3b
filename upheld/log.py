"""Structured logs: one line of fields an event; on a terminal for people, otherwise JSON for machines."""

import logging
import sys

import structlog


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
