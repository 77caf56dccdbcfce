"""How the server logs: tracebacks without the values of variables, since those hold keys, texts and names.

structlog's own console prints every local variable of a traceback where `rich` is installed.
"""

from __future__ import annotations

import sys
from typing import TextIO

import structlog


def plainly(stream: TextIO | None = None) -> None:
    """Log to a stream, by default the process's stderr."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
    )
