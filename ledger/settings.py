"""The settings, from the environment; `ledger settings` prints them with what they mean."""

from __future__ import annotations

import base64
import binascii

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One class for all settings. An unknown LEDGER_ variable is not an error: shells carry many."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", frozen=True)

    data_dir: str = Field(
        "var", description="Folder of the SQLite file, of the demo's keys and of the encryption key."
    )
    database_url: str = Field(
        "",
        description="sqlite:///FILE or postgresql://USER@HOST/NAME; a driver suffix is accepted."
        " Empty: ledger.sqlite in LEDGER_DATA_DIR.",
    )
    database_role: str = Field(
        "", description="PostgreSQL: the role that `ledger migrate` grants what the server needs, and no more."
    )
    queue_limit: int = Field(
        20_000, ge=1, description="Commands that may wait for one community; beyond it intake answers 503."
    )
    batch_limit: int = Field(2_000, ge=1, description="Commands written in one transaction at the most.")
    rate_limit: float = Field(
        1_000, gt=0, description="Requests a second one API key may send to one process; beyond it 429."
    )
    rate_burst: int = Field(2_000, ge=1, description="Requests one API key may send at once.")
    sweep_seconds: float = Field(
        10, gt=0, description="How often the server looks for what is due: expiries, releases, daily tier runs."
    )
    encryption_key: SecretStr = Field(
        SecretStr(""),
        description="Encrypts codes and vouchers: Fernet keys, comma separated; the first encrypts, all decrypt."
        " Empty: a key is made in LEDGER_DATA_DIR/encryption.key, mode 0600. Several hosts need the same.",
    )
    cache_limit: int = Field(50_000, ge=0, description="Rows of books one community keeps in memory; 0 keeps none.")

    @field_validator("encryption_key")
    @classmethod
    def _is_made_of_keys(cls, given: SecretStr) -> SecretStr:
        """Refuse what is no key, without repeating it."""
        for key in keys_in(given.get_secret_value()):
            try:
                size = len(base64.b64decode(key, altchars=b"-_", validate=True))
            except (binascii.Error, ValueError):
                size = 0
            if size != 32:
                raise ValueError("expected Fernet keys: 32 bytes each in URL-safe base64, comma separated")
        return given

    def model_post_init(self, _context: object) -> None:
        """Fill in the address that depends on the folder."""
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir}/ledger.sqlite")


def keys_in(text: str) -> list[str]:
    """Return the keys of a setting that holds several."""
    return [key for key in (part.strip() for part in text.split(",")) if key]
