"""`ledger stories`: what members told, and what an operator says to it."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.core.rhythm.stories import FeatureStory, ReviewStory, StoryState, WithdrawStory
from ledger.core.values import Micros, Position
from ledger.store.reads.journal import by_positions, private_part
from ledger.store.reads.names import names_of
from ledger.store.reads.spans import Span
from ledger.store.reads.stories import Which, page
from schema.cli.opening import CommunityOption, errors, opened_community, run
from schema.cli.output import Cell, FormatOption, write_rows
from schema.cli.telling import BY, tell
from schema.intake.cloudevents import write_time

app = typer.Typer(help="Stories of members: list them, review them, feature them.", no_args_is_help=True)
StoryArgument = Annotated[int, typer.Argument(help="Where the story was submitted, as the list says.", min=1)]


@app.command("list")
def list_(
    community: CommunityOption,
    state: Annotated[
        list[StoryState] | None, typer.Option(help="Only those in this state; may be repeated.")
    ] = None,
    first: Annotated[int, typer.Option(min=1, max=10_000, help="How many at the most.")] = 100,
    format_: FormatOption = None,
) -> None:
    """Stories, the latest first."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            which = Which(tuple(state or StoryState), hidden=True)
            stories = (await page(ledger.database, found.id, Span(first), which=which))[:first]
            told = await by_positions(ledger.database, found.id, [one.position for one in stories])
            names = await names_of(ledger.database, found.id, list({one.author for one in stories}))
        rows: list[tuple[Cell, ...]] = []
        for one in stories:
            texts = private_part(told[one.position]).get("texts")
            title = str(texts.get("title", "")) if isinstance(texts, dict) else ""
            times = [write_time(Micros(at)) if at else "" for at in (one.published_at, one.featured_at)]
            rows.append((one.position, one.state, names.get(one.author, ""), title, one.thanks, *times))
        write_rows(("story", "state", "author", "title", "thanks", "published_at", "featured_at"), rows, format_)

    run(work())


@app.command("review")
def review(
    story: StoryArgument,
    community: CommunityOption,
    publish: Annotated[bool, typer.Option("--publish/--decline", help="What becomes of it.")],
    reason: Annotated[str, typer.Option(help="Why, for its author to read.")] = "",
) -> None:
    """Publish a story that waits, or decline it; points that wait for it come, or do not."""
    tell(community, ReviewStory(story=Position(story), publish=publish, by=BY, reason=reason))
    errors.print(f"Story {story} is {'published' if publish else 'declined'}.")


@app.command("feature")
def feature(
    story: StoryArgument,
    community: CommunityOption,
    off: Annotated[bool, typer.Option("--off", help="Feature it no longer.")] = False,
) -> None:
    """Show a published story to everybody as one of the best."""
    tell(community, FeatureStory(story=Position(story), featured=not off, by=BY))
    errors.print(f"Story {story} is featured{' no longer' if off else ''}.")


@app.command("withdraw")
def withdraw(story: StoryArgument, community: CommunityOption) -> None:
    """Take a story back, and all that it brought."""
    tell(community, WithdrawStory(story=Position(story), by=BY))
    errors.print(f"Story {story} is withdrawn.")
