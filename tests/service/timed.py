"""A community whose points wait and expire and whose levels are judged daily, for tests of what time does."""

from __future__ import annotations

from ledger.core.books.offers import PLAYBOOK, write_tasks
from ledger.core.commands import (
    Command,
    PutOffer,
    PutPerk,
    RecordViolation,
    RedeemPerk,
    ResolveViolation,
    SetCommunity,
)
from ledger.core.decide.redeeming import WELCOME
from ledger.core.members.commands import MergeMembers, SetBuddy
from ledger.core.rhythm.activities import (
    ActivityTerms,
    Answer,
    AnswerActivity,
    RecordAttendance,
    ScheduleActivity,
)
from ledger.core.rhythm.rounds import CloseRound, OpenRound, commitment
from ledger.core.rulebook.grammar.catalogue import OfferTerms, PerkTerms, Stage, Task
from ledger.core.values import DAY, HOUR, MemberId, Micros, Position, identity
from ledger.service.ledger import Ledger
from ledger.service.writer import Writer
from ledger.settings import Settings
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests.clock import NOON, Clock
from tests.rulebooks import begin
from tests.service.sayings import SOURCE, positions, said

RULEBOOK = """\
preset: timed
community: {tz: UTC}
units: {points: {floor: 0, claw: debt, expire: {after: 10d}}}
creates: {share.posted: share}
rules:
  - {id: hello, event: member.hello, amount: 5}
  - {id: share, event: share.posted, amount: 8, pending: 2h, caps: [{points: 20, per: day}],
     undo_on: [share.removed]}
  - {id: thanked, event: thanks.given, to: share.author, amount: 2, undo_on: [thanks.taken]}
tiers:
  circle:
    every: day@04:00
    lockable: true
    levels:
      - {id: newcomer}
      - id: regular
        enter: {all: [{metric: points.earned, in: 3d, gte: 15}]}
        stay: {low_water: 0.5, grace: 1d}
        grants: ['group:regulars']
"""
DEARER = RULEBOOK.replace("amount: 5}", "amount: 6}")


async def begun(database: Database, writer: Writer, rulebook: str = RULEBOOK) -> Community:
    """Begin the community."""
    return await begin(database, writer, rulebook=rulebook)


async def lively(writer: Writer, community: Community, clock: Clock) -> None:
    """Three members over two days: hellos, shares that wait, a thanks, an undo."""
    for day in range(2):
        for number, name in enumerate(("ana", "ben", "cyd")):
            hello = said(f"hello-{day}-{name}", "member.hello", by=name)
            share = said(f"share-{day}-{name}", "share.posted", by=name, subject=f"share/{day}/{name}")
            await writer.submit(community, [hello, share][: 2 - (number == 2)])
            clock.advance(HOUR)
        thanks = said(f"thanks-{day}", "thanks.given", by="ben", subject=f"share/{day}/ana")
        await writer.submit(community, [thanks])
        clock.advance(DAY - 3 * HOUR)
    removed = said("removed", "share.removed", by="ben", subject="share/0/ben")
    await writer.submit(community, [removed])


def ledger(database: Database, writer: Writer, clock: Clock) -> Ledger:
    """Return the ledger that acts stand on."""
    return Ledger(Settings(), database, writer, clock)


def days(number: int) -> Micros:
    """Return so many days in microseconds."""
    return Micros(number * DAY)


BUSY = (
    RULEBOOK.replace(
        "rules:\n", "rules:\n  - {id: intro, event: member.introduced, amount: 1, once_per: [member]}\n"
    )
    + "violations: {spam: {steps: [{warn: true, points: -1, no_earning: 1h}]}}\n"
    + "streaks:\n  - {id: days, per: day, from: [hello], reward: {2: 3}}\n"
)


SHOP: tuple[Command, ...] = (
    PutPerk(terms=PerkTerms(code="tea", cost=1, stock=3, reserve_for=Micros(HOUR)), by="tests"),
    SetCommunity(name=WELCOME, value="tea", by="tests"),
    PutOffer(terms=OfferTerms(code="launch", perk="tea"), by="tests"),
    SetCommunity(
        name=PLAYBOOK, value=write_tasks((Task(id="hi", stage=Stage.DAILY, done_by="member.hello"),)), by="tests"
    ),
    RedeemPerk(key="r1", perk="tea", member=identity("ana", source=SOURCE), by="tests"),
)


TOLD = (
    said("story", "story.submitted", by="ana", subject="story/1"),
    said("featured", "story.featured", subject="story/1"),
    said("thanked", "reaction.added", by="ben", subject="story/1"),
)
"""A story that everybody sees, and thanks for it."""

SEED = "5e" * 32
PLAYED: tuple[Command, ...] = (
    OpenRound(code="chain", title="A chain", commitment=commitment(SEED), by="tests"),
    said("entered", "round.entered", by="ben", subject="chain"),
    CloseRound(key="k", code="chain", seed=SEED, by="tests", draw=1),
)
"""A round with one winner drawn."""

WALK = ActivityTerms(
    code="walk", kind="walk", starts_at=Micros(NOON), length=HOUR, rule="FREQ=DAILY;BYHOUR=12;BYMINUTE=0;BYSECOND=0"
)
WALKED: tuple[Command, ...] = (
    ScheduleActivity(terms=WALK, by="tests"),
    AnswerActivity(activity="walk/2026-11-23T12:00:00Z", member=MemberId(1), answer=Answer.GOING),
    RecordAttendance(activity="walk/2026-11-23T12:00:00Z", members=(MemberId(1),), by="tests"),
)
"""A walk that somebody wanted to come to, and came to."""


async def busy(database: Database, writer: Writer, clock: Clock) -> Community:
    """Begin a community and let happen what puts a row into every book, in a garden of which one tells."""
    community = await begun(database, writer, BUSY)
    await writer.submit(community, [said("intro", "member.introduced", by="ana")])
    await writer.submit(community, SHOP)
    await writer.submit(community, TOLD)
    await writer.submit(community, PLAYED)
    await writer.submit(community, WALKED)
    await lively(writer, community, clock)
    report = RecordViolation(key="v", member=MemberId(1), rule="spam", by="key:k", evidence="seen")
    (reported,) = positions(await writer.submit(community, [report]))
    await writer.submit(community, [ResolveViolation(position=Position(reported), action=None, by="key:k")])
    one_person = MergeMembers(into=MemberId(1), gone=MemberId(2), by="key:k", reason="the same phone")
    await writer.submit(community, [SetBuddy(member=MemberId(3), buddy=MemberId(1), by="key:k"), one_person])
    return community
