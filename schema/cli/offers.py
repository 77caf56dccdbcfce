"""`ledger offers`: what is recommended to members after value, put up and ended."""

from __future__ import annotations

from typing import Annotated

import typer
from msgspec.structs import replace

from ledger.core.books.offers import offer_terms
from ledger.core.commands import PutOffer, RetireOffer
from ledger.core.offers.usual import usual
from ledger.core.rulebook.grammar import OfferTerms
from ledger.store.reads.offers import offers
from ledger.words.progress import Speech
from ledger.words.render import locale_of
from schema.cli.explaining import LANG
from schema.cli.opening import CommunityOption, Stop, current_rulebook, errors, opened_community, run
from schema.cli.output import Cell, FormatOption, write_rows
from schema.cli.telling import BY, tell
from schema.cli.texts import LONGEST, by_language

app = typer.Typer(help="Offers after value: list them, put them up, end them.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="The offer's code.")]
COLUMNS = ("offer", "title", "perk", "url", "audience", "state")


@app.command("list")
def list_(community: CommunityOption, format_: FormatOption = None) -> None:
    """Every offer there ever was, in order of code."""

    async def work() -> list[tuple[Cell, ...]]:
        async with opened_community(community) as (ledger, found):
            rulebook, known = await current_rulebook(ledger, found), await offers(ledger.database, found.id)
        speech = Speech(rulebook, locale_of(LANG))
        rows: list[tuple[Cell, ...]] = []
        for one in known.values():
            terms = offer_terms(one)
            title = speech.called(terms.names, terms.code)
            state = "retired" if one.retired else "open"
            rows.append((terms.code, title, terms.perk, terms.url, " ".join(terms.audience), state))
        return rows

    write_rows(COLUMNS, run(work()), format_)


@app.command("put")
def put(
    code: Code,
    community: CommunityOption,
    title: Annotated[list[str], typer.Option(help="LANGUAGE=TEXT; once a language.")],
    perk: Annotated[str, typer.Option(help="The code of the perk it is about.")] = "",
    url: Annotated[str, typer.Option(help="Where it leads.")] = "",
) -> None:
    """Put an offer up, or change its texts. A new one waits for value, and is shown rarely."""
    if not 0 < len(code) <= LONGEST:
        raise Stop(f"an offer's code has 1 to {LONGEST} characters")
    names = by_language(title) or {}

    async def terms() -> OfferTerms:
        async with opened_community(community) as (ledger, found):
            before = (await offers(ledger.database, found.id)).get(code)
            rulebook = await current_rulebook(ledger, found)
        return offer_terms(before) if before is not None else usual(code, rulebook)

    tell(community, PutOffer(terms=replace(run(terms()), names=names, perk=perk, url=url), by=BY))
    errors.print(f"Offer {code} is up.")


@app.command("retire")
def retire(code: Code, community: CommunityOption) -> None:
    """End an offer: it is shown no more."""
    tell(community, RetireOffer(offer=code, by=BY))
    errors.print(f"Offer {code} is ended.")
