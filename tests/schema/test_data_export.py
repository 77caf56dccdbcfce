"""Everything that is held about a member is theirs to take away, and nothing of others."""

from __future__ import annotations

import json

from ledger.core.values import MINUTE
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import Asker, id_of, live, member, operator
from tests.schema.cli import Cli

REQUEST = """mutation ($id: ID) { requestDataExport(memberId: $id) { url expiresAt
    userErrors { code path message } } }"""


async def _document(api: Api, asker: Asker, id_: str | None = None) -> tuple[dict[str, object], str]:
    payload = (await asker.ask(REQUEST, id=id_))["requestDataExport"]
    assert payload["userErrors"] == []
    answer = await api.client.get(payload["url"])
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    return dict(answer.json()), str(payload["url"])


async def test_a_member_takes_away_what_is_theirs_and_no_name_of_others(api: Api, clock: Clock) -> None:
    await live(api)
    ana = await member(api, "ana")
    document, url = await _document(api, ana)
    assert document["profile"] == [{"member": 1, "display_name": "Ana 安"}]
    assert [row["external_id"] for row in document["identity"]] == ["ana"]  # type: ignore[attr-defined]
    events = {one["key"]: one for one in document["events"]}  # type: ignore[attr-defined]
    assert events["t1"]["texts"] == {"title": "Hello", "body": "Hi, all"}
    assert [made["granted"] for made in events["like-1"]["decisions"]] == [3]
    assert "in-1" not in events, "what cai did alone is not hers"
    text = json.dumps(document, ensure_ascii=False)
    assert '"bo"' not in text
    assert '"cai"' not in text
    clock.advance(16 * MINUTE)
    void = await api.client.get(url)
    assert (void.status_code, void.json()["code"]) == (401, "LINK_VOID")


async def test_operators_may_ask_for_anybody_and_others_only_for_themselves(api: Api) -> None:
    await live(api)
    bo, id_ = await member(api, "bo"), await id_of(api, "ana")
    document, _ = await _document(api, await operator(api), id_)
    assert document["members"] == [1]
    assert await bo.codes(REQUEST, id=id_) == ["MISSING_SCOPE"]
    assert await Asker(api, None).codes(REQUEST) == ["UNAUTHORIZED"]
    assert await (await operator(api)).codes(REQUEST) == ["MEMBERS_ONLY"]
    session = bo.bearer or ""
    assert (await api.client.get(f"/export/{session}")).status_code == 401, "a session is no export link"


def test_the_command_line_writes_the_same(garden: Cli) -> None:
    document = json.loads(garden("members", "export", "chat:ana", "-c", "garden").ok().text)
    assert document["community"] == "garden"
    assert document["account"][0]["balance"] == 21
