"""`ledger members`: what is done about one member."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.core.members.commands import MergeMembers, UnmergeMembers
from ledger.core.refusals import Refusal
from ledger.core.values import MemberId, Position
from ledger.service.erasing import destroy, erase
from ledger.service.exporting import held_about, written
from ledger.service.ledger import Ledger
from ledger.service.writer import Receipt
from ledger.store.directory import Community
from ledger.store.reads.names import member_by_identity
from schema.cli.opening import CommunityOption, Stop, opened_community, run
from schema.problems import problem_of

app = typer.Typer(help="Members.", no_args_is_help=True)
MemberArgument = Annotated[str, typer.Argument(help="The member, as platform:id or by number as #7.")]
BY = "key:cli"
WITHOUT_END = 10**9


@app.command("erase")
def erase_member(
    member: MemberArgument,
    community: CommunityOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; there is no way back.")] = False,
) -> None:
    """Make a member nobody: names, identities and texts are destroyed; sums and hashes stay as they are."""
    if not yes:
        typer.confirm(f"Erase {member} from {community}? There is no way back", abort=True)

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            number = await member_named(ledger, found, member)
            answer = await erase(ledger.database, ledger.writer, found, number, by=BY)
            stop_at(answer)
            await destroy(ledger.database, found, most=WITHOUT_END)
        typer.echo(f"{community}: member #{number} is nobody now")

    run(work())


@app.command("export")
def export_member(
    member: MemberArgument,
    community: CommunityOption,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: the standard output.")] = None,
) -> None:
    """Write everything that is held about a member, as JSON."""

    async def work() -> bytes:
        async with opened_community(community) as (ledger, found):
            number = await member_named(ledger, found, member)
            return written(await held_about(ledger.database, found, number))

    document = run(work())
    if output is None:
        typer.echo(document.decode(), nl=False)
    else:
        output.write_bytes(document)


ReasonOption = Annotated[str, typer.Option(help="Why.")]


@app.command("merge")
def merge_members(
    into: MemberArgument, gone: MemberArgument, community: CommunityOption, reason: ReasonOption
) -> None:
    """Say that two members are one person: the first acts for both from now on."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            kept, other = await member_named(ledger, found, into), await member_named(ledger, found, gone)
            command = MergeMembers(into=kept, gone=other, by=BY, reason=reason)
            [answer] = await ledger.writer.submit(found, [command])
        if not isinstance(answer, Receipt):
            raise Stop(problem_of(answer).detail)
        typer.echo(
            f"{community}: member #{kept} acts for #{other}; undo it with: members unmerge {answer.position}"
        )

    run(work())


@app.command("unmerge")
def unmerge_members(
    position: Annotated[int, typer.Argument(help="Where the merge stands in the log.")],
    community: CommunityOption,
    reason: ReasonOption,
) -> None:
    """Undo a merge: each has what came by their own identities, less what was spent by them since."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            command = UnmergeMembers(position=Position(position), by=BY, reason=reason)
            [answer] = await ledger.writer.submit(found, [command])
        stop_at(answer)
        typer.echo(f"{community}: the merge at {position} is undone")

    run(work())


async def member_named(ledger: Ledger, community: Community, text: str) -> MemberId:
    """Return the member that an argument names.

    Raises:
        Stop: there is none.
    """
    if text.startswith("#") and text[1:].isdecimal() and len(text) < 17:
        return MemberId(int(text[1:]))
    platform, _, external_id = text.partition(":")
    number = await member_by_identity(ledger.database, community.id, platform, external_id)
    if number is None:
        raise Stop(f"there is no member {text!r} in {community.slug}: expected platform:id, or #7")
    return number


def stop_at(answer: object) -> None:
    """Stop where the ledger refused.

    Raises:
        Stop: it did; the message says why.
    """
    if isinstance(answer, Refusal):
        raise Stop(problem_of(answer).detail)
