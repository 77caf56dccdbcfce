"""The files of the project, as a clean checkout has them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNTRACKED = {".git", ".venv", "__pycache__", "node_modules", "var", "dist"}


@cache
def files() -> tuple[Path, ...]:
    """Return every file that belongs to the project: those git knows or would take, or all without git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return tuple(sorted(_walked(ROOT)))
    paths = (ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def _walked(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in UNTRACKED or (path.name.startswith(".") and path.name.endswith("_cache")):
            continue
        if path.is_dir():
            yield from _walked(path)
        else:
            yield path


def python(*folders: str) -> list[Path]:
    """Return the Python files below some folders, or all of them."""
    within = tuple(ROOT / folder for folder in folders) or (ROOT,)
    return [path for path in files() if path.suffix == ".py" and any(path.is_relative_to(one) for one in within)]


def named(path: Path) -> str:
    """Return a path as seen from the project's folder."""
    return str(path.relative_to(ROOT))
