"""Imports go down only, and the core is pure; whoever breaks it breaks the build."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, named, python

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
PURE = {
    *("__future__", "collections", "dataclasses", "datetime", "difflib", "enum", "fractions", "functools"),
    *("hashlib", "hmac", "itertools", "math", "operator", "re", "types", "typing", "zoneinfo", "bisect", "heapq"),
    *("msgspec", "ledger"),
}
"""All that the core may import: the part of the standard library without clock, chance and I/O."""

IMPURE = {
    "now",
    "utcnow",
    "today",
    "time_ns",
    "urandom",
    "uuid1",
    "uuid4",
    "uuid7",
    "open",
    "print",
    "input",
    "exec",
}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False)


def test_every_contract_on_imports_holds() -> None:
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The house again, to break it."""
    for part in ("ledger", "schema"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("ledger/core/values.py", "import asyncio"),
        ("ledger/core/plan.py", "import random"),
        ("ledger/core/plan.py", "from sqlalchemy import select"),
        ("ledger/core/plan.py", "from ledger.store.engine import Row"),
        ("ledger/words/render.py", "from ledger.store.engine import Row"),
        ("ledger/store/journal.py", "from ledger.service.clock import now"),
        ("ledger/service/verify.py", "import fastapi"),
        ("ledger/service/verify.py", "from schema.problems import Problem"),
        ("ledger/attic/__init__.py", "from ledger.core.values import Micros"),
    ],
)
def test_a_violation_planted_in_a_copy_is_caught(copy: Path, file: str, line: str) -> None:
    path = copy / file
    path.parent.mkdir(exist_ok=True)
    text = path.read_text("utf-8") if path.exists() else ""
    path.write_text(f"{text}\n{line}\n", "utf-8")
    done = _lint(copy)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout


def _imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def _called(tree: ast.AST) -> set[str]:
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {call.attr for call in calls if isinstance(call, ast.Attribute)} | {
        call.id for call in calls if isinstance(call, ast.Name)
    }


def test_the_core_imports_nothing_that_could_look_or_reach_outside() -> None:
    offences = [
        f"{named(path)}: {name}"
        for path in python("ledger/core")
        for name in sorted(_imported(ast.parse(path.read_text("utf-8"))))
        if name.partition(".")[0] not in PURE or (name.startswith("ledger") and not name.startswith("ledger.core"))
    ]
    assert offences == []


def test_the_core_asks_for_no_time_and_no_chance() -> None:
    offences = [
        f"{named(path)}: {name}()"
        for path in python("ledger/core")
        for name in sorted(_called(ast.parse(path.read_text("utf-8"))) & IMPURE)
    ]
    assert offences == []


def test_only_the_engine_and_migrations_ask_which_database_it_is() -> None:
    asked = [
        named(path)
        for path in python("ledger", "schema")
        if "import asyncpg" in (text := path.read_text("utf-8")) or "import sqlite3" in text
    ]
    assert {path.rpartition("/")[0] for path in asked} == {"ledger/store/engine"}


def test_commands_start_without_what_only_a_server_needs() -> None:
    """Importing it takes as long as all the rest, and `ledger balances` serves nobody."""
    named_first = "import sys, schema.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", named_first], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"fastapi", "starlette", "strawberry", "uvicorn"} & set(done.stdout.split())
