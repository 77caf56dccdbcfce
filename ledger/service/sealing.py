"""Seals what only its owner may read, codes and vouchers: encrypted at rest, opened when they are read.

The keys are the operator's: from the settings, or from a file that is made once. They are never in the database,
so neither a copy of it nor an export of the log gives a code away.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ledger.settings import Settings, keys_in

log = structlog.get_logger()
KEY_FILE = "encryption.key"


class KeyFileUnusable(Exception):
    """The file of the encryption key holds no key; the message says which."""


class Seals:
    """Encrypts with the first of several keys and decrypts with any, so a new one can be put before the old."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        """Return a text encrypted."""
        return self._keys.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Return the text that was sealed; None where none of the keys opens it."""
        try:
            return self._keys.decrypt(sealed.encode()).decode()
        except InvalidToken:
            log.warning("a sealed text cannot be opened: its key is missing from LEDGER_ENCRYPTION_KEY")
            return None


def seals_of(settings: Settings) -> Seals:
    """Return the seals of a ledger; its key's file is made when something is sealed or opened for the first time.

    Raises:
        KeyFileUnusable: the file is there and holds no key.
    """
    return _seals(settings.encryption_key.get_secret_value(), settings.data_dir)


@lru_cache
def _seals(setting: str, folder: str) -> Seals:
    return Seals(keys_in(setting) or [_key_of(Path(folder) / KEY_FILE)])


def _key_of(path: Path) -> str:
    """Return the key in a file. Of several processes that find none, one makes it, whole, and all use that."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was quicker
        finally:
            draft.unlink()
    key = path.read_text("ascii").strip()
    try:
        Fernet(key)
    except ValueError as error:
        raise KeyFileUnusable(f"{path} holds no Fernet key; restore it, or set LEDGER_ENCRYPTION_KEY") from error
    return key


def code_digest(secret: bytes, code: str) -> str:
    """Return the keyed digest that tells a code from others in its community."""
    return hmac.new(secret, b"perk code\n" + code.encode(), hashlib.sha256).hexdigest()
