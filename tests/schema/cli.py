"""The command line, run in this process: what it wrote, what it said, how it ended."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import structlog

from schema.cli import main


class Ran(NamedTuple):
    """How a command ended: its exit code, its output, and what it said to people."""

    code: int
    output: bytes
    said: str

    @property
    def text(self) -> str:
        """The output as text."""
        return self.output.decode()

    @property
    def rows(self) -> list[dict[str, str]]:
        """The output as CSV, by column."""
        return list(csv.DictReader(io.StringIO(self.text)))

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The output as JSON."""
        return list(json.loads(self.output))

    def ok(self) -> Ran:
        """Return this, if the command ended well."""
        assert self.code == 0, (self.code, self.said, self.text)
        return self


class Cli:
    """`ledger` on one database. Any exception but the end of the process fails the test."""

    def __init__(self, url: str, environment: Mapping[str, str] | None = None) -> None:
        self.url = url
        self.environment = {"LEDGER_DATABASE_URL": url, **(environment or {})}

    def __call__(self, *arguments: str | Path, **environment: str) -> Ran:
        """Run a command; settings are given as `LEDGER_NAME="value"`."""
        output, said = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        argv = ["ledger", *(str(argument) for argument in arguments)]
        with (
            mock.patch.object(sys, "argv", argv),
            mock.patch.dict(os.environ, {**self.environment, **environment}),
            redirect_stdout(output),
            redirect_stderr(said),
        ):
            code = _ended()
        said.seek(0)
        return Ran(code, output.buffer.getvalue(), said.read())


def _ended() -> int:
    """Run to the end of what would be the process; logging goes where it went before."""
    logging = structlog.get_config()
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        structlog.configure(**logging)
    return 0
