"""Real data, read where it stands: it is under a licence of its own, so no copy is in the project."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from tests.shared import SHARED, absent

QA, CONTRIB = SHARED / "data/qa-a", SHARED / "data/contrib-a"
ABSENT = absent("data/qa-a")

needs_data = pytest.mark.skipif(not QA.is_dir(), reason=ABSENT)
"""Marks a test that cannot run without the shared data."""


def table(path: Path) -> list[dict[str, str]]:
    """Return a CSV file's rows, gzipped or plain."""
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return list(csv.DictReader(text.decode().splitlines()))


def expected(name: str) -> list[dict[str, str]]:
    """Return one of the answers for the question-and-answer site."""
    return table(QA / "expected" / name)
