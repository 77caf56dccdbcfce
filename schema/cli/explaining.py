"""`ledger explain`: why an event paid what it paid, and why not."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ledger.core.values import LARGEST_POINTS, Position
from ledger.store.reads.journal import by_key, by_positions
from ledger.words.render import LOCALES, locale_of
from schema.cli.opening import CommunityOption, Stop, opened_community, run
from schema.explaining import explanation

LANG = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""


def explain(
    community: CommunityOption,
    event_id: Annotated[str, typer.Argument(help="The event's id, as its sender gave it.")] = "",
    source: Annotated[str | None, typer.Option(help="Its source, where several sent this id.")] = None,
    position: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_POINTS, help="Its position, instead of its id.")
    ] = None,
    lang: Annotated[str | None, typer.Option(help=f"{' or '.join(LOCALES)}; default: the shell's.")] = None,
) -> None:
    """Say what an event did, rule by rule: why this award, and why not that one."""
    locale = _asked(lang) if lang else locale_of(LANG)

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            if bool(event_id) == (position is not None):
                raise Stop("name an event by its id, or by --position")
            if position is not None:
                events = list((await by_positions(ledger.database, found.id, [Position(position)])).values())
            else:
                events = await by_key(ledger.database, found.id, event_id, source)
            if not events:
                named = repr(event_id) if event_id else f"at position {position}"
                raise Stop(f"there is no event {named} in {community}" + (f" from {source}" if source else ""))
            explained = [await explanation(ledger, found, one, locale, operates=True) for one in events]
        typer.echo("\n\n".join("\n".join(sentences) for sentences in explained))

    run(work())


def _asked(lang: str) -> str:
    """Return the locale that a language names, however shells spell it.

    Raises:
        Stop: nothing is said in this language.
    """
    if lang[:2].lower() not in {locale[:2] for locale in LOCALES}:
        raise Stop(f"nothing is explained in {lang!r}: expected {' or '.join(LOCALES)}")
    return locale_of(lang)
