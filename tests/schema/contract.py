"""The documents of real frontends, where the shared folder is there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT

SHARED = Path(os.environ.get("LEDGER_SHARED") or ROOT.parent / "shared")


def document(file: str, operation: str) -> str:
    """Return one operation of a document; tests that need it are skipped where there is none."""
    path = SHARED / "contract" / "queries" / file
    if not path.exists():
        pytest.skip(f"no {path}: set LEDGER_SHARED to ask what frontends ask")
    text = path.read_text("utf-8")
    found = re.search(
        rf"^(query|mutation) {operation}\b.*?(?=^(?:query|mutation|fragment)\b|\Z)", text, re.M | re.S
    )
    assert found is not None, f"{file} has no {operation}"
    return found[0]
