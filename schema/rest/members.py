"""What bots ask for their members: their points, a link that signs them in, why an event paid."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from ledger.core.books.shelf import Account
from ledger.core.progress import Mark, Progress
from ledger.core.rulebook.grammar import Unit
from ledger.core.values import LARGEST_POINTS, MemberId, Position
from ledger.core.violations import AboutViolation
from ledger.service import reading
from ledger.service.access import Scope
from ledger.service.ledger import Ledger
from ledger.service.links import link_token
from ledger.service.rulebooks import published
from ledger.store.directory import Community
from ledger.store.reads.journal import Stored, by_key, by_positions
from ledger.store.reads.members import profile
from ledger.store.reads.names import member_by_identity
from ledger.words.progress import Speech
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
    name: str = Field(description="What the unit is called.")
    scale: int = Field(description="Decimals of a whole unit.")
    balance: int
    available: int
    held: int
    pending: int
    earned: int


class Requirement(BaseModel):
    """One thing that the next level asks, and how far the member is."""

    metric: str
    label: str
    current: int
    target: int
    unit: str = Field(description="What is counted: a unit's code in minor units, `day` or `count`.")
    met: bool


class Level(BaseModel):
    """A member's level on one ladder, and the next one."""

    ladder: str
    level: str | None
    name: str | None = Field(description="What the level is called.")
    next: str | None
    at: int | None = Field(description="Minor units at which the next level begins, on a ladder by threshold.")
    missing: int | None = Field(description="How many are missing for it.")
    fraction: float = Field(description="How much of what the next asks is there, 0 to 1.")
    summary: str = Field(description="What is nearest to be done.")
    keeps_until: str | None = Field(description="The local day on which it is lost unless more is done.")
    requirements: list[Requirement]


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
    language: Locale,
) -> MemberView:
    """A member's points and levels, for a bot that answers "my points"."""
    place = known.community.id
    number = await found(ledger, known.community, identity)
    versions, at = await published(ledger.database, place), ledger.clock()
    rulebook = versions.at(at).rulebook
    accounts = (await reading.accounts(ledger.database, place, versions, [number], at=at)).get(number, {})
    progresses = await reading.progresses(ledger.database, place, versions, [number], at=at)
    shown = await profile(ledger.database, place, number)
    assert shown is not None
    speech = Speech(rulebook, language)
    return MemberView(
        member=identity,
        name=shown.name,
        joined_at=write_time(shown.joined_at),
        balances=[_points(unit, accounts.get(unit.code, Account()), speech) for unit in rulebook.units],
        tiers=[_level(progresses[number][ladder.code], speech) for ladder in rulebook.ladders],
    )


def _points(unit: Unit, account: Account, speech: Speech) -> Points:
    return Points(
        unit=unit.code,
        name=speech.unit(unit.code),
        scale=unit.scale,
        balance=account.balance,
        available=account.available,
        held=account.held,
        pending=account.pending,
        earned=account.earned,
    )


def _level(one: Progress, speech: Speech) -> Level:
    by_threshold = one.next is not None and bool(one.ladder.measure)
    until = one.keeps_until
    return Level(
        ladder=one.ladder.code,
        level=one.current.code if one.current else None,
        name=speech.level(one.current) if one.current else None,
        next=one.next.code if one.next else None,
        at=one.next.threshold if one.next and by_threshold else None,
        missing=sum(mark.missing for mark in one.nearest) if by_threshold else None,
        fraction=float(one.fraction),
        summary=speech.summary(one),
        keeps_until=date.fromordinal(until).isoformat() if until is not None else None,
        requirements=[_requirement(mark, speech) for mark in (one.enter.leaves if one.enter else ())],
    )


def _requirement(mark: Mark, speech: Speech) -> Requirement:
    return Requirement(
        metric=mark.asked.metric,
        label=speech.label(mark.asked),
        current=mark.current,
        target=mark.target,
        unit=speech.counted_in(mark.asked),
        met=mark.met,
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
    id: Annotated[Plain | None, Query(description="The event's id, as its sender gave it.")] = None,
    source: Annotated[Plain | None, Query(description="Its source; with its id.")] = None,
    position: Annotated[
        int | None, Query(ge=1, le=LARGEST_POINTS, description="Its position, instead of id and source.")
    ] = None,
) -> Explanation:
    """Explain one event, in zh-CN or en by Accept-Language."""
    place = known.community.id
    if position is not None and id is None and source is None:
        events = list((await by_positions(ledger.database, place, [Position(position)])).values())
    elif position is None and id is not None and source is not None:
        events = await by_key(ledger.database, place, id, source)
    else:
        raise Refused(Problem(404, "EVENT_UNKNOWN", "name an event by its id and source, or by its position"))
    if not events or not _may_read(known, events[0]):
        raise Refused(Problem(404, "EVENT_UNKNOWN", "there is no such event"))
    [one] = events
    return Explanation(
        id=one.event.key,
        source=one.event.source,
        position=one.event.position,
        sentences=await explanation(
            ledger, known.community, one, language, operates=known.caller.may(Scope.CONSOLE)
        ),
    )


def _may_read(known: Known, one: Stored) -> bool:
    """Say whether a key may be told of an event: reports about members are for those who read the log."""
    return not isinstance(one.event.fact, AboutViolation) or known.caller.may(Scope.LEDGER_READ)
