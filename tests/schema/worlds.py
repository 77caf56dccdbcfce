"""A garden with somebody in every role and something of every kind, for the tables of who may do what."""

from __future__ import annotations

from typing import NamedTuple

import httpx2

from ledger.core.books.offers import PLAYBOOK, write_tasks
from ledger.core.commands import Command, PutOffer, SetCommunity
from ledger.core.members.commands import MergeMembers
from ledger.core.rhythm.activities import ActivityTerms, ScheduleActivity
from ledger.core.rhythm.rounds import OpenRound, commitment
from ledger.core.rulebook.grammar import OfferTerms, Task
from ledger.core.rulebook.grammar.catalogue import Stage
from ledger.core.values import HOUR, SECOND, MemberId, Micros
from ledger.service.access import Scope, key_id_of
from ledger.service.links import SignedIn, session_token
from ledger.service.rounds import seed_of
from ledger.service.rulebooks import publication
from ledger.service.writer import Receipt, Writer
from ledger.store.directory import revoke_key
from ledger.store.engine import Database
from schema.graphql.ids import write_id
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.schema.accused import reports_of
from tests.schema.api import Api
from tests.schema.asker import number_of
from tests.schema.rights import HAS_KEY, MEMBER, VARIABLES
from tests.schema.story import event
from tests.stall import Stall

WALK = "FREQ=DAILY;COUNT=1;BYHOUR=20;BYMINUTE=0;BYSECOND=0"
RULEBOOK = rulebooks.SMALL.replace(
    "quotas:", "  - {id: told, event: story.told, amount: 2, pending: review}\nquotas:"
).replace(
    "tiers:",
    "tiers:\n  circle: {every: day@04:00, lockable: true,\n"
    "    levels: [{id: new}, {id: core, enter: {all: [{metric: member_for, gte: 1d}]}, grants: ['group:core']}]}",
)
RULEBOOK += "violations: {spam: {appeal: 7d, steps: [{warn: true}]}}\n"
"""The small rulebook, and something to review, to rise to, to lock, to hold and to break."""


OFFERED: list[Command] = [
    PutOffer(terms=OfferTerms(code="launch"), by="tests"),
    SetCommunity(name=PLAYBOOK, value=write_tasks((Task(id="hi", stage=Stage.DAILY),)), by="tests"),
]


class Role(NamedTuple):
    """A caller: what the table calls them, and what they send. `status` is what REST refuses them with."""

    name: str
    tags: frozenset[str]
    bearer: str | None
    status: int = 403


class World(NamedTuple):
    """A garden with ana in it, bo, who is cyd too, stories of both, an open round, and everybody who may call."""

    api: Api
    roles: list[Role]
    foreign: str
    ana: str
    bo: str
    merge: str
    key_id: str
    told: str
    story: str
    tale: str
    offer: str
    task: str
    round: str
    perk: str
    stocked: str
    redemption: str
    activity: str
    reports: tuple[str, str, str]
    """Reports of violations: one nobody decided, a strike, and one that was appealed against."""
    slug: str = "garden"

    def variables(self, fresh: str) -> dict[str, str]:
        """Return the variables of a GraphQL operation."""
        ids = {
            "member": self.ana,
            "other": self.bo,
            "merge": self.merge,
            "key": self.key_id,
            "contribution": self.told,
        }
        reports = dict(zip(("report", "strike", "appeal"), self.reports, strict=True))
        told = {"story": self.story, "tale": self.tale, "offer": self.offer, "task": self.task}
        told |= {"round": self.round, "perk": self.perk, "stocked": self.stocked, "redemption": self.redemption}
        told |= {"activity": self.activity}
        return {**ids, **reports, **told, "slug": self.slug, "fresh": fresh}

    async def graphql(self, field: str, query: str, bearer: str | None, fresh: str) -> httpx2.Response:
        """Ask one field over HTTP; a subscription by server-sent events."""
        root = field.partition(".")[0].lower()
        used = {name: type_ for name, type_ in VARIABLES.items() if f"${name}" in query}
        spelled = ", ".join(f"${name}: {type_}" for name, type_ in used.items())
        text = f"{root} ({spelled}) {query}" if spelled else f"{root} {query}"
        variables = {name: value for name, value in self.variables(fresh).items() if name in used}
        headers = {"accept": "text/event-stream" if root == "subscription" else "application/json"}
        return await self.api.client.post(
            "/graphql", json={"query": text, "variables": variables}, headers=headers_of(bearer) | headers
        )


