"""`ledger rounds`: games with winners, named or drawn from a committed seed."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

import typer

from ledger.core.rhythm.rounds import CloseRound, OpenRound, Prize, RoundClosed, RoundOpened, commitment
from ledger.core.values import MemberId, Position, identity
from ledger.service.rounds import seed_of
from ledger.store.directory import Community
from ledger.store.reads.journal import by_positions
from ledger.store.reads.names import member_by_identity, names_of
from ledger.store.reads.rounds import latest
from schema.cli.opening import CommunityOption, Stop, errors, opened_community, run
from schema.cli.output import Cell, FormatOption, write_rows
from schema.cli.telling import BY, tell

app = typer.Typer(help="Rounds of games: open and close them; draws can be made again.", no_args_is_help=True)
CodeArgument = Annotated[str, typer.Argument(help="The round's code.")]


@app.command("list")
def list_(
    community: CommunityOption,
    open_: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    first: Annotated[int, typer.Option(min=1, max=10_000, help="How many at the most.")] = 100,
    format_: FormatOption = None,
) -> None:
    """Rounds, the latest first, with what each draw is made again from."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rounds = await latest(ledger.database, found.id, open_=True if open_ else None, most=first)
            positions = [Position(at) for one in rounds for at in (one.opened, one.closed) if at]
            stored = await by_positions(ledger.database, found.id, positions)
            facts = {position: one.event.fact for position, one in stored.items()}
            closings = {one.code: facts.get(one.closed) for one in rounds}
            won = {
                code: [one.member for one in fact.winners] if isinstance(fact, RoundClosed) else []
                for code, fact in closings.items()
            }
            names = await names_of(
                ledger.database, found.id, [member for several in won.values() for member in several]
            )
        rows: list[tuple[Cell, ...]] = []
        for one in rounds:
            opening, closing = facts[one.opened], closings[one.code]
            assert isinstance(opening, RoundOpened)
            seed = closing.seed if isinstance(closing, RoundClosed) else ""
            winners = " ".join(names.get(member, str(member)) for member in won[one.code])
            state = "CLOSED" if closing else "OPEN"
            rows.append((one.code, state, opening.title, opening.activity, winners, opening.commitment, seed))
        write_rows(("round", "state", "title", "activity", "winners", "commitment", "seed"), rows, format_)

    run(work())


@app.command("open")
def open_round(
    code: CodeArgument,
    community: CommunityOption,
    title: Annotated[str, typer.Option(help="What people call it.")],
    activity: Annotated[str, typer.Option(help="The activity it is a part of, as series/start.")] = "",
    prize: Annotated[
        list[str] | None, typer.Option(help="A perk that a place wins, as 1=code; give it once for each.")
    ] = None,
) -> None:
    """Open a round, and print what it commits to."""
    prizes = tuple(_prize(one) for one in prize or ())

    async def secret() -> Community:
        async with opened_community(community) as (_, found):
            return found

    committed = commitment(seed_of(run(secret()), code))
    tell(
        community,
        OpenRound(code=code, title=title, commitment=committed, by=BY, activity=activity, prizes=prizes),
    )
    typer.echo(committed)


def _prize(text: str) -> Prize:
    place, equals, perk = text.partition("=")
    if not (place.isdecimal() and int(place) and equals and perk):
        raise Stop(f"{text!r} is no prize: expected one such as 1=tea")
    return Prize(place=int(place), perk=perk)


@app.command("close")
def close_round(
    code: CodeArgument,
    community: CommunityOption,
    winner: Annotated[
        list[str] | None, typer.Option(help="Who won, as platform:id; the first place first.")
    ] = None,
    draw: Annotated[int | None, typer.Option(min=1, help="How many winners to draw from who entered.")] = None,
    no_winner: Annotated[bool, typer.Option("--no-winner", help="Close it although nobody won.")] = False,
) -> None:
    """Close a round for good: with winners named, or drawn, or with nobody; print the seed."""
    if no_winner is (bool(winner) or draw is not None):
        raise Stop("say who won: --winner platform:id, once for each, or --draw NUMBER, or --no-winner")

    async def known() -> tuple[str, tuple[MemberId, ...]]:
        async with opened_community(community) as (ledger, found):
            members: list[MemberId] = []
            for text in winner or ():
                who = identity(text, source="")
                member = await member_by_identity(ledger.database, found.id, who.platform, who.external_id)
                if member is None:
                    raise Stop(f"there is no member {text!r}: expected one such as telegram:42")
                members.append(member)
            return seed_of(found, code), tuple(members)

    seed, members = run(known())
    content = sha256(repr((members, draw)).encode()).hexdigest()[
        :16
    ]  # the same again is the same; else it is closed
    key = f"cli/{code}/{content}"
    tell(community, CloseRound(key=key, code=code, seed=seed, by=BY, winners=members, draw=draw))
    errors.print(f"Round {code} is closed; the seed was:")
    typer.echo(seed)
