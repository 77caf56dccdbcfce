"""`ledger perks`: what points buy, put up, changed, stocked, given codes and retired."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from msgspec.structs import replace

from ledger.core.books.perks import terms_of
from ledger.core.commands import Command, PutPerk, RetirePerk, StockPerk
from ledger.core.events import PerkCodesAdded
from ledger.core.lines import amount
from ledger.core.perks.blocks import available, codes_left
from ledger.core.refusals import Refusal
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkKind, PerkLimit, PerkTerms
from ledger.core.values import DAY, MINUTE, Micros
from ledger.service.decimals import NotPoints, minor_units
from ledger.service.delivering import secret_of
from ledger.service.ledger import Ledger
from ledger.service.redeeming import add_codes
from ledger.service.writer import Receipt
from ledger.store.directory import Community
from ledger.store.reads.redemptions import perks
from ledger.words.progress import Speech
from ledger.words.render import locale_of
from schema.cli.explaining import LANG
from schema.cli.lists import instant
from schema.cli.opening import CommunityOption, Stop, current_rulebook, errors, opened_community, run
from schema.cli.output import FormatOption, write_rows
from schema.cli.texts import by_language
from schema.problems import problem_of

BY = "cli"
LONGEST_CODE = 500
MOST = 1_000_000
"""How many of anything, as over GraphQL."""

app = typer.Typer(help="Perks: what points buy.", no_args_is_help=True)
PerkArgument = Annotated[str, typer.Argument(help="The perk's code.")]
KeyOption = Annotated[
    str | None, typer.Option(help="Your name for this: the same again is done once. Default: a new one.")
]


@app.command("list")
def list_(community: CommunityOption, format_: FormatOption = None) -> None:
    """Every perk, cheapest first, with what is left of it; retired ones last."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rulebook, known = await current_rulebook(ledger, found), await perks(ledger.database, found.id)
        speech, rows = Speech(rulebook, locale_of(LANG)), []
        for code, perk in sorted(
            known.items(), key=lambda item: (item[1].retired, terms_of(item[1]).cost, item[0])
        ):
            terms, left = terms_of(perk), available(perk)
            rows.append(
                (
                    code,
                    speech.called(terms.names, code),
                    Decimal(amount(terms.cost, _scale(rulebook, terms.unit))),
                    terms.unit,
                    terms.fulfilment.value,
                    " ".join(terms.tiers) or "any",
                    "any" if left is None else left,
                    perk.reserved,
                    perk.sold,
                    codes_left(perk) if terms.fulfilment is Fulfilment.CODE else "",
                    "retired" if perk.retired else "up",
                )
            )
        columns = (
            "perk",
            "name",
            "cost",
            "unit",
            "fulfilment",
            "tiers",
            "left",
            "reserved",
            "had",
            "codes",
            "state",
        )
        write_rows(columns, rows, format_)

    run(work())


@app.command("put")
def put(
    perk: PerkArgument,
    community: CommunityOption,
    name: Annotated[list[str] | None, typer.Option(help="LANGUAGE=TEXT, such as en='An early seat'.")] = None,
    description: Annotated[list[str] | None, typer.Option(help="LANGUAGE=TEXT, likewise.")] = None,
    kind: Annotated[PerkKind | None, typer.Option(help="What sort of thing it is.")] = None,
    cost: Annotated[str | None, typer.Option(help="What it costs, in whole units such as 80 or 2.50.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", "-u", help="A spendable unit; default: the first.")] = None,
    tier: Annotated[list[str] | None, typer.Option(help="A level that may have it; give it once for each.")] = None,
    stock: Annotated[
        int | None, typer.Option(min=0, max=MOST, help="How many there are in all; default: without end.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="How many one member may have in a period.")
    ] = None,
    per: Annotated[str | None, typer.Option(help="day, week, month, year or ever; default: ever.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="A time, from when it can be redeemed.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="A time, or the end of a date.")] = None,
    fulfilment: Annotated[Fulfilment | None, typer.Option(help="How it reaches the member.")] = None,
    target: Annotated[
        str | None, typer.Option(help="The group of a platform role, or a webhook's address.")
    ] = None,
    approve: Annotated[bool | None, typer.Option(help="Whether somebody has to approve each.")] = None,
    hold_minutes: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="How long points are held at the most.")
    ] = None,
    refund_days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="For how many days it can be given back.")
    ] = None,
) -> None:
    """Put up a perk, or change one: what is left out stays as it is. A retired one is up again."""
    if per is not None and limit is None:
        raise Stop("--per needs --limit")
    if per not in (None, "day", "week", "month", "year", "ever"):
        raise Stop(f"{per!r} is no period: expected day, week, month, year or ever")

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rulebook = await current_rulebook(ledger, found)
            known = (await perks(ledger.database, found.id)).get(perk)
            before = terms_of(known) if known is not None else PerkTerms(code=perk)
            zone, named = rulebook.community.tz, unit or before.unit or _first_spendable(rulebook)
            given: dict[str, Any] = {
                "names": by_language(name),
                "descriptions": by_language(description),
                "kind": kind,
                "cost": _cost(cost, _scale(rulebook, named)) if cost is not None else None,
                "unit": unit,
                "tiers": tuple(tier) if tier else None,
                "stock": stock,
                "limit": PerkLimit(count=limit, per=per or "ever") if limit is not None else None,
                "starts_at": instant(since, zone) if since else None,
                "ends_at": instant(until, zone) if until else None,
                "fulfilment": fulfilment,
                "target": target,
                "approve": approve,
                "reserve_for": Micros(hold_minutes * MINUTE) if hold_minutes else None,
                "refund_within": Micros(refund_days * DAY) if refund_days else None,
            }
            terms = replace(before, **{field: value for field, value in given.items() if value is not None})
            await done(ledger, found, PutPerk(terms=terms, by=BY, keeps_stock=stock is None))
        errors.print(f"The perk {perk} is {'changed' if known is not None else 'up'}.")

    run(work())


