"""`ledger keys`: who may call."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.core.values import Micros
from ledger.service.access import Scope, create_key
from ledger.store.directory import keys_of, revoke_key
from schema.cli.lists import instant
from schema.cli.opening import CommunityOption, Stop, errors, opened_community, run
from schema.cli.output import FormatOption, write_rows
from schema.intake.cloudevents import write_time

SCOPES = f"What it may do; give it once for each: {', '.join(Scope)}."
app = typer.Typer(help="API keys of bots and tools.", no_args_is_help=True)


@app.command("create")
def create(
    community: CommunityOption,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[Scope], typer.Option(metavar="SCOPE", help=SCOPES)],
    source: Annotated[list[str] | None, typer.Option(help="Prefixes of sources it may send; default: any.")] = None,
    expires: Annotated[str | None, typer.Option(help="A date or time after which it is void.")] = None,
) -> None:
    """Make a key and print it. It is shown this once: only a hash is kept."""
    if any(" " in prefix for prefix in source or ()):
        raise Stop("a prefix of a source has no blanks in it")

    async def work() -> str:
        async with opened_community(community) as (ledger, found):
            return await create_key(
                ledger.database,
                found.id,
                name=name,
                scopes=frozenset(scope),
                source_prefixes=tuple(source or ()),
                expires_at=instant(expires, "UTC") if expires else None,
                at=ledger.clock(),
            )

    typer.echo(run(work()))


@app.command("list")
def list_(community: CommunityOption, format_: FormatOption = None) -> None:
    """List a community's keys, without their secrets."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            keys = await keys_of(ledger.database, found.id)
        columns = ("id", "name", "scopes", "sources", "created", "expires", "revoked")
        rows = [
            (
                key.id,
                key.name,
                key.scopes,
                key.source_prefixes or "any",
                *(write_time(Micros(at)) if at else "" for at in (key.created_at, key.expires_at, key.revoked_at)),
            )
            for key in keys
        ]
        write_rows(columns, rows, format_)

    run(work())


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id: the part after lgr_.")], community: CommunityOption
) -> None:
    """Make a key void from now on."""

    async def work() -> bool:
        async with opened_community(community) as (ledger, found):
            return await revoke_key(ledger.database, found.id, key_id, at=ledger.clock())

    if not run(work()):
        raise Stop(f"there is no working key {key_id!r}; `ledger keys list` shows them")
    errors.print(f"Key {key_id} is revoked.")
