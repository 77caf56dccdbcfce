"""What stands in the tree works on any machine: no host, no path of somebody's own, nothing unpinned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, named

LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ]+( ; .+)? \\\Z")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?\Z")
# Spelled in two parts, so that this file does not name them.
HOSTS = [
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("crates", "io"))
]
INDEXES = ["".join(parts) for parts in (("--index", "-url"), ("--extra-index", "-url"), ("--trusted", "-host"))]
SLASH = "/"
SOMEBODYS = re.compile(rf"(?<![\w.]){SLASH}(?:work|root)(?:{SLASH}|\b(?![\w-]))")
PSEUDONYM = re.compile(r"\bm_[0-9a-f]{12}\b")
"""A member of the shared data."""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def test_there_are_locks() -> None:
    assert LOCKS == ["requirements-dev.lock", "requirements.lock"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_with_hashes_and_names_no_host(lock: str) -> None:
    text = _text(ROOT / lock)
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert [line for line in lines if not PINNED.match(line) and not HASH.match(line)] == []
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    assert [line for line, after in pairs if PINNED.match(line) and not HASH.match(after)] == []
    assert "://" not in text
    assert [word for word in INDEXES if word in text] == []


def _versions(lock: str) -> dict[str, str]:
    pins = [line.rstrip(" \\").split(" ;")[0] for line in _text(ROOT / lock).splitlines() if PINNED.match(line)]
    return {name: version for name, _, version in (pin.partition("==") for pin in pins)}


def test_the_locks_agree_on_every_package_they_share() -> None:
    first, second = [_versions(lock) for lock in LOCKS]
    assert {name: (version, first[name]) for name, version in second.items() if first.get(name) != version} == {}


def test_nothing_names_a_registrys_host_or_an_index() -> None:
    words = [*HOSTS, *INDEXES]
    found = [(named(path), word) for path in files() for word in words if word in _text(path)]
    assert found == []


def test_nothing_names_a_path_of_somebodys_machine() -> None:
    found = [
        (named(path), line.strip()[:100])
        for path in files()
        for line in _text(path).splitlines()
        if SOMEBODYS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("planted", ["{}work/main", "cd {}root", '"{}work"', "x={}root/.cache"])
def test_a_planted_path_is_caught(planted: str) -> None:
    assert SOMEBODYS.search(planted.format(SLASH))


@pytest.mark.parametrize("harmless", ["a/work/b", "network/rooted", "/workers", "docs/root.md", "./work/x"])
def test_what_is_no_such_path_is_not(harmless: str) -> None:
    assert not SOMEBODYS.search(harmless)


def test_shared_data_is_not_copied_into_the_project() -> None:
    """It is under another licence: tests read it where it stands."""
    found = [named(path) for path in files() if path.suffix in (".gz", ".enc") or PSEUDONYM.search(_text(path))]
    assert found == []
