"""`ledger explain`: why an event paid what it paid, and why not."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ledger.store.reads.journal import by_key
from ledger.words.render import LOCALES, locale_of
from schema.cli.opening import CommunityOption, Stop, opened_community, run
from schema.explaining import explanation

LANG = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""


def explain(
    event_id: Annotated[str, typer.Argument(help="The event's id, as its sender gave it.")],
    community: CommunityOption,
    source: Annotated[str | None, typer.Option(help="Its source, where several sent this id.")] = None,
    lang: Annotated[str, typer.Option(help=f"{' or '.join(LOCALES)}; default: the shell's.")] = LANG,
) -> None:
    """Say what an event did, rule by rule: why this award, and why not that one."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            events = await by_key(ledger.database, found.id, event_id, source)
            if not events:
                raise Stop(f"there is no event {event_id!r} in {community}" + (f" from {source}" if source else ""))
            explained = [await explanation(ledger, found, one, locale_of(lang)) for one in events]
        typer.echo("\n\n".join("\n".join(sentences) for sentences in explained))

    run(work())
