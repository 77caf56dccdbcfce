"""`POST /v1/redemptions`: once per key, refusals included, in the order in which a redemption is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from ledger.core.perks.blocks import Block
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkLimit
from ledger.core.values import DAY, MINUTE, Micros
from ledger.service.access import Scope
from ledger.service.redeeming import add_codes
from ledger.service.verify import verify
from ledger.service.writer import Writer
from ledger.store.engine import Database
from schema.problems import BLOCKS
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.house.tree import ROOT
from tests.schema.api import Api, served
from tests.stall import RULEBOOK, Stall


@pytest.fixture
async def api(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """The server of a community with a stall; its key may redeem for members."""
    community = await rulebooks.begin(database, writer, rulebook=RULEBOOK)
    async with served(database, writer, clock, community) as api:
        api.bearer = await api.key({Scope.REDEMPTIONS_WRITE})
        yield api


@pytest.fixture
async def stall(api: Api) -> Stall:
    """The stall; ana has 100 points, bo none."""
    stall = Stall(api.ledger, api.community)
    await stall.earn("ana")
    await stall.earn("bo", amount=0)
    return stall


async def _redeem(api: Api, key: str | None = "k", *, bearer: str | None = None, **body: Any) -> httpx2.Response:
    headers = {"authorization": f"Bearer {bearer or api.bearer}"}
    headers |= {} if key is None else {"idempotency-key": key}
    asked = {"perk": "seat", "member": "chat:ana", **body}
    return await api.client.post("/v1/redemptions", json=asked, headers=headers)


async def test_a_perk_is_asked_for_and_its_price_is_held(api: Api, stall: Stall) -> None:
    await stall.put(cost=80, reserve_for=Micros(15 * MINUTE))
    answer = await _redeem(api, expected_cost=80, note="By the window")
    assert (answer.status_code, "idempotency-replayed" in answer.headers) == (200, False)
    told = answer.json()
    assert told["redemption"] == {
        "code": f"R-{told['position']}",
        "perk": "seat",
        "member": "chat:ana",
        "status": "REQUESTED",
        "unit": "points",
        "cost": 80,
        "hold_until": "2026-11-23T12:15:00.000005Z",
    }
    [entry] = told["entries"]
    assert (entry["rule"], entry["reason"], entry["delta"], entry["balance"]) == ("perk:seat", "REDEMPTION", 0, 100)
    assert told["decisions"][0]["outcome"] == "HELD"


async def test_a_code_is_handed_out_at_once_and_not_told_to_the_bot(api: Api, stall: Stall) -> None:
    await stall.put(cost=80, fulfilment=Fulfilment.CODE)
    await add_codes(api.ledger, api.community, "seat", ["canary-code"], by="cli")
    answer = await _redeem(api)
    assert answer.json()["redemption"]["status"] == "FULFILLED"
    assert answer.json()["entries"][0]["balance"] == 20
    assert "canary-code" not in answer.text


async def test_the_same_key_and_content_is_the_same_answer_whatever_came_between(api: Api, stall: Stall) -> None:
    await stall.put(cost=80, stock=1)
    first = await _redeem(api)
    refused = await _redeem(api, "other")
    assert (refused.status_code, refused.json()["code"]) == (409, "SOLD_OUT")
    await stall.put(cost=5, stock=9)
    other_key = await api.key({Scope.REDEMPTIONS_WRITE})
    for key, before in (("k", first), ("other", refused)):
        again = await _redeem(api, key, bearer=other_key)
        assert (again.status_code, again.content) == (before.status_code, before.content)
        assert again.headers["idempotency-replayed"] == "true"
        assert again.headers["content-type"] == before.headers["content-type"]
    assert (await _redeem(api, "third")).status_code == 200
    assert (await verify(api.ledger.database, api.community.id)).differences == []


@pytest.mark.parametrize("other", [{"note": "x"}, {"perk": "else"}, {"member": "chat:bo"}, {"expected_cost": 80}])
async def test_the_same_key_with_other_content_is_refused(api: Api, stall: Stall, other: dict[str, Any]) -> None:
    await stall.put(cost=80)
    await stall.put("else", cost=0)
    assert (await _redeem(api)).status_code == 200
    answer = await _redeem(api, **other)
    assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_CONFLICT")


@pytest.mark.parametrize("key", [None, "", " ", "x" * 256, "a b"])
async def test_a_key_is_needed(api: Api, stall: Stall, key: str | None) -> None:
    await stall.put(cost=80)
    answer = await _redeem(api, key)
    assert (answer.status_code, answer.json()["code"]) == (400, "IDEMPOTENCY_KEY_MISSING")


@pytest.mark.parametrize(
    ("terms", "body", "block", "pointer"),
    [
        ({"starts_at": Micros(NOON + DAY)}, {}, Block.NOT_STARTED, "/perk"),
        ({"ends_at": NOON}, {}, Block.ENDED, "/perk"),
        ({"tiers": ("core",)}, {}, Block.TIER_TOO_LOW, "/perk"),
        ({"limit": PerkLimit(count=0)}, {}, Block.LIMIT_REACHED, "/perk"),
        ({"stock": 0}, {}, Block.SOLD_OUT, "/perk"),
        ({"cost": 5}, {"expected_cost": 4}, Block.PRICE_CHANGED, "/expected_cost"),
        ({"cost": 5}, {"member": "chat:bo"}, Block.NOT_ENOUGH_POINTS, "/perk"),
    ],
)
async def test_what_stands_between_is_told_with_what_to_do(
    api: Api, stall: Stall, terms: dict[str, Any], body: dict[str, Any], block: Block, pointer: str
) -> None:
    await stall.put(**terms)
    answer = await _redeem(api, **body)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert (problem["code"], problem["detail"]) == (block.value, BLOCKS[block][1])
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"perk": "boat"}, 404, "PERK_UNKNOWN"),
        ({"member": "chat:nobody"}, 404, "MEMBER_UNKNOWN"),
        ({"member": "ana"}, 422, "INVALID_REQUEST"),
        ({"perk": ""}, 422, "INVALID_REQUEST"),
        ({"perk": "a\u0000"}, 422, "INVALID_REQUEST"),
        ({"note": "a\u0000"}, 422, "INVALID_REQUEST"),
        ({"expected_cost": -1}, 422, "INVALID_REQUEST"),
        ({"expected_cost": "80"}, 422, "INVALID_REQUEST"),
        ({"given": True}, 422, "INVALID_REQUEST"),
    ],
)
async def test_what_cannot_be_asked_for_writes_nothing_and_uses_no_key_up(
    api: Api, stall: Stall, body: dict[str, Any], status: int, code: str
) -> None:
    await stall.put(cost=80)
    answer = await _redeem(api, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await _redeem(api)).status_code == 200


def test_every_block_is_told_and_documented() -> None:
    assert set(BLOCKS) == set(Block)
    documented = (ROOT / "docs/events.md").read_text("utf-8")
    assert [block for block in Block if f"`{block}`" not in documented] == []
