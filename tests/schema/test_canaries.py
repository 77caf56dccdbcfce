"""Canaries: secrets and personal texts sent through every door, good, faulty and while the database breaks.

None may be seen in a log, in a problem, in what `verify` and `settings` say; no personal text in what is hashed.
"""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import structlog
from sqlalchemy import select

from ledger.core.rulebook.grammar.catalogue import Fulfilment
from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.service.links import SignedIn, link_token, session_token
from ledger.service.redeeming import add_codes
from ledger.service.verify import verify
from ledger.settings import Settings
from ledger.store.engine import Database, address
from ledger.store.tables import TABLES
from schema.graphql.ids import write_id
from schema.logs import plainly
from schema.pages.member import COOKIE
from tests.clock import Clock
from tests.schema.api import BATCH, NDJSON, STRUCTURED, Api, served
from tests.schema.cli import Cli
from tests.stall import Stall
from tests.tampering import tampered

TEXTS = {name: f"canary-{name}-Zürich-安" for name in ("display_name", "title", "excerpt", "body", "url")}
REASON = "canary-reason-安"
WHO = "canary-person-wywyz"
OTHER = "canary-other-wuwuz"
CODE = "canary-code-wywyz-77"
PASSWORD = "canary-password-77"
PERSONAL = ("canary-", "wywyz", "wuwuz", "Zürich", "\\u5b89", "安")
"""Any spelling of a personal text; also its escaped forms."""

BROKEN = ("DROP TABLE event_private", "DROP TABLE identity", "DROP TABLE entry", "DROP TABLE head")


