"""Published rulebooks."""

from __future__ import annotations

import hashlib
from datetime import datetime

from ledger.core.calendar import moment
from ledger.core.values import Micros
from ledger.store.directory import Community as Place
from schema.graphql.described import described, field
from schema.graphql.ids import write_id
from schema.graphql.loading import Published
from schema.graphql.types.enums import RulebookState
from schema.graphql.types.node import Node
from schema.graphql.view import View


@described
class Rulebook(Node):
    """A version of a community's rules, as its author wrote it."""

    version: int = field("Its number, from 1.")
    yaml: str = field("The whole text.")
    hash: str = field("SHA-256 of the text, in hexadecimal.")
    state: RulebookState = field("Where it stands.")
    effective_from: datetime | None = field("From when it is in force; null is the beginning of time.")
    published_at: datetime | None = field("When it was published.")
    note: str | None = field("What its author said about it.")


async def rulebook(view: View, place: Place, number: int | None) -> Rulebook | None:
    """Return a version by its number, or the one in force."""
    published = await view.loaders.published.load(place.id)
    active = published.versions.at(view.ledger.clock()).number
    wanted = number if number is not None else active
    return _shown(view, place, published, wanted) if 1 <= wanted <= len(published.publications) else None


def _shown(view: View, place: Place, published: Published, number: int) -> Rulebook:
    one = published.publications[number - 1]
    since = one.fact.effective_from
    return Rulebook(
        id=write_id("Rulebook", place.id, number),
        version=number,
        yaml=one.fact.yaml,
        hash=hashlib.sha256(one.fact.yaml.encode()).hexdigest(),
        state=_state(published, number, view.ledger.clock()),
        effective_from=None if since is None else moment(since),
        published_at=moment(one.recorded_at),
        note=one.fact.note or None,
    )


def _state(published: Published, number: int, now: Micros) -> RulebookState:
    active = published.versions.at(now).number
    if number == active:
        return RulebookState.ACTIVE
    since = published.versions.numbered(number).effective_from
    return RulebookState.SCHEDULED if since is not None and since > now else RulebookState.RETIRED
