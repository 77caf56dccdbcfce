"""Opening balances by GraphQL: good rows are taken once, bad ones are named."""

from __future__ import annotations

from ledger.service.rebuild import rebuild
from ledger.service.verify import verify
from tests.schema.api import Api
from tests.schema.asker import id_of, live, member, operator

IMPORT = """mutation ($rows: [OpeningInput!]!, $slug: String = "garden", $key: String = "old shop") {
    importOpeningBalances(community: $slug, rows: $rows, idempotencyKey: $key) {
    community { memberCount } userErrors { code path message } } }"""
ROWS = [
    {"handle": "chat:ana", "points": 120},
    {"handle": "nobody", "points": 1},
    {"handle": "chat:dan", "points": 7},
    {"handle": "chat:eva", "points": 0},
    {"handle": "chat:bo", "points": 1, "unit": "gold"},
]


async def test_bad_rows_are_named_and_the_rest_goes_on_once(api: Api) -> None:
    await live(api)
    asker = await operator(api)
    for _ in range(2):
        answer = (await asker.ask(IMPORT, rows=ROWS))["importOpeningBalances"]
        assert [(one["code"], one["path"]) for one in answer["userErrors"]] == [
            ("HANDLE_INVALID", ["rows", "1", "handle"]),
            ("NOTHING_TO_ADJUST", ["rows", "3", "points"]),
            ("UNIT_UNKNOWN", ["rows", "4", "unit"]),
        ]
    query = """query ($id: ID!) { member(id: $id) { balance { total lifetimeEarned }
        entries(kinds: [OPENING]) { edges { node { delta kind } } } } }"""
    found = (await asker.ask(query, id=await id_of(api, "dan")))["member"]
    assert found["balance"] == {"total": 12, "lifetimeEarned": 0}
    assert [edge["node"]["delta"] for edge in found["entries"]["edges"]] == [7, 5]
    whole = await verify(api.ledger.database, api.community.id)
    assert whole.differences == []
    await rebuild(api.ledger.database, api.community.id)
    assert await verify(api.ledger.database, api.community.id) == whole


async def test_it_needs_the_right_to_adjust(api: Api) -> None:
    await live(api)
    assert await (await member(api, "ana")).codes(IMPORT, rows=[]) == ["MISSING_SCOPE"]
    asker = await operator(api)
    assert await asker.refused(IMPORT, rows=[], slug="nowhere") == [("COMMUNITY_UNKNOWN", ["community"])]
    assert await asker.refused(IMPORT, rows=[], key="") == [("TEXT_INVALID", ["idempotencyKey"])]
    assert await asker.codes(IMPORT, rows=ROWS * 201) == ["TOO_MANY"]
