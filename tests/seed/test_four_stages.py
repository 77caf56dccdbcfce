"""`docs/four-stages.md` is played on the demo: every request in it, and every answer it promises."""

from __future__ import annotations

import json

import httpx2

from ledger.service.verify import verify
from schema.app import create_app
from tests.house.tree import ROOT
from tests.seed.conftest import Made
from tests.seed.transcript import SignIn, learn, spelled, transcript

DOCUMENT = ROOT / "docs" / "four-stages.md"


async def test_the_essay_can_be_played_through_by_graphql_alone(copied: Made) -> None:
    app = create_app(ledger=copied.ledger)
    names = dict(copied.demo.keys)
    asked = 0
    async with (
        app.inner.router.lifespan_context(app.inner),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://ledger.test") as client,
    ):
        for step in transcript(DOCUMENT):
            if isinstance(step, SignIn):
                opened = await client.get(names[step.link])
                names[step.name] = opened.cookies["ledger_session"]
                client.cookies.clear()
                continue
            given = {name: names.get(value.removeprefix("$"), value) for name, value in step.variables.items()}
            headers = {"authorization": f"Bearer {names[step.caller]}", "accept-language": "en"}
            answer = await client.post("/graphql", json={"query": step.query, "variables": given}, headers=headers)
            learn(step.answer, answer.json(), names)
            found = spelled(answer.json(), names)
            assert found == spelled(step.answer, names), f"{step.query}\n{json.dumps(found, ensure_ascii=False)}"
            asked += 1
    assert asked >= 30
    found = await verify(copied.ledger.database, copied.demo.community.id)
    assert found.differences == []
