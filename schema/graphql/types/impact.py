"""What a member's deeds were to others."""

from __future__ import annotations

from ledger.core.values import MemberId
from ledger.store.directory import Community as Place
from schema.graphql.described import described, field
from schema.graphql.view import View


@described
class Impact:
    """What a member's deeds were to others; nobody is counted for themselves."""

    people_helped: int = field("How many others thanked for something of theirs, or accepted an answer.")
    answers_accepted: int = field("How many of their answers others accepted, and that stands.")
    stories_featured: int = field("How many of their stories are featured.")
    thanks_received: int = field("How many thanks others give for what they made.")


async def impact(view: View, place: Place, member: MemberId) -> Impact:
    """Return what a member's deeds were to others."""
    found = await view.loaders.impacts.load((place.id, member))
    return Impact(
        people_helped=found.helped,
        answers_accepted=found.accepted,
        stories_featured=found.featured,
        thanks_received=found.thanks,
    )
