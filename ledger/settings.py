"""The settings, from the environment; `ledger settings` prints them with what they mean."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One class for all settings. An unknown LEDGER_ variable is not an error: shells carry many."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", frozen=True)

    data_dir: str = Field("var", description="Folder of the SQLite file and of the demo's keys.")
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
    cache_limit: int = Field(50_000, ge=0, description="Rows of books one community keeps in memory; 0 keeps none.")

    def model_post_init(self, _context: object) -> None:
        """Fill in the address that depends on the folder."""
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir}/ledger.sqlite")
