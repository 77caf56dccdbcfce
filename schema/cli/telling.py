"""Tells the ledger one command from the command line, or says in a sentence why it was refused."""

from __future__ import annotations

from ledger.core.commands import Command
from ledger.core.refusals import Refusal
from ledger.service.writer.receipts import Receipt
from ledger.words.render import DEFAULT_LOCALE, render
from schema.cli.opening import Stop, opened_community, run

BY = "cli"
"""How the log names whoever has the database's address."""


def tell(community: str, command: Command) -> Receipt:
    """Give a command, and return its receipt.

    Raises:
        Stop: it was refused.
    """

    async def work() -> Receipt:
        async with opened_community(community) as (ledger, found):
            [answer] = await ledger.writer.submit(found, [command])
            if isinstance(answer, Refusal):
                parameters = {name: getattr(answer, name) for name in answer.__struct_fields__}
                raise Stop(render(f"refusal.{answer.code}", DEFAULT_LOCALE, **parameters))
            return answer

    return run(work())
