"""Members who are found to be one person, and parted again."""

from __future__ import annotations

from typing import Annotated

import strawberry

from ledger.core.commands import Command
from ledger.core.members.commands import MergeMembers, UnmergeMembers
from ledger.core.refusals import Refusal
from ledger.core.values import Position
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from schema.graphql.described import arg, changing, described, field
from schema.graphql.ids import read_id
from schema.graphql.members import named_member
from schema.graphql.texts import LONGEST_TEXT, fits
from schema.graphql.types.errors import Path, Places, UserError, refused, user_error
from schema.graphql.types.merge import Merge, merge_of
from schema.graphql.view import Info, View, view_of

MERGING: Places = {"/member": ["from"], "/from": ["from"], "/mergeId": ["mergeId"]}


@described
class MergePayload:
    """A merge after a change."""

    merge: Merge | None = field("The merge.")
    user_errors: list[UserError] = field("Why nothing was changed.")


@described
class MergingMutation:
    """Merges."""

    @changing(
        "Says that two members are one person. Balances move with their lots, claims and limits hold for both"
        " together, levels are judged anew; what was granted before stands."
    )
    async def merge_members(
        self,
        info: Info,
        into: Annotated[strawberry.ID, arg("Who acts for both from now on.")],
        gone: Annotated[strawberry.ID, arg("Who is the same person.", name="from")],
        reason: Annotated[str, arg("Why.")],
    ) -> MergePayload:
        """Merge two members."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        kept, other = await named_member(view, into), await named_member(view, gone)
        if kept is None or other is None:
            return _unknown(view, "MEMBER_UNKNOWN", ["into"] if kept is None else ["from"])
        if not fits(reason, most=LONGEST_TEXT):
            return _unknown(view, "TEXT_INVALID", ["reason"], most=LONGEST_TEXT)
        command = MergeMembers(into=kept[1], gone=other[1], by=known.caller.name, reason=reason)
        return await _done(view, kept[0], command, None)

    @changing(
        "Parts two members again: each has what came by their own identities, less what was spent by them since."
    )
    async def unmerge_members(
        self,
        info: Info,
        merge_id: Annotated[strawberry.ID, arg("The merge to undo.")],
        reason: Annotated[str, arg("Why.")],
    ) -> MergePayload:
        """Undo a merge."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        named = read_id(merge_id)
        place = view.place(named.community) if named is not None and named.type == "Merge" else None
        if named is None or place is None or named.number is None:
            return _unknown(view, "MERGE_UNKNOWN", ["mergeId"])
        if not fits(reason, most=LONGEST_TEXT):
            return _unknown(view, "TEXT_INVALID", ["reason"], most=LONGEST_TEXT)
        position = Position(named.number)
        command = UnmergeMembers(position=position, by=known.caller.name, reason=reason)
        return await _done(view, place, command, position)


async def _done(view: View, place: Place, command: Command, position: Position | None) -> MergePayload:
    [answer] = await view.ledger.writer.submit(place, [command])
    if isinstance(answer, Refusal):
        return MergePayload(merge=None, user_errors=[refused(answer, view.locale, MERGING)])
    view.forget()
    return MergePayload(merge=await merge_of(view, place, position or answer.position), user_errors=[])


def _unknown(view: View, code: str, path: Path, **parameters: object) -> MergePayload:
    return MergePayload(merge=None, user_errors=[user_error(code, view.locale, path, **parameters)])
