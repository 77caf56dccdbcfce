"""`ledger reviews`: what waits for a person before it pays, claims of members among it."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.core.commands import ReviewContribution
from ledger.core.events import ContributionRecorded, decisions
from ledger.core.values import Position
from ledger.store.reads import journal, reviews
from ledger.store.reads.names import names_of
from ledger.store.reads.spans import Span
from schema.cli.opening import CommunityOption, errors, opened_community, run
from schema.cli.output import Cell, FormatOption, write_rows
from schema.cli.telling import BY, tell
from schema.intake.cloudevents import write_time

app = typer.Typer(help="What waits for a review: list it, approve it, decline it.", no_args_is_help=True)
COLUMNS = ("position", "type", "member", "claimed", "occurred_at", "rules")
Where = Annotated[int, typer.Argument(min=1, help="Its position, as `ledger reviews list` shows it.")]
Why = Annotated[str, typer.Option("--reason", help="Why, for people to read.")]


@app.command("list")
def list_(
    community: CommunityOption,
    first: Annotated[int, typer.Option(min=1, max=10_000, help="How many at the most.")] = 100,
    format_: FormatOption = None,
) -> None:
    """What waits, the oldest first."""

    async def work() -> list[tuple[Cell, ...]]:
        async with opened_community(community) as (ledger, found):
            places = (await reviews.page(ledger.database, found.id, Span(first)))[:first]
            positions = list(dict.fromkeys(position for position, _ in places))
            told = await journal.by_positions(ledger.database, found.id, positions)
            rows: list[tuple[Cell, ...]] = []
            for position in positions:
                event = told[position].event
                waits = [one for one in decisions(event) if one.outcome.value == "PENDING"]
                whose = list(dict.fromkeys(one.member for one in waits if one.member is not None))
                names = await names_of(ledger.database, found.id, whose)
                claimed = isinstance(event.fact, ContributionRecorded) and event.fact.claimed
                rows.append(
                    (
                        position,
                        event.type,
                        " ".join(names.get(one, "") for one in whose),
                        "yes" if claimed else "no",
                        write_time(event.occurred_at),
                        " ".join(dict.fromkeys(one.rule for one in waits)),
                    )
                )
            return rows

    write_rows(COLUMNS, run(work()), format_)


@app.command("approve")
def approve(position: Where, community: CommunityOption, reason: Why = "") -> None:
    """Let it pay."""
    tell(community, ReviewContribution(position=Position(position), approved=True, by=BY, reason=reason))
    errors.print(f"What waited at position {position} is approved.")


@app.command("decline")
def decline(position: Where, community: CommunityOption, reason: Why = "") -> None:
    """Let it never pay."""
    tell(community, ReviewContribution(position=Position(position), approved=False, by=BY, reason=reason))
    errors.print(f"What waited at position {position} is declined.")
