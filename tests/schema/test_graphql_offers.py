"""Offers and the playbook over GraphQL: value first, then rarely; what happened ticks what was to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.core.values import DAY
from ledger.service.communities import seeds
from ledger.service.rulebooks import read
from ledger.service.writer import Writer
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.schema.api import Api, served
from tests.schema.asker import Asker, event, live, member, operator
from tests.service.sayings import assert_whole

RULEBOOK = """\
community: {tz: Asia/Shanghai}
creates: {answer.posted: answer}
units: {points: {}}
rules:
  - {id: answer, event: answer.posted, amount: 3}
tiers:
  circle:
    every: day@04:00
    levels:
      - {id: newcomer}
      - {id: ordinary, enter: {all: [{metric: points.earned, in: 90d, gte: 3}]}, stay: forever}
offers:
  launch:
    audience: [ordinary]
    url: https://example.org/launch
    after_value: {any: [{metric: value_received, in: 14d, gte: 2}]}
    at_most: [{count: 1, per: 14d, by: [member]}]
    names: {zh-CN: 新课发布, en: The launch}
playbook:
  - {stage: founding, id: intros, due: 3d, done_by: member.introduced, names: {zh-CN: 自我介绍, en: Introductions}}
  - {stage: daily, id: stories, every: 14d, done_by: story.featured}
  - {stage: conversion, id: offer, after: {health: [lively]}, done_by: offer.shown}
  - {stage: tiering, id: core, after: {members: {gte: 4}}, done_by: tier.reached}
