"""Says at the end when real data was not there, so that nobody takes a skip for a pass."""

from __future__ import annotations

import pytest

from tests.acceptance.shared import ABSENT, QA


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it where it is read."""
    if not QA.is_dir():
        terminalreporter.write_line(f"tests/acceptance was skipped: {ABSENT}", red=True)
