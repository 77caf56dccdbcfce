"""Begins communities: a place in the directory, then a log with its first rulebook."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from uuid import UUID

from ledger.core.books.offers import PLAYBOOK, write_tasks
from ledger.core.commands import LEDGER_SOURCE, Command, CreateCommunity, PutOffer, PutPerk, SetCommunity
from ledger.core.decide.redeeming import WELCOME
from ledger.core.refusals import Refusal
from ledger.core.rulebook.grammar import Rulebook
from ledger.service.clock import Clock, now
from ledger.service.rulebooks import presets, publication, read
from ledger.service.writer import Writer
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import Database

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\Z")
DEFAULT_PRESET = "seed_circle"


class CommunityRefused(Exception):
    """A community cannot begin so; the message says why."""


class CommunityTaken(CommunityRefused):
    """Another community has this slug."""


async def begin(
    database: Database,
    writer: Writer,
    slug: str,
    *,
    name: str = "",
    preset: str = DEFAULT_PRESET,
    yaml: str | None = None,
    clock: Clock = now,
    must_be_new: bool = False,
) -> Community:
    """Begin a community with a preset or a rulebook's text, or finish a beginning that a crash cut short.

    Raises:
        CommunityTaken: the slug is not free, and the community must be new.
        CommunityRefused: the slug is no slug, there is no such preset, or it began otherwise before.
        RulebookFaulty: the text is no rulebook.
    """
    if not SLUG.match(slug):
        raise CommunityRefused(f"{slug!r} is no slug: expected a-z, 0-9 and hyphens, at most 64")
    texts = presets()
    if yaml is None and preset not in texts:
        raise CommunityRefused(f"there is no preset {preset!r}; there are {', '.join(texts)}")
    text = texts[preset] if yaml is None else yaml
    rulebook = read(text)
    community = Community(new_id(clock()), slug, name or slug, os.urandom(32))
    if not await directory.add(database, community, at=clock()):
        if must_be_new:
            raise CommunityTaken(f"the slug {slug!r} is taken")
        found = await directory.find(database, slug)
        assert found is not None
        community = found
    first: list[Command] = [
        CreateCommunity(slug=slug, name=community.name),
        publication(text, number=1, note=rulebook.name),
        *seeds(rulebook),
    ]
    for answer in await writer.submit(community, first, atomic=True):
        if isinstance(answer, Refusal):
            raise CommunityRefused(f"there is another community {slug!r}, begun with another rulebook")
    return community


def seeds(rulebook: Rulebook) -> Iterator[Command]:
    """Yield the commands that create what a rulebook brings along: from then on only commands change it."""
    by = LEDGER_SOURCE
    for perk in rulebook.perks:
        yield PutPerk(terms=perk, by=by, key=f"seed/perk/{perk.code}")
    for offer in rulebook.offers:
        yield PutOffer(terms=offer, by=by, key=f"seed/offer/{offer.code}")
    if rulebook.welcome:
        yield SetCommunity(name=WELCOME, value=rulebook.welcome, by=by, key=f"seed/{WELCOME}")
    if rulebook.playbook:
        yield SetCommunity(name=PLAYBOOK, value=write_tasks(rulebook.playbook), by=by, key=f"seed/{PLAYBOOK}")


def new_id(at: int) -> UUID:
    """Return a UUIDv7: its first 48 bits are milliseconds, so ids come in order of time."""
    chance = int.from_bytes(os.urandom(10))
    bits = (at // 1000) << 80 | 7 << 76 | (chance >> 68 & 0xFFF) << 64 | 2 << 62 | (chance & (1 << 62) - 1)
    return UUID(int=bits)
