"""Commands that care for a ledger: migrate, verify, rebuild, settings."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic_core import PydanticUndefined
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ledger.service import rebuild as rebuilding
from ledger.service import verify as verifying
from ledger.settings import Settings
from ledger.store import migrate as migrating
from ledger.store.directory import every
from ledger.store.engine import address
from schema.cli.opening import errors, opened, opened_community, progress, run
from schema.cli.output import FormatOption, write_rows

MaybeCommunity = Annotated[str | None, typer.Option("--community", "-c", help="Default: all communities.")]


def migrate() -> None:
    """Bring the database to the newest shape. Safe to run again, and by several at once."""
    settings = Settings()
    address(settings.database_url)
    migrating.migrate(settings.database_url, role=settings.database_role)
    errors.print("The database has the newest tables.")


async def _slugs(community: str | None) -> list[str]:
    if community is not None:
        return [community]
    async with opened(must_be_there=True) as ledger:
        slugs = [one.slug for one in await every(ledger.database)]
        if not slugs:
            errors.print(f"There is no community yet in {ledger.database.url.render_as_string()}.")
        return slugs


def verify(community: MaybeCommunity = None) -> None:
    """Fold the log anew and compare every row with it. Exit 1, with the first differences, if any is wrong."""

    async def work() -> bool:
        whole = True
        for slug in await _slugs(community):
            async with opened_community(slug) as (ledger, found):
                with progress(f"verifying {slug}") as told:
                    result = await verifying.verify(ledger.database, found.id, progress=told)
            verdict = "whole" if not result.differences else f"{len(result.differences)} differences"
            typer.echo(f"{slug}: {result.events} events, {verdict}")
            typer.echo(f"  digest {result.digest.hex()}")
            typer.echo(f"  head {result.head.hex()}")
            if result.destroyed:
                typer.echo(f"  {result.destroyed} private parts were erased")
            for difference in result.differences:
                typer.echo(f"  {difference}")
            whole = whole and not result.differences
        return whole

    if not run(work()):
        raise typer.Exit(1)


def rebuild(community: MaybeCommunity = None) -> None:
    """Make every book anew from the log. No rule is run: what was decided stays decided."""

    async def work() -> None:
        for slug in await _slugs(community):
            async with opened_community(slug) as (ledger, found):
                with progress(f"rebuilding {slug}") as told:
                    events = await rebuilding.rebuild(ledger.database, found.id, progress=told)
            typer.echo(f"{slug}: rebuilt from {events} events")

    run(work())


def settings(format_: FormatOption = None) -> None:
    """Every setting: its environment variable, its value now, its default, and what it means."""
    current = Settings()
    rows = [
        (
            f"LEDGER_{name.upper()}",
            _shown(name, getattr(current, name)),
            _shown(name, "" if field.default is PydanticUndefined else field.default),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]
    write_rows(("variable", "value", "default", "meaning"), rows, format_)


def _shown(name: str, value: Any) -> str:
    if name == "database_url" and value:
        try:
            return make_url(value).render_as_string(hide_password=True)
        except (ArgumentError, ValueError):
            return "no address"  # it may hold a password, so it is not shown
    return str(value)
