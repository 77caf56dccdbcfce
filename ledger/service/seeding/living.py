"""The demo goes on: a small event every minute, through the writer, while a server runs.

What happens in a minute follows from its number alone, and so does its key: several processes that all post
it record it once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

import structlog

from ledger.core.values import MINUTE, SECOND, Micros
from ledger.service.ledger import Ledger
from ledger.service.seeding.cast import Cast, Happening, Person, cast, command
from ledger.service.seeding.demo import SLUG
from ledger.store.directory import Community

ROUND = 10
"""Minutes that make one little story: a question with its answer, a share, and talk between."""

MOST_EVENTS = 7 * 24 * 60
"""A server left running becomes quiet after a week."""

log = structlog.get_logger()


@asynccontextmanager
async def living(ledger: Ledger, *, every: int = MINUTE) -> AsyncIterator[None]:
    """Let the demo go on meanwhile; without a demo this does nothing."""
    community = await ledger.community(SLUG)
    if community is None:
        yield
        return
    life = asyncio.create_task(_live(ledger, community, every), name="demo")
    try:
        yield
    finally:
        life.cancel()
        with suppress(asyncio.CancelledError):
            await life


async def _live(ledger: Ledger, community: Community, every: int) -> None:
    for _ in range(MOST_EVENTS):
        number = ledger.clock() // every
        happens = command(happening(number, cast()), Micros(number * every), key=f"live-{number}", imported=False)
        try:
            await ledger.writer.submit(community, [happens])
        except Exception as error:  # a task's rim: the demo may miss a minute, the server goes on
            log.warning("the demo missed a minute", error=repr(error))
        await asyncio.sleep(every / SECOND)


def happening(number: int, written: Cast) -> Happening:
    """Return what happens in a minute."""
    story, minute = divmod(number, ROUND)
    chance = Random(story)  # noqa: S311  # a story, not a secret
    asker, helper, reader, author = _four(chance, written)
    question, answer, share = (f"{kind}-live-{story}" for kind in ("question", "answer", "share"))
    match minute:
        case 0:
            return _titled("question", asker, question, chance, written)
        case 2:
            return _said("answer.posted", helper, answer, question=question, chars=40 + chance.randrange(300))
        case 3:
            return _titled("share", author, share, chance, written)
        case 4:
            return _said("reaction.added", reader, answer, emoji="👍")
        case 6:
            return _said("answer.accepted", asker, answer, question=question)
        case 7:
            return _said("reaction.added", asker, share, emoji="❤️")
        case _:
            speaker = (reader, author, helper, asker)[minute % 4]
            chars = 8 + chance.randrange(90) + minute
            return _said("message.posted", speaker, f"message-live-{number}", chars=chars, channel="main")


def _four(chance: Random, written: Cast) -> list[Person]:
    """Return four different members, rather lively ones, who were not silent before."""
    left = [one for one in written.people if one.quiet is None and one.leaves is None]
    chosen: list[Person] = []
    while len(chosen) < 4:
        one = chance.choices(left, [one.weight for one in left])[0]
        left.remove(one)
        chosen.append(one)
    return chosen


def _said(event: str, person: Person, subject: str, **data: object) -> Happening:
    return Happening(event=event, member=person.who, subject=subject, data=data)


def _titled(kind: str, person: Person, subject: str, chance: Random, written: Cast) -> Happening:
    title = chance.choice(written.titles[kind][person.language])
    return Happening(event=f"{kind}.posted", member=person.who, subject=subject, texts={"title": title})
