"""Reports of violations, for tests of who may do what about them."""

from __future__ import annotations

from ledger.core.commands import AppealViolation, RecordViolation, ResolveViolation
from ledger.core.values import MemberId, Position
from ledger.service.writer import Writer
from ledger.store.directory import Community
from schema.graphql.ids import write_id


async def reports_of(writer: Writer, community: Community) -> tuple[str, str, str]:
    """Report three violations of ana's; confirm two, and appeal against one of those."""
    commands = [RecordViolation(key=f"v{number}", member=MemberId(1), rule="spam", by="k") for number in range(3)]
    found = [Position(answer.position) for answer in await writer.submit(community, commands)]  # type: ignore[union-attr]  # they are sound
    for position in found[1:]:
        await writer.submit(community, [ResolveViolation(position=position, action=None, by="k")])
    await writer.submit(community, [AppealViolation(position=found[2], member=MemberId(1), text="no")])
    first, second, third = (str(write_id("Violation", community.id, position)) for position in found)
    return first, second, third
