"""Where the public data and rulebooks stand, which are no part of the project: beside it, or as a variable says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("LEDGER_SHARED", Path(__file__).parents[3] / "shared"))


def shared(part: str) -> Path:
    """Return the path of a file or folder there, or skip the test that needs it, saying so."""
    path = SHARED / part
    if not path.exists():
        pytest.skip(f"there is no {path}: set LEDGER_SHARED to the folder that holds {part}")
    return path