def headers_of(bearer: str | None) -> dict[str, str]:
    """Return the headers of whoever carries that."""
    return {} if bearer is None else {"authorization": f"Bearer {bearer}"}


async def told_world(api: Api, database: Database, writer: Writer, clock: Clock) -> World:
    await api.record(event("t1", "thread.opened", "ana", subject="thread-1"))
    await writer.submit(api.community, [publication(RULEBOOK)])
    clock.advance(SECOND)
    told = await api.record(event("s1", "story.told", "ana"))
    reports = await reports_of(writer, api.community)
    stall = Stall(api.ledger, api.community)
    await stall.put("wave")
    await stall.put("few", stock=1)
    asked = await stall.redeem("ana", "wave")
    bo, merged = await _merged(api, writer)
    orchard = await rulebooks.begin(database, writer, "orchard")
    foreign = await api.key(Scope, community=orchard)
    revoked, expired = await api.key(Scope), await api.key(Scope, expires_at=Micros(NOON + SECOND))
    await revoke_key(database, api.community.id, key_id_of(revoked) or "", at=clock())
    clock.advance(2 * SECOND)
    session = session_token(SignedIn(api.community, MemberId(1)), at=clock()).text
    roles = [
        Role("nobody", frozenset(), None, 401),
        Role("a bad key", frozenset({"bad"}), "lgr_0_0_0", 401),
        Role("a revoked key", frozenset({"bad"}), revoked, 401),
        Role("an expired key", frozenset({"bad"}), expired, 401),
        Role("a member", frozenset({MEMBER}), session),
    ]
    roles += [Role(scope.value, frozenset({scope.value, HAS_KEY}), await api.key({scope})) for scope in Scope]
    ana, spare = write_id("Member", api.community.id, 1), key_id_of(await api.key())
    contribution = write_id("Contribution", api.community.id, told["position"])
    story, tale = [write_id("Story", api.community.id, await _told(api, name)) for name in ("ana", "bo")]
    await writer.submit(api.community, OFFERED)
    opening = OpenRound(code="chain", title="t", commitment=commitment(seed_of(api.community, "chain")), by="tests")
    walk = ActivityTerms(code="walk", kind="walk", starts_at=Micros(NOON), length=HOUR, rule=WALK, once=True)
    await writer.submit(api.community, [opening, ScheduleActivity(terms=walk, by="tests")])
    return World(
        api,
        roles,
        foreign,
        ana,
        bo,
        merged,
        write_id("ApiKey", api.community.id, spare or ""),
        contribution,
        story,
        tale,
        write_id("Offer", api.community.id, "launch"),
        write_id("PlaybookTask", api.community.id, "hi"),
        write_id("Round", api.community.id, "chain"),
        write_id("Perk", api.community.id, "wave"),
        write_id("Perk", api.community.id, "few"),
        write_id("Redemption", api.community.id, asked),
        write_id("Activity", api.community.id, "walk/2026-11-23T12:00:00Z"),
        reports,
    )


async def _merged(api: Api, writer: Writer) -> tuple[str, str]:
    """Make bo and cyd one person; return bo, and the merge."""
    for key, name in (("t2", "bo"), ("t3", "cyd")):
        await api.record(event(key, "hand.waved", name))
    bo, cyd = await number_of(api, "bo"), await number_of(api, "cyd")
    [receipt] = await writer.submit(api.community, [MergeMembers(into=bo, gone=cyd, by="key:k", reason="r")])
    assert isinstance(receipt, Receipt)
    return write_id("Member", api.community.id, bo), write_id("Merge", api.community.id, receipt.position)


async def _told(api: Api, name: str) -> int:
    """Let somebody tell a story that everybody sees; return where it was submitted."""
    told = await api.record(event(f"story-{name}", "story.submitted", name, subject=f"story-{name}"))
    await api.record(event(f"featured-{name}", "story.featured", subject=f"story-{name}"))
    return int(told["position"])
