"""How we log: static event names and ids, never what people wrote, never a secret."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: str, *, as_json: bool) -> None:
    """One line an event on standard error; JSON for machines."""
    number = getattr(logging, level.upper())
    # Other people's libraries log bodies and headers at info: only their warnings are heard.
    quiet = max(number, logging.WARNING)
    logging.basicConfig(level=quiet, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for_people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    shown: structlog.types.Processor = structlog.processors.JSONRenderer() if as_json else for_people
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            shown,
        ],
    )