@app.command("retire")
def retire(perk: PerkArgument, community: CommunityOption) -> None:
    """Take a perk down: nobody can redeem it any more; what was asked for goes on."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            await done(ledger, found, RetirePerk(perk=perk, by=BY))
        errors.print(f"The perk {perk} is retired.")

    run(work())


@app.command("stock")
def stock(
    perk: PerkArgument,
    community: CommunityOption,
    reason: Annotated[str, typer.Option(help="Why.")],
    add: Annotated[int, typer.Option(min=0, max=MOST, help="How many more.")] = 0,
    take: Annotated[int, typer.Option(min=0, max=MOST, help="How many fewer.")] = 0,
    key: KeyOption = None,
) -> None:
    """Add to a perk's stock, or take from it."""
    if not add - take:
        raise Stop("give --add or --take")

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            command = StockPerk(key=key or str(uuid4()), perk=perk, delta=add - take, by=BY, reason=reason)
            await done(ledger, found, command)
            left = available((await perks(ledger.database, found.id))[perk])
        errors.print(f"{left} of {perk} are left.")

    run(work())


@app.command("codes")
def codes(
    perk: PerkArgument,
    file: Annotated[Path, typer.Argument(help="A file with a code a line.", exists=True, dir_okay=False)],
    community: CommunityOption,
) -> None:
    """Add codes to hand out, encrypted from here on. Those that are there already are left out."""
    try:
        lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise Stop(f"{file} is not UTF-8: {error}") from error
    given = [line for line in lines if line]
    if not given or any(len(line) > LONGEST_CODE for line in given):
        raise Stop(f"{file} holds no codes: expected one a line, of at most {LONGEST_CODE} characters")

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            answer = accepted(await add_codes(ledger, found, perk, given, by=BY))
            fact = answer.event.fact if answer.event is not None else None
            assert isinstance(fact, PerkCodesAdded)
            left = codes_left((await perks(ledger.database, found.id))[perk])
        errors.print(f"{fact.count} of {len(given)} codes are new; {left} of {perk} are left.")

    run(work())


@app.command("secret")
def secret(community: CommunityOption) -> None:
    """Print the secret by which receivers check the community's webhooks (Standard Webhooks)."""

    async def work() -> str:
        async with opened_community(community) as (_, found):
            return secret_of(found)

    typer.echo(run(work()))


async def done(ledger: Ledger, community: Community, command: Command) -> Receipt:
    """Submit a command that is to be accepted."""
    [answer] = await ledger.writer.submit(community, [command])
    return accepted(answer)


def accepted(answer: Receipt | Refusal) -> Receipt:
    """Return a receipt.

    Raises:
        Stop: it is a refusal.
    """
    if isinstance(answer, Refusal):
        problem = problem_of(answer)
        field = getattr(answer, "field", "")
        raise Stop(f"{problem.code}: {problem.detail}" + (f" Look at --{field}." if field else ""))
    return answer


def _scale(rulebook: Rulebook, code: str) -> int:
    return next((unit.scale for unit in rulebook.units if unit.code == code), 0)


def _first_spendable(rulebook: Rulebook) -> str:
    return next((unit.code for unit in rulebook.units if unit.spendable), "")


def _cost(text: str, scale: int) -> int:
    try:
        minor = minor_units(text, scale)
    except NotPoints as error:
        raise Stop(str(error)) from None
    if minor < 0:
        raise Stop(f"a perk costs 0 points or more, found {text!r}")
    return minor