class Log:
    """Everything that is logged, by structlog and by the standard library, as an operator sees it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        """What was logged so far."""
        return self.stream.getvalue()


@pytest.fixture
def log() -> Iterator[Log]:
    """Log as the server does, but to memory."""
    log, before = Log(), structlog.get_config()
    plainly(log.stream)
    handler = logging.StreamHandler(log.stream)
    logging.getLogger().addHandler(handler)
    yield log
    logging.getLogger().removeHandler(handler)
    structlog.configure(**before)


class Doors:
    """Every door of the server, with canaries in all that is sent."""

    def __init__(self, api: Api, log: Log, key: str, session: str, link: str) -> None:
        self.api, self.log = api, log
        self.key, self.session, self.link = key, session, link
        self.problems: list[str] = []
        self.statuses: list[int] = []

    @property
    def secrets(self) -> tuple[str, ...]:
        """What opens doors: whole, and the part that is secret."""
        return (self.key, self.key.split("_")[2], self.session, self.link, PASSWORD)

    async def all(self) -> None:
        """Knock at every door, with good and with faulty requests."""
        for number, document in enumerate(_documents()):
            body = json.dumps({"id": f"c{number}", **document}).encode()
            await self.knock("POST", "/v1/events", content=body, media_type=STRUCTURED)
            await self.knock("POST", "/v1/events", content=b"[%b]" % body, media_type=BATCH)
            await self.knock("POST", "/v1/events?mode=atomic", content=b"[%b,5]" % body, media_type=BATCH)
            await self.knock("POST", "/v1/events", content=body + b"\n", media_type=NDJSON)
            await self.knock("POST", "/v1/events", content=body[:-9], media_type=STRUCTURED)
            await self.knock("POST", "/v1/events", content=body, media_type="text/plain")
        for given in (
            {"member": f"chat:{WHO}", "points": 1, "reason": REASON},
            {"member": f"chat:{WHO}", "points": REASON, "reason": REASON},
            {"member": [WHO, OTHER], "points": 1, "reason": {"x": REASON}},
            {"member": f"chat:{WHO}", "points": 1, "reason": REASON, "unit": "pearls"},
            {"member": f"chat:{WHO}", "points": -10_000, "reason": REASON},
        ):
            await self.knock("POST", "/v1/adjustments", json=given, headers={"idempotency-key": "k"})
        await self.knock("POST", "/v1/adjustments", content=f'{{"reason": "{REASON}'.encode())
        for wish in (
            {"perk": "seat", "member": f"chat:{WHO}", "note": REASON},
            {"perk": "dear", "member": f"chat:{WHO}", "note": REASON},
            {"perk": f"canary-{WHO}", "member": f"chat:{WHO}"},
            {"perk": "seat", "member": [WHO], "note": {"x": REASON}},
            {"perk": "seat", "member": f"chat:{OTHER}-nobody", "note": REASON},
        ):
            key = {"idempotency-key": f"r{len(self.statuses)}"}
            await self.knock("POST", "/v1/redemptions", json=wish, headers=key)
        for name in (WHO, f"chat:{WHO}", f"chat:{OTHER}%00", "chat:" + WHO * 30):
            await self.knock("GET", f"/v1/members/{name}")
            await self.knock("POST", "/v1/member-links", json={"member": name})
            await self.knock("POST", "/v1/member-links", json={"member": name, "minutes": WHO})
        for query in (f"id={WHO}&source=chat:{OTHER}", f"id=c0&source=chat:{WHO}", f"id={WHO}"):
            await self.knock("GET", f"/v1/explanations?{query}")
        await self.knock("GET", f"/v1/journal?after={WHO}")
        await self.knock("GET", "/v1/journal", is_shown=True)
        await self.knock("GET", f"/link/{self.link}", is_shown=True)
        await self.knock("GET", "/", is_shown=True, headers={"cookie": f"{COOKIE}={self.session}"})
        for query_text in _queries():
            await self.knock("POST", "/graphql", json=query_text, is_shown=True)
        for codes in ([f"{CODE}-3"], [CODE, "", CODE], [CODE * 50], [5]):
            await self.knock("POST", "/graphql", json=_with_codes(self.api, codes), is_shown=True)
        await self.knock("POST", "/graphql", json=_with_voucher(self.api), is_shown=True)
        for bearer in (self.key[:-1], self.session + "x", f"{self.link}", f"lgr_{self.key}"):
            await self.knock("GET", f"/v1/members/chat:{WHO}", bearer=bearer)
            await self.knock("POST", "/graphql", bearer=bearer, json={"query": "{ viewer { role } }"})

    async def knock(
        self,
        method: str,
        path: str,
        *,
        media_type: str = "application/json",
        bearer: str | None = None,
        is_shown: bool = False,
        headers: dict[str, str] | None = None,
        **parts: Any,
    ) -> None:
        """Send one request. What the application raises goes where a server logs it."""
        given = {"content-type": media_type, "authorization": f"Bearer {bearer or self.key}", **(headers or {})}
        try:
            answer = await self.api.client.request(method, path, headers=given, **parts)
        except httpx2.InvalidURL:
            raise
        except Exception:
            self.log.stream.write(traceback.format_exc().partition("schema/")[2])
            self.statuses.append(500)
            return
        self.statuses.append(answer.status_code)
        if answer.status_code >= 400 or not is_shown:
            self.problems += [answer.text] if answer.status_code >= 400 else []

    def assert_nothing_was_told(self) -> None:
        """Look for every canary in the log, and for secrets and texts in problems."""
        for secret in (*self.secrets, *PERSONAL):
            assert secret not in self.log.text, (secret, _around(self.log.text, secret))
        for problem in self.problems:
            for secret in (*self.secrets, *PERSONAL):
                assert secret not in problem, (secret, problem)


def _around(text: str, secret: str) -> str:
    at = text.index(secret)
    return text[max(0, at - 600) : at + 100]


def _documents() -> list[dict[str, Any]]:
    people = {"helper": OTHER}
    whole = {"specversion": "1.0", "source": "chat:room", "type": "member.helped", "subject": "thread-1"}
    data = {"member": WHO, "people": people, "amount": 3, **TEXTS}
    return [
        {**whole, "data": data},
        {**whole, "data": {**data, "people": WHO}},
        {**whole, "data": {**data, "member": {"name": WHO}}},
        {**whole, "data": {**data, "body": TEXTS["body"] + "\u0000"}},
        {**whole, "time": TEXTS["title"], "data": data},
        {**whole, "source": "ledger:x", "data": data},
        {**whole, "time": "2030-01-01T00:00:00Z", "data": data},
        {**whole, "type": "", "data": data},
    ]


def _queries() -> list[dict[str, Any]]:
    record = (
        "mutation ($it: ContributionInput!) { recordContribution(input: $it) { position userErrors { code } } }"
    )
    event = {"community": "garden", "source": "chat:room", "key": "g1", "type": "member.helped"}
    data = {"member": WHO, "people": {"helper": OTHER}, "amount": 3, **TEXTS}
    find = "query ($n: String!) { memberByHandle(community: $n, platform: $n, externalId: $n) { id } }"
    return [
        {"query": record, "variables": {"it": {**event, "data": data}}},
        {"query": record, "variables": {"it": {**event, "key": "g2", "data": {**data, "member": 5}}}},
        {"query": find, "variables": {"n": WHO}},
        {"query": f'{{ memberByHandle(community: "garden", platform: "chat", externalId: "{WHO}") {{ id }} }}'},
    ]


def _with_codes(api: Api, codes: list[Any]) -> dict[str, Any]:
    add = "addPerkCodes(perkId: $id, codes: $codes) { userErrors { code message params } }"
    query = f"mutation ($id: ID!, $codes: [String!]!) {{ {add} }}"
    return {"query": query, "variables": {"id": write_id("Perk", api.community.id, "seat"), "codes": codes}}


def _with_voucher(api: Api) -> dict[str, Any]:
    fulfil = "mutation ($it: [FulfilInput!]!) { fulfilRedemptions(inputs: $it) { userErrors { code message } } }"
    one = {"action": "FULFIL", "voucher": CODE, "note": REASON}
    ids = [write_id("Redemption", api.community.id, position) for position in (1, 20)]
    return {"query": fulfil, "variables": {"it": [{"redemptionId": id_, **one} for id_ in ids]}}


async def _doors(api: Api, log: Log, clock: Clock) -> Doors:
    stall = Stall(api.ledger, api.community)
    await stall.put("seat", fulfilment=Fulfilment.CODE)
    await stall.put("dear", cost=10_000)
    await add_codes(api.ledger, api.community, "seat", [CODE, f"{CODE}-2"], by="cli")
    signed = SignedIn(api.community, MemberId(1))
    link = link_token(signed.community, signed.member, minutes=9, at=clock()).text
    return Doors(api, log, await api.key({Scope.CONSOLE}), session_token(signed, at=clock()).text, link)


async def test_nothing_secret_or_personal_is_logged_or_told_in_a_problem(api: Api, log: Log, clock: Clock) -> None:
    doors = await _doors(api, log, clock)
    await doors.all()
    assert doors.statuses.count(500) == 0
    assert len(doors.problems) > 50
    doors.assert_nothing_was_told()


@pytest.mark.parametrize("breaking", BROKEN)
async def test_nothing_is_told_while_the_database_is_broken(
    api: Api, log: Log, clock: Clock, database_url: str, breaking: str
) -> None:
    doors = await _doors(api, log, clock)
    await doors.all()
    await tampered(database_url, breaking)
    api.ledger.writer._lanes.clear()  # as a server that has just started
    await doors.all()
    assert doors.statuses.count(500) > 0
    assert log.text
    doors.assert_nothing_was_told()


async def test_nothing_is_told_once_the_database_is_gone(
    api: Api, log: Log, clock: Clock, database: Database
) -> None:
    doors = await _doors(api, log, clock)
    other = Database(address(f"postgresql://ledger:{PASSWORD}@127.0.0.1:1/nothing"))
    async with served(database, api.ledger.writer, clock, api.community) as gone:
        gone.app.inner.state.ledger = gone.ledger._replace(database=other)
        gone.app.inner.state.gate._ledger = gone.app.inner.state.ledger
        gone.app.inner.state.intake.ledger = gone.app.inner.state.ledger
        doors.api = gone
        await doors.all()
        ready = await gone.client.get("/readyz")
    assert ready.status_code == 503
    doors.problems.append(ready.text)
    assert doors.statuses.count(500) > 0
    doors.assert_nothing_was_told()
    await other.close()


async def test_no_personal_text_is_in_what_is_hashed_or_verified(
    api: Api, log: Log, clock: Clock, database: Database
) -> None:
    doors = await _doors(api, log, clock)
    await doors.all()
    event = TABLES["event"]
    rows = await database.read(select(event).where(event.c.community_id == api.community.id))
    assert len(rows) >= 5
    for row in rows:
        for value in row:
            spelled = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            assert [canary for canary in PERSONAL if canary in spelled] == [], row
    kept = TABLES["event_private"]
    private = await database.read(select(kept.c.content).where(kept.c.community_id == api.community.id))
    assert any("canary-body" in row[0].decode() for row in private), "they are kept beside it"
    assert not any(CODE in row[0].decode() for row in private), "codes are encrypted even there"
    await tampered(_url(database), "UPDATE event_private SET content = $1 WHERE position = 5", b'{"x":"canary-"}')
    found = await verify(database, api.community.id)
    assert found.differences
    assert [canary for canary in PERSONAL for one in found.differences if canary in str(one)] == []


def _url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


@pytest.mark.parametrize(
    "command", [("settings",), ("verify",), ("balances", "-c", "garden"), ("migrate",), ("serve",)]
)
@pytest.mark.parametrize("place", ["127.0.0.1:1/nothing", "127.0.0.1:port/nothing", "/?host=/nowhere"])
def test_the_password_of_the_database_is_never_shown(command: tuple[str, ...], place: str, log: Log) -> None:
    ran = Cli(f"postgresql://ledger:{PASSWORD}@{place}")(*command)
    assert command == ("settings",) or ran.code != 0
    assert PASSWORD not in ran.text + ran.said + log.text


def test_settings_hold_no_secret_that_is_shown() -> None:
    assert [name for name in Settings.model_fields if any(word in name for word in ("secret", "password"))] == []
