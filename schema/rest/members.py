"""What bots ask for their members: their points, a link that signs them in, why an event paid."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from ledger.core.books.shelf import Account
from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.service.ledger import Ledger
from ledger.service.links import link_token
from ledger.service.rulebooks import current
from ledger.store.directory import Community
from ledger.store.reads.balances import accounts_of
from ledger.store.reads.journal import by_key
from ledger.store.reads.members import profile, tiers_of
from ledger.store.reads.names import member_by_identity
from schema.access import Known
from schema.asgi import Refused
from schema.explaining import explanation
from schema.intake.cloudevents import write_time
from schema.problems import Problem
from schema.rest.caller import LedgerOf, Locale, caller
from schema.rest.documented import problems
from schema.rest.texts import IDENTITY, IdentityText, Minutes, Plain

router = APIRouter(tags=["members"])


class Points(BaseModel):
    """A member's points in one unit, in minor units."""

    unit: str
    scale: int = Field(description="Decimals of a whole unit.")
    balance: int
    available: int
    held: int
    pending: int
    earned: int


class Level(BaseModel):
    """A member's level on one ladder, and the next one."""

    ladder: str
    level: str | None
    next: str | None
    at: int | None = Field(description="Minor units of the ladder's measure at which the next level begins.")
    missing: int | None = Field(description="How many are missing for it.")


class MemberView(BaseModel):
    """A member, for a bot that answers "my points"."""

    member: str
    name: str
    joined_at: str
    balances: list[Points]
    tiers: list[Level]


async def found(ledger: Ledger, community: Community, spelled: str) -> MemberId:
    """Return whom an identity names.

    Raises:
        Refused: 404, nobody.
    """
    platform, _, external_id = spelled.partition(":")
    member = await member_by_identity(ledger.database, community.id, platform, external_id)
    if member is None:
        raise Refused(Problem(404, "MEMBER_UNKNOWN", "nobody here goes by this identity"))
    return member


@router.get(
    "/v1/members/{identity}",
    operation_id="getMember",
    response_model=MemberView,
    responses=problems(401, 403, 404, 422, 429),
)
async def member(
    identity: Annotated[str, Path(max_length=256, pattern=IDENTITY, description="`platform:external-id`.")],
    ledger: LedgerOf,
    known: Annotated[Known, Depends(caller(Scope.MEMBERS_READ))],
) -> MemberView:
    """A member's points and levels, for a bot that answers "my points"."""
    place = known.community.id
    number = await found(ledger, known.community, identity)
    rulebook = await current(ledger.database, place)
    accounts = await accounts_of(ledger.database, place, number)
    levels = await tiers_of(ledger.database, place, number)
    shown = await profile(ledger.database, place, number)
    assert shown is not None
    balances = [(unit, accounts.get(unit.code, Account())) for unit in rulebook.units]
    return MemberView(
        member=identity,
        name=shown.name,
        joined_at=write_time(shown.joined_at),
        balances=[
            Points(
                unit=unit.code,
                scale=unit.scale,
                balance=account.balance,
                available=account.available,
                held=account.held,
                pending=account.pending,
                earned=account.earned,
            )
            for unit, account in balances
        ],
        tiers=[_level(ladder, levels.get(ladder.code), accounts) for ladder in rulebook.ladders],
    )


def _level(ladder: Any, level: str | None, accounts: dict[str, Account]) -> Level:
    account = accounts.get(ladder.unit, Account())
    measured = account.earned if ladder.measure == "earned" else account.balance
    following = next((one for one in ladder.levels if one.threshold > measured), None)
    return Level(
        ladder=ladder.code,
        level=level,
        next=following.code if following else None,
        at=following.threshold if following else None,
        missing=following.threshold - measured if following else None,
    )


class LinkRequest(BaseModel):
    """Whom to sign in, and for how long the link works."""

    model_config = ConfigDict(extra="forbid")

    member: IdentityText
    minutes: Minutes = 15


class Link(BaseModel):
    """A link to send to the member, and to nobody else."""

    url: str
    expires_at: str


@router.post(
    "/v1/member-links",
    operation_id="createMemberLink",
    response_model=Link,
    responses=problems(400, 401, 403, 404, 413, 415, 422, 429),
)
async def link(
    body: LinkRequest,
    request: Request,
    ledger: LedgerOf,
    known: Annotated[Known, Depends(caller(Scope.MEMBERS_LINK))],
) -> Link:
    """Make a signed, short-lived link that signs one member in: a bot sends it to the member."""
    number = await found(ledger, known.community, body.member)
    token = link_token(known.community, number, minutes=body.minutes, at=ledger.clock())
    return Link(
        url=f"{str(request.base_url).rstrip('/')}/link/{token.text}", expires_at=write_time(token.expires_at)
    )


class Explanation(BaseModel):
    """Why an event paid what it paid, and why not, in the caller's language."""

    id: str
    source: str
    position: int
    sentences: list[str]


@router.get(
    "/v1/explanations",
    operation_id="explainEvent",
    response_model=Explanation,
    responses=problems(401, 403, 404, 422, 429),
)
async def explain(
    ledger: LedgerOf,
    known: Annotated[Known, Depends(caller(Scope.MEMBERS_READ))],
    language: Locale,
    id: Annotated[Plain, Query(description="The event's id, as its sender gave it.")],  # CloudEvents' name
    source: Annotated[Plain, Query(description="Its source.")],
) -> Explanation:
    """Explain one event, in zh-CN or en by Accept-Language."""
    events = await by_key(ledger.database, known.community.id, id, source)
    if not events:
        raise Refused(Problem(404, "EVENT_UNKNOWN", "there is no event of this id from this source"))
    [one] = events
    return Explanation(
        id=id,
        source=source,
        position=one.event.position,
        sentences=await explanation(ledger, known.community, one, language),
    )
