"""A garden in which ana and bo did everything that a member can do, with a word in it that is only about ana."""

from __future__ import annotations

from typing import NamedTuple

from ledger.core.calendar import micros, moment
from ledger.core.commands import (
    AdjustPoints,
    AppealViolation,
    MoveRedemption,
    PutOffer,
    RecordViolation,
    RedeemPerk,
    ResolveViolation,
    ReviewContribution,
    ShowOffer,
)
from ledger.core.events import RedemptionStatus
from ledger.core.rhythm.activities import ActivityTerms, Answer, AnswerActivity, ScheduleActivity
from ledger.core.rhythm.claims import SubmitClaim
from ledger.core.rhythm.rounds import OpenRound, commitment
from ledger.core.rhythm.stories import FeatureStory, ReviewStory, SubmitStory, ThankStory
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkLimit
from ledger.core.values import DAY, HOUR, MemberId, Micros, Position
from ledger.service.redeeming import add_codes, move
from ledger.service.rulebooks import read
from tests.core.whole import RULES
from tests.schema.api import Api
from tests.schema.asker import event, live, number_of
from tests.stall import Stall

SECRET = "Anastasia"
"""What nobody may read once ana is erased."""

SEED = "5e" * 32
RULEBOOK = f"""{RULES}tiers:
  circle:
    every: day@04:00
    levels:
      - {{id: newcomer, grants: ['group:lobby']}}
      - {{id: regular, enter: {{all: [{{metric: points.earned, gte: 10}}]}}, stay: forever, grants: ['group:core']}}
"""
S = RedemptionStatus


class Everywhere(NamedTuple):
    """Where what happened stands in the log."""

    ana: MemberId
    bo: MemberId
    mug: Position
    key: Position
    told: Position
    waits: Position
    report: Position
    activity: str


async def everywhere(api: Api) -> Everywhere:
    """Let ana, and bo after her, do everything."""
    stall = Stall(api.ledger, api.community)
    hellos = [
        event(f"hello-{name}", "member.hello", name, n=100, display_name=shown)
        for name, shown in (("ana", SECRET), ("bo", "Bo"), ("cai", "Cai"))
    ]
    await live(api, hellos)
    ana, bo = [await number_of(api, name) for name in ("ana", "bo")]
    now = api.ledger.clock()
    starts = micros(moment(Micros(now + DAY)).replace(microsecond=0))
    terms = ActivityTerms(
        code="walk",
        kind="walk",
        starts_at=starts,
        length=HOUR,
        rule=f"FREQ=DAILY;COUNT=1;BYHOUR={(moment(starts).hour + 8) % 24};BYMINUTE=0;BYSECOND=0",
        once=True,
        names={"en": "A walk"},
        host=ana,
        capacity=1,
    )
    activity = f"walk/{moment(starts):%Y-%m-%dT%H:%M:%SZ}"
    await stall.put("mug", cost=10, stock=2)
    await stall.put("key", cost=10, fulfilment=Fulfilment.CODE, approve=True, limit=PerkLimit(count=1, per="ever"))
    await add_codes(api.ledger, api.community, "key", ["CODE-1"], by="cli")
    await stall.do(
        ScheduleActivity(terms=terms, by="cli", join_url=f"https://meet.example/{SECRET}"),
        AnswerActivity(activity=activity, member=ana, answer=Answer.GOING),
        PutOffer(terms=read(RULEBOOK).offers[0], by="cli"),
        OpenRound(code="chain", title="A chain", commitment=commitment(SEED), by="cli"),
        AdjustPoints(key="a", member=ana, delta=5, reason=f"for {SECRET}", by="cli"),
    )
    mug, key = [await _asked(stall, ana, perk) for perk in ("mug", "key")]
    [sent] = await move(
        api.ledger, api.community, [MoveRedemption(position=mug, status=S.FULFILLED, by="cli", voucher=SECRET)]
    )
    assert hasattr(sent, "position"), sent
    await _asked(stall, ana, "mug", key="another")
    stories = await stall.do(
        *(SubmitStory(key=f"{n}", member=ana, title=SECRET, body=f"I am {SECRET}.") for n in range(2))
    )
    told, waits = [one.position for one in stories]
    declined = await stall.do(SubmitClaim(key="c", member=ana, type="share.posted", note=f"by {SECRET}"))
    await live(
        api,
        [
            event("answer", "answer.posted", "ana", subject="answer", title=SECRET),
            event("thanks", "reaction.added", "cai", subject="answer", title=f"what {SECRET} said"),
            event("shared", "message.quoted", "cai", subject="answer", excerpt=f"{SECRET} said"),
            event("in-ana", "round.entered", "ana", subject="chain"),
            event("in-bo", "round.entered", "bo", subject="chain"),
        ],
    )
    [report] = await stall.do(
        RecordViolation(key="v", member=ana, rule="advert", by="cli", evidence=f"{SECRET} wrote it")
    )
    await stall.do(
        ReviewStory(story=told, publish=True, by="cli", reason=f"well told, {SECRET}"),
        FeatureStory(story=told, featured=True, by="cli"),
        ThankStory(story=told, member=bo, thanked=True),
        ReviewContribution(position=declined[0].position, approved=False, by="cli", reason=f"no, {SECRET}"),
        ShowOffer(key="o", offer="launch", member=ana, by="cli"),
        ResolveViolation(position=report.position, action=None, by="cli", note=f"{SECRET} knows"),
        AppealViolation(position=report.position, member=ana, text=f"I, {SECRET}, did not"),
    )
    return Everywhere(ana, bo, mug, key, told, waits, report.position, activity)


async def _asked(stall: Stall, member: MemberId, perk: str, *, key: str = "") -> Position:
    command = RedeemPerk(key=key or perk, perk=perk, member=member, by="cli", note=f"for {SECRET}")
    return (await stall.do(command))[0].position
