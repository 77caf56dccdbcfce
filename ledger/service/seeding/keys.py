"""The demo's keys: in a file beside the database that only its owner reads, and printed at every start."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.service.access import Scope, caller_of, create_key
from ledger.service.ledger import Ledger
from ledger.store.directory import Community, keys_of, revoke_key

SCOPES = {
    "OPERATOR_KEY": frozenset(Scope),
    "BOT_KEY": frozenset({Scope.EVENTS_WRITE, Scope.MEMBERS_READ, Scope.MEMBERS_LINK}),
}
"""What each key may do; from any source."""

FILE = "demo-keys"


def keys_file(ledger: Ledger) -> Path:
    """Return where the keys are kept: beside the SQLite file, else in the data folder."""
    if ledger.database.is_sqlite:
        database = Path(ledger.database.url.database or "")
        return database.with_name(f"{database.name}.{FILE}")
    return Path(ledger.settings.data_dir) / FILE


async def demo_keys(ledger: Ledger, community: Community) -> dict[str, str]:
    """Return the demo's keys by name: those of the file if all still open the demo, else new ones."""
    path = keys_file(ledger)
    keys = _read(path)
    if keys.keys() == SCOPES.keys() and all([await _opens(ledger, community, *one) for one in keys.items()]):
        path.chmod(0o600)
        return keys
    await _revoke(ledger, community)
    keys = {
        name: await create_key(ledger.database, community.id, name=_called(name), scopes=scopes, at=ledger.clock())
        for name, scopes in SCOPES.items()
    }
    _write(path, keys)
    return keys


async def _opens(ledger: Ledger, community: Community, name: str, key: str) -> bool:
    caller = await caller_of(ledger.database, key, at=ledger.clock())
    return caller is not None and caller.community == community.id and caller.scopes == SCOPES[name]


async def _revoke(ledger: Ledger, community: Community) -> None:
    """Make void what earlier keys of the demo there are: nobody has them any more."""
    called = {_called(name) for name in SCOPES}
    for key in await keys_of(ledger.database, community.id):
        if key.name in called and key.revoked_at is None:
            await revoke_key(ledger.database, community.id, key.id, at=ledger.clock())


def _called(name: str) -> str:
    return f"demo {name.removesuffix('_KEY').lower()}"


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = path.read_text("utf-8", "replace").splitlines()
    return {name: key for name, _, key in (line.partition("=") for line in lines) if key}


def _write(path: Path, keys: dict[str, str]) -> None:
    """Put a whole new file in place: it is never half written, and never readable by others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{name}={key}\n" for name, key in keys.items())
    fresh.replace(path)