"""
OFFERS = "{ me { offers { id code title url available blocks explanation nextAt perk { code } } } }"
SHOW = """mutation ($id: ID!, $key: String!) { showOffer(offerId: $id, idempotencyKey: $key) {
  offer { available blocks nextAt } userErrors { code message params } } }"""
TAKE = """mutation ($id: ID!, $key: String!) { takeOffer(offerId: $id, idempotencyKey: $key) {
  offer { code } userErrors { code } } }"""
CREATE = """mutation ($code: String!, $text: String!) {
  createOffer(community: "garden", input: {code: $code, title: [{locale: "en", text: $text}]}) {
    offer { code title } userErrors { code } } }"""
RETIRE = "mutation ($id: ID!) { retireOffer(offerId: $id) { userErrors { code } } }"
PLAYBOOK = """{ community(slug: "garden") { playbook {
  id code stage title why dueOn done doneAt doneBy { displayName } } } }"""
TICK = "mutation ($id: ID!, $done: Boolean!) { tickPlaybook(taskId: $id, done: $done) { userErrors { code } } }"


@pytest.fixture
async def garden(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a community where ana answered, and bo and cai are there to thank her."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=RULEBOOK)
    await writer.submit(place, list(seeds(read(RULEBOOK))))
    async with served(database, writer, clock, place) as api:
        await live(api, [event(f"hello-{name}", "member.hello", name) for name in ("ana", "bo", "cai")])
        await live(api, [event("a1", "answer.posted", "ana", subject="a1")])
        yield api


async def offer(asker: Asker, code: str = "launch") -> dict[str, Any]:
    """Return one offer as a member sees it."""
    return next(dict(one) for one in (await asker.ask(OFFERS))["me"]["offers"] if one["code"] == code)


async def thank(api: Api, time: str) -> None:
    """Let bo and cai thank ana."""
    thanks = [event(f"{time}-{name}", "reaction.added", name, subject="a1") for name in ("bo", "cai")]
    await live(api, thanks)


async def test_an_offer_waits_for_value_and_then_comes_rarely(garden: Api, clock: Clock) -> None:
    ana, bo = await member(garden, "ana"), await member(garden, "bo")
    waits = await offer(ana)
    assert (waits["title"], waits["available"], waits["blocks"]) == ("The launch", False, ["NO_VALUE_YET"])
    assert waits["perk"] is None
    assert waits["explanation"] == "Value comes first: they have not had enough here yet."
    assert (await offer(ana.speaking("zh-CN")))["title"] == "新课发布"
    assert (await offer(bo))["blocks"] == ["NOT_IN_AUDIENCE", "NO_VALUE_YET"]
    [refused] = (await ana.ask(SHOW, id=waits["id"], key="one"))["showOffer"]["userErrors"]
    assert (refused["code"], refused["params"]["gate"]) == ("OFFER_CLOSED", "NO_VALUE_YET")
    await thank(garden, "first")
    assert (await offer(ana))["available"] is True
    shown = (await ana.ask(SHOW, id=waits["id"], key="one"))["showOffer"]
    assert (shown["userErrors"], shown["offer"]["blocks"]) == ([], ["SHOWN_RECENTLY"])
    assert shown["offer"]["nextAt"] == "2026-12-06T16:00:00.000Z"
    assert (await ana.ask(SHOW, id=waits["id"], key="one"))["showOffer"]["userErrors"] == []
    [again] = (await ana.ask(SHOW, id=waits["id"], key="two"))["showOffer"]["userErrors"]
    assert again["code"] == "OFFER_CLOSED"
    taken = (await ana.ask(TAKE, id=waits["id"], key="t"))["takeOffer"]
    assert taken == {"offer": {"code": "launch"}, "userErrors": []}
    clock.advance(14 * DAY)
    await thank(garden, "second")
    ana = await member(garden, "ana")  # the session of two weeks ago is over
    assert (await offer(ana))["available"] is True
    await assert_whole(garden.ledger.database, garden.community.id)


async def test_an_operator_puts_up_renames_and_retires_offers(garden: Api) -> None:
    boss, ana = await operator(garden), await member(garden, "ana")
    made = (await boss.ask(CREATE, code="sale", text="A sale"))["createOffer"]
    assert made == {"offer": {"code": "sale", "title": "A sale"}, "userErrors": []}
    await boss.ask(CREATE, code="launch", text="Liftoff")
    assert [(await offer(ana, code))["title"] for code in ("launch", "sale")] == ["Liftoff", "A sale"]
    await boss.ask(RETIRE, id=(await offer(ana, "sale"))["id"])
    assert [one["code"] for one in (await ana.ask(OFFERS))["me"]["offers"]] == ["launch"]
    await assert_whole(garden.ledger.database, garden.community.id)


async def test_an_offer_says_which_perk_it_is_about(garden: Api) -> None:
    boss, ana = await operator(garden), await member(garden, "ana")
    put = """mutation { createPerk(community: "garden", input: {code: "seat",
        title: [{locale: "en", text: "A seat"}], cost: 2, kind: SESSION, fulfilment: MANUAL}) {
        perk { id } userErrors { code } } }"""
    seat = (await boss.ask(put))["createPerk"]["perk"]["id"]
    offers = """mutation ($perk: ID!) { createOffer(community: "garden", input: {code: "last-seats",
        title: [{locale: "en", text: "The last seats"}], perkId: $perk}) {
        offer { perk { id } } userErrors { code } } }"""
    made = (await boss.ask(offers, perk=seat))["createOffer"]
    assert made == {"offer": {"perk": {"id": seat}}, "userErrors": []}
    asked = "{ me { offers { code perk { code title forMe { canRedeem } } } } }"
    seen = {"code": "seat", "title": "A seat", "forMe": {"canRedeem": True}}
    assert (await ana.ask(asked))["me"]["offers"] == [
        {"code": "last-seats", "perk": seen},
        {"code": "launch", "perk": None},
    ]


async def test_the_playbook_is_ticked_by_what_happens_and_by_hand(garden: Api, clock: Clock) -> None:
    boss = await operator(garden)

    async def tasks() -> dict[str, dict[str, Any]]:
        found = (await boss.ask(PLAYBOOK))["community"]["playbook"]
        return {one["code"]: one for one in found}

    before = await tasks()
    assert [(one["stage"], one["done"], one["dueOn"]) for one in before.values()] == [
        ("FOUNDING", False, "2026-11-26"),
        ("DAILY", False, "2026-12-07"),
        ("CONVERSION", False, None),
        ("TIERING", True, None),
    ]
    assert before["intros"]["title"] == "Introductions"
    await live(garden, [event("i1", "member.introduced", "dan"), event("s1", "story.featured", subject="a1")])
    after = await tasks()
    assert [after[name]["done"] for name in ("intros", "stories", "core")] == [True, True, True]
    assert after["intros"]["doneBy"] == {"displayName": "dan"}
    clock.advance(15 * DAY)
    assert [(await tasks())[name]["done"] for name in ("stories", "intros")] == [False, True]
    assert (await boss.ask(TICK, id=after["offer"]["id"], done=True))["tickPlaybook"]["userErrors"] == []
    assert (await tasks())["offer"]["done"] is True
    await boss.ask(TICK, id=after["offer"]["id"], done=False)
    assert (await tasks())["offer"]["done"] is False
    await assert_whole(garden.ledger.database, garden.community.id)


async def test_bad_input_is_named_and_nothing_is_written(garden: Api) -> None:
    boss, ana = await operator(garden), await member(garden, "ana")
    head = len((await boss.ask('{ community(slug: "garden") { journal { position } } }'))["community"]["journal"])
    launch = (await offer(ana))["id"]
    for query, variables, code, path in (
        (SHOW, {"id": launch, "key": ""}, "TEXT_INVALID", ["idempotencyKey"]),
        (TAKE, {"id": launch, "key": "a\x07"}, "TEXT_INVALID", ["idempotencyKey"]),
        (TAKE, {"id": "nonsense", "key": "k"}, "OFFER_UNKNOWN", ["offerId"]),
    ):
        found = (
            await ana.ask(query.replace("userErrors { code", "userErrors { path code"), **variables)
        ).popitem()[1]
        assert [(one["code"], one["path"]) for one in found["userErrors"]] == [(code, path)]
    for more, code, path in (
        ('code: "", title: []', "TEXT_INVALID", ["input", "code"]),
        ('code: "x", title: [{locale: "en", text: ""}]', "TEXT_INVALID", ["input", "title"]),
        ('code: "x", title: [], perkId: "nonsense"', "PERK_UNKNOWN", ["input", "perkId"]),
    ):
        query = (
            f'mutation {{ createOffer(community: "garden", input: {{{more}}}) {{ userErrors {{ code path }} }} }}'
        )
        found = (await boss.ask(query))["createOffer"]["userErrors"]
        assert found == [{"code": code, "path": path}]
    after = (await boss.ask('{ community(slug: "garden") { journal { position } } }'))["community"]["journal"]
    assert len(after) == head
