"""What every command does first and last: open the ledger, find the community, say faults plainly."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ledger.core.rulebook.grammar import Rulebook
from ledger.service.communities import CommunityRefused
from ledger.service.health import CannotStart
from ledger.service.ledger import Ledger, NothingThere, NotMigrated, open_ledger
from ledger.service.progress import Progress as Told
from ledger.service.progress import silent
from ledger.service.publishing import ExamplesFail
from ledger.service.rebuild import LogBroken
from ledger.service.rulebooks import RulebookFaulty, current
from ledger.service.sealing import KeyFileUnusable
from ledger.settings import Settings
from ledger.store.directory import Community, every
from ledger.store.engine import ANSWERED_WITH_AN_ERROR, DatabaseUnknown
from schema.logs import plainly

T = TypeVar("T")
CommunityOption = Annotated[str, typer.Option("--community", "-c", help="The community's slug.")]
errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

EXPECTED = (
    CannotStart,
    CommunityRefused,
    ExamplesFail,
    NothingThere,
    NotMigrated,
    DatabaseUnknown,
    KeyFileUnusable,
    RulebookFaulty,
    LogBroken,
    OSError,
    *ANSWERED_WITH_AN_ERROR,
    UnicodeEncodeError,
)


class Stop(Exception):
    """The command cannot go on; the message says why and what to do."""


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn expected faults into a sentence on stderr and exit code 1."""
    plainly()
    try:
        yield
    except ValidationError as error:
        for fault in error.errors():
            place = "LEDGER_" + "_".join(str(part) for part in fault["loc"]).upper()
            errors.print(f"ledger: {place}: {fault['msg']}", style="red")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except (Stop, *EXPECTED) as error:
        errors.print(f"ledger: {_said(error)}", style="red")
        sys.exit(1)


def _said(error: BaseException) -> str:
    if isinstance(error, DatabaseUnknown):
        return f"LEDGER_DATABASE_URL: {error}"
    if isinstance(error, UnicodeEncodeError):  # bytes of another encoding in an argument; no database takes them
        return f"{error.object!r} is not UTF-8"
    if isinstance(error, NothingThere):
        return f"{error}. `ledger import` begins one; LEDGER_DATABASE_URL or LEDGER_DATA_DIR names another place"
    origin = getattr(error, "orig", None) or error
    return str(origin) or type(origin).__name__


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end."""
    return asyncio.run(work)


@asynccontextmanager
async def opened(*, must_be_there: bool = False) -> AsyncIterator[Ledger]:
    """Open the ledger of the environment's settings, made where there is none unless it must be there."""
    async with open_ledger(Settings(), must_be_there=must_be_there) as ledger:
        yield ledger


@asynccontextmanager
async def opened_community(slug: str) -> AsyncIterator[tuple[Ledger, Community]]:
    """Open the ledger and find a community.

    Raises:
        Stop: there is none; the message names those there are.
    """
    async with opened(must_be_there=True) as ledger:
        community = await ledger.community(slug)
        if community is None:
            known = ", ".join(one.slug for one in await every(ledger.database)) or "none yet"
            where = ledger.database.url.render_as_string()
            raise Stop(f"there is no community {slug!r} in {where}; there are: {known}")
        yield ledger, community


async def current_rulebook(ledger: Ledger, community: Community) -> Rulebook:
    """Return the rulebook published last."""
    return await current(ledger.database, community.id)


@contextmanager
def progress(what: str) -> Iterator[Told]:
    """Show how far long work is, with its rate and the time left: on a terminal only."""
    if not errors.is_terminal:
        yield silent
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TextColumn("{task.fields[rate]} a second"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(what, total=1, rate="…")

        def told(done: int, of: int) -> None:
            elapsed = bar.tasks[0].elapsed or 0
            rate = f"{done / elapsed:,.0f}" if elapsed else "…"
            bar.update(task, completed=done, total=max(of, 1), rate=rate)

        yield told
