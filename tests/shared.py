"""Where the public data, rulebooks and contract stand: beside the project, or where LEDGER_SHARED says.

They are under a licence of their own, so no copy is in the project; a test that needs them says so and is skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.house.tree import ROOT

SHARED = Path(os.environ.get("LEDGER_SHARED") or ROOT.parent / "shared")


def absent(part: str) -> str:
    """Return why a test is skipped that needs a part of it."""
    return f"there is no {SHARED / part}: set LEDGER_SHARED to the folder that holds {part}"


def shared(part: str) -> Path:
    """Return the path of a file or folder there, or skip the test that needs it, saying so."""
    path = SHARED / part
    if not path.exists():
        pytest.skip(absent(part))
    return path
