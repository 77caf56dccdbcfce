"""A member's page: what came and why on one line, in their language; the rest folded; older ones behind a link."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from ledger.service.links import SignedIn, session_token
from ledger.store.reads.members import latest_positions
from ledger.store.reads.names import member_by_identity
from schema.app import create_app
from tests.seed.conftest import Made

LEAD = re.compile(r'<p class="lead"><b>([^<]+)</b> ([^<]+)</p>')
OLDER = re.compile(r'href="(/\?before=\d+)"')


class Reader:
    """林夏, who reads her page."""

    def __init__(self, client: httpx2.AsyncClient, signed: SignedIn, session: str) -> None:
        self.client = client
        self.signed = signed
        self.session = session

    async def reads(self, where: str = "/", *, language: str = "en") -> str:
        headers = {"cookie": f"ledger_session={self.session}", "accept-language": language}
        answer = await self.client.get(where, headers=headers)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
async def reader(made: Made) -> AsyncIterator[Reader]:
    community = made.demo.community
    member = await member_by_identity(made.ledger.database, community.id, "wechat", "lin-xia")
    assert member is not None
    signed = SignedIn(community, member)
    app = create_app(ledger=made.ledger)
    async with (
        app.inner.router.lifespan_context(app.inner),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://ledger.test") as client,
    ):
        yield Reader(client, signed, session_token(signed, at=made.ledger.clock()).text)


async def test_an_entry_leads_with_the_points_what_for_and_the_local_time(reader: Reader) -> None:
    leads = LEAD.findall(await reader.reads())
    assert leads
    for points, rest in leads:
        assert re.fullmatch(r"[+−]\d+(\.\d+)?( \w+)?", points)
        assert re.fullmatch(r".+ · \d{1,2} [A-Z][a-z]{2} \d{2}:\d{2}", rest)
    chinese = LEAD.findall(await reader.reads(language="zh-CN"))
    assert [points for points, _ in chinese] == [points for points, _ in leads]
    assert [
        rest for _, rest in chinese if not re.fullmatch(r"[^a-z]+ · \d{1,2}月\d{1,2}日 \d{2}:\d{2}", rest)
    ] == []


async def test_what_the_event_was_is_folded_and_no_script_is_needed(reader: Reader) -> None:
    page = await reader.reads()
    assert "<script" not in page
    open_ = re.sub(r"<details>.*?</details>", "", page.replace("\n", ""))
    assert LEAD.search(open_)
    assert "judged by version" not in open_
    assert "judged by version" in page


async def test_older_ones_are_behind_a_link_until_there_are_no_more(made: Made, reader: Reader) -> None:
    known = await latest_positions(
        made.ledger.database, reader.signed.community.id, reader.signed.member, first=10_000
    )
    where, seen, pages = "/", 0, 0
    while True:
        page = await reader.reads(where)
        seen, pages = seen + page.count(", position "), pages + 1
        older = OLDER.search(page)
        if older is None:
            break
        where = older[1]
    assert seen == len(known)
    assert pages == -(-seen // 10) > 1


async def test_what_gave_nothing_is_folded_together(reader: Reader) -> None:
    where, folded = "/", 0
    while True:
        page = await reader.reads(where)
        for section in page.split("<section>")[1:]:
            folded += section.startswith("<details><summary>Without points: ")
        older = OLDER.search(page)
        if older is None:
            break
        where = older[1]
    assert folded
