"""Milestones that a member has seen."""

from __future__ import annotations

from typing import Annotated

import strawberry

from ledger.store.preferences import note_seen
from schema.graphql.described import arg, changing, described
from schema.graphql.faults import Fault
from schema.graphql.ids import read_id
from schema.graphql.members import MemberPayload, member_payload
from schema.graphql.pages import MOST
from schema.graphql.signed import signed_in
from schema.graphql.types.errors import user_error
from schema.graphql.types.milestone import milestone_by_id
from schema.graphql.view import Info, view_of


@described
class CelebratingMutation:
    """Milestones."""

    @changing("The signed-in member has seen some of their milestones: they are celebrated no more. Again is none.")
    async def acknowledge_milestones(
        self, info: Info, ids: Annotated[list[strawberry.ID], arg("Which; 100 at the most.")]
    ) -> MemberPayload:
        """Note that milestones were seen."""
        view = view_of(info)
        member, place = signed_in(view), view.own
        assert place is not None  # whoever is signed in is so somewhere
        if len(ids) > MOST:
            raise Fault("TOO_MANY", f"expected at most {MOST} ids")
        named = [read_id(one) for one in ids]
        mine = [one for one in named if one is not None and (one.type, one.community) == ("Milestone", place.id)]
        found = [await milestone_by_id(view, place, one) for one in mine]
        seen = [one.found.name for one in found if one is not None]
        if len(seen) < len(ids):
            unknown = user_error("MILESTONE_UNKNOWN", view.locale, ["ids"])
            return MemberPayload(member=None, user_errors=[unknown])
        await note_seen(view.ledger.database, place.id, member, seen, at=view.ledger.clock())
        return await member_payload(view, place, member)
