"""Who sees what: every role, every field that is not everybody's, and every foreign community."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.values import HOUR
from ledger.service.access import Scope
from tests import rulebooks
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import EVERY, Asker, event, id_of, live, member
from tests.schema.gardens import Gardens

OWN = (
    "balance { total }",
    "balances { total }",
    "balanceAt(at: {position: 3}) { total }",
    "progress { summary }",
    "entries { totalCount }",
    "decisions { totalCount }",
    "handles { platform }",
    "redemptions { totalCount }",
    "standing { state }",
    "suggestions { title }",
    "preferences { locale }",
    'earned(from: "2026-01-01", to: "2026-12-31") { total }',
)
PUBLIC = ("id", "displayName", "joinedAt", "tier { code }", "tierSince", "tiers { code }", "community { slug }")
SEEN = (
    "id",
    "slug",
    "name",
    "positioning",
    "pointsName",
    "perks { code }",
    "defaultLocale",
    "locales",
    "houseRules { code }",
    "timezone",
    "memberCount",
    "units { code }",
    "tiers { code memberCount }",
)
OPERATED = {
    "members { totalCount }": Scope.MEMBERS_READ,
    "journal { position }": Scope.LEDGER_READ,
    "apiKeys { name }": Scope.CONSOLE,
    "rulebook { yaml }": Scope.CONSOLE,
    "rulebookVersions { totalCount }": Scope.CONSOLE,
    "budgets { code }": Scope.CONSOLE,
    "offers { code }": Scope.CONSOLE,
    "playbook { code }": Scope.CONSOLE,
    "contributionsToReview { totalCount }": Scope.CONSOLE,
    "wantedGroups { totalCount }": Scope.MEMBERS_READ,
    "violations { totalCount }": Scope.CONSOLE,
    "redemptions { totalCount }": Scope.CONSOLE,
}
CHANGES = {
    'recordContribution(input: {community: "garden", source: "chat:room", key: "k", type: "t", data: {}})': (
        Scope.EVENTS_WRITE
    ),
    'undoContribution(community: "garden", source: "chat:room", key: "k", reason: "r", idempotencyKey: "i")': (
        Scope.EVENTS_WRITE
    ),
    'adjustPoints(input: {memberId: "x", delta: 1, reason: "r", idempotencyKey: "i"})': Scope.LEDGER_ADJUST,
    'createMemberLink(memberId: "x")': Scope.MEMBERS_LINK,
    'createApiKey(input: {community: "garden", name: "n", scopes: [CONSOLE]})': Scope.CONSOLE,
    'revokeApiKey(id: "x")': Scope.CONSOLE,
    'retirePerk(perkId: "x")': Scope.CONSOLE,
    'addPerkCodes(perkId: "x", codes: [])': Scope.CONSOLE,
    'grantPerk(perkId: "x", memberId: "x", reason: "r", idempotencyKey: "i")': Scope.CONSOLE,
    'refundRedemption(redemptionId: "x", reason: "r")': Scope.CONSOLE,
    "fulfilRedemptions(inputs: [])": Scope.CONSOLE,
    'createCommunity(input: {slug: "new"})': Scope.CONSOLE,
    'publishRulebook(community: "garden", draft: {basedOn: 0})': Scope.CONSOLE,
    'reviewContribution(contributionId: "x", approve: true)': Scope.CONSOLE,
    'lockTier(memberId: "x", reason: "r")': Scope.CONSOLE,
    'updateCommunity(input: {slug: "garden"})': Scope.CONSOLE,
    'holdGroup(memberId: "x", group: "core", hold: true, reason: "r")': Scope.CONSOLE,
    'markGroupDone(memberId: "x", group: "core", inGroup: true)': Scope.EVENTS_WRITE,
    'recordViolation(input: {memberId: "x", ruleCode: "r", idempotencyKey: "i"})': Scope.CONSOLE,
    'resolveViolation(violationId: "x", action: DISMISSED)': Scope.CONSOLE,
    'decideAppeal(violationId: "x", lift: true)': Scope.CONSOLE,
    'reviewStory(storyId: "x", publish: true)': Scope.CONSOLE,
    'cancelActivity(activityId: "x")': Scope.CONSOLE,
    'recordAttendance(activityId: "x", memberIds: [])': Scope.CONSOLE,
    'openRound(community: "garden", input: {code: "", title: "", prizes: []})': Scope.CONSOLE,
    'closeRound(roundId: "x", idempotencyKey: "i")': Scope.CONSOLE,
    'featureStory(storyId: "x", featured: true)': Scope.CONSOLE,
    'eraseMember(memberId: "x")': Scope.CONSOLE,
    'setBuddy(memberId: "x")': Scope.CONSOLE,
    'linkHandle(memberId: "x", platform: "p", externalId: "e")': Scope.MEMBERS_LINK,
    'mergeMembers(into: "x", from: "y", reason: "r")': Scope.CONSOLE,
    'unmergeMembers(mergeId: "x", reason: "r")': Scope.CONSOLE,
}


class Cast(dict[str, Asker]):
    """Callers of every kind, by role."""


async def _cast(api: Api) -> Cast:
    orchard = await rulebooks.begin(api.ledger.database, api.ledger.writer, "orchard")
    documents = [
        event("t1", "thread.opened", "ana", subject="thread-1"),
        event("l1", "thread.liked", "bo", subject="thread-1"),
    ]
    await live(api, documents)
    theirs = await api.key(community=orchard)
    for document in documents:
        assert (await api.post(document, key=theirs)).status_code == 200
    cast = Cast({"nobody": Asker(api, None), "ana": await member(api, "ana"), "bo": await member(api, "bo")})
    cast["operator"] = Asker(api, await api.key(EVERY))
    cast["console"] = Asker(api, await api.key({Scope.CONSOLE}))
    cast |= {scope.value: Asker(api, await api.key({scope})) for scope in Scope if scope is not Scope.CONSOLE}
    cast["stranger"] = Asker(api, await api.key(EVERY, community=orchard))
    cast["namesake"] = await member(api, "ana", community=orchard)
    return cast


@pytest.fixture
async def cast(api: Api) -> Cast:
    """One caller of each kind; ana and bo are members of garden and orchard, by the same names."""
    return await _cast(api)


@pytest.fixture
async def readers(gardens: Gardens, kind: str) -> Cast:
    """The same callers, for those who only read, or change nothing that others look at."""
    return await gardens.after(kind, _cast)


READERS = ("operator", "console", "MEMBERS_READ")
STRANGERS = ("nobody", "stranger", "namesake")


async def test_what_is_a_members_own_is_theirs_and_the_readers(api: Api, cast: Cast) -> None:
    ana = await id_of(api, "ana")
    for name, asker in cast.items():
        for field in OWN:
            found = (await asker.ask(f"query ($id: ID!) {{ member(id: $id) {{ own: {field} }} }}", id=ana))[
                "member"
            ]
            if name in (*READERS, "ana"):
                assert found["own"] is not None, (name, field)
            elif name == "bo":
                assert found == {"own": None}, (name, field)
            else:
                assert found is None, (name, field)


async def test_what_is_public_of_a_member_is_seen_by_the_members_too(api: Api, cast: Cast) -> None:
    ana = await id_of(api, "ana")
    query = f"query ($id: ID!) {{ member(id: $id) {{ {' '.join(PUBLIC)} }} node(id: $id) {{ id }} }}"
    seen = {name: await asker.ask(query, id=ana) for name, asker in cast.items()}
    assert {name for name, data in seen.items() if data["member"]} == {*READERS, "ana", "bo"}
    for name, data in seen.items():
        assert (data["member"] is None) == (data["node"] is None), name
    assert seen["bo"]["member"] == seen["ana"]["member"] == seen["operator"]["member"]


async def test_a_foreign_community_is_as_one_that_does_not_exist(cast: Cast) -> None:
    query = f"query ($slug: String!) {{ community(slug: $slug) {{ {' '.join((*SEEN, *OPERATED))} }} }}"
    for name in STRANGERS:
        assert await cast[name].told(query, slug="garden") == await cast[name].told(query, slug="nowhere"), name
    found = await cast["stranger"].ask("{ communities { totalCount edges { node { slug } } } }")
    assert found["communities"] == {"totalCount": 1, "edges": [{"node": {"slug": "orchard"}}]}
    assert (await cast["nobody"].ask("{ communities { totalCount } }"))["communities"]["totalCount"] == 0


async def test_everybody_of_a_community_sees_what_it_is(cast: Cast) -> None:
    query = f'{{ community(slug: "garden") {{ {" ".join(SEEN)} }} }}'
    seen = [await cast[name].ask(query) for name in cast if name not in STRANGERS]
    assert all(one == seen[0] for one in seen)
    assert seen[0]["community"]["memberCount"] == 2


@pytest.mark.parametrize("field", OPERATED)
async def test_what_operators_see_is_null_for_everybody_else(readers: Cast, field: str) -> None:
    query = f'{{ community(slug: "garden") {{ slug shown: {field} }} }}'
    for name, asker in readers.items():
        found = (await asker.ask(query))["community"]
        if name in STRANGERS:
            assert found is None
        else:
            allowed = name in ("operator", "console", OPERATED[field].value)
            assert (found["shown"] is not None) == allowed, name


async def test_a_board_is_for_members_and_readers(cast: Cast) -> None:
    query = '{ community(slug: "garden") { slug leaderboard(period: MONTH) { participants } } }'
    for name, asker in cast.items():
        told = await asker.told(query)
        if name in (*READERS, "ana", "bo"):
            assert told["data"]["community"]["leaderboard"] == {"participants": 2}
        elif name in STRANGERS:
            assert told == {"data": {"community": None}}
        else:
            assert [one["extensions"] for one in told["errors"]] == [
                {"code": "MISSING_SCOPE", "scope": "MEMBERS_READ"}
            ]


async def test_things_found_by_their_ids_are_found_by_those_who_may_see_them(api: Api, cast: Cast) -> None:
    inside = """{ community(slug: "garden") { id rulebook { id rules { id } } apiKeys { id }
        members { edges { node { id entries { edges { node {
            id decision { id } contribution { id } } } } } } } } }"""
    garden = (await cast["operator"].ask(inside))["community"]
    ana = garden["members"]["edges"][0]["node"]
    line = next(edge["node"] for edge in ana["entries"]["edges"] if edge["node"]["contribution"])
    everybody = {name for name in cast if name not in STRANGERS}
    ids: dict[str, set[str]] = {
        garden["id"]: everybody,
        garden["rulebook"]["id"]: {"operator", "console"},
        garden["rulebook"]["rules"][0]["id"]: {"operator", "console"},
        garden["apiKeys"][0]["id"]: {"operator", "console"},
        ana["id"]: {*READERS, "ana", "bo"},
        line["id"]: {*READERS, "ana"},
        line["decision"]["id"]: {*READERS, "ana"},
        line["contribution"]["id"]: {*READERS, "ana", "bo", "LEDGER_READ", "EVENTS_WRITE"},
    }
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    for name, asker in cast.items():
        found = (await asker.ask(query, ids=list(ids)))["nodes"]
        for id_, node in zip(ids, found, strict=True):
            assert (node is not None) == (name in ids[id_]), (name, node)
            assert node is None or node["id"] == id_


async def test_a_contribution_is_seen_by_its_sender_and_by_who_took_part(api: Api, cast: Cast) -> None:
    await live(api, [event("w", "hand.waved", "cai")])
    query = '{ contribution(community: "garden", source: "chat:room", key: "%s") { kind } }'
    other = Asker(api, await api.key({Scope.EVENTS_WRITE}, sources=("telegram:",)))
    assert (await other.ask(query % "w"))["contribution"] is None
    sees = {name for name, asker in cast.items() if (await asker.ask(query % "w"))["contribution"]}
    assert sees == {*READERS, "LEDGER_READ", "EVENTS_WRITE"}
    sees = {name for name, asker in cast.items() if (await asker.ask(query % "l1"))["contribution"]}
    assert sees == {*READERS, "LEDGER_READ", "EVENTS_WRITE", "ana", "bo"}


async def test_a_handle_finds_oneself_and_for_readers_everybody(cast: Cast) -> None:
    query = '{ memberByHandle(community: "garden", platform: "chat", externalId: "ana") { displayName } }'
    found = {name for name, asker in cast.items() if (await asker.ask(query))["memberByHandle"]}
    assert found == {*READERS, "ana"}


async def test_everybody_is_told_who_they_are(cast: Cast) -> None:
    query = "{ viewer { role scopes member { displayName } communities { slug } } me { displayName } }"
    told: dict[str, Any] = {name: await asker.ask(query) for name, asker in cast.items()}
    assert told["nobody"] == {"viewer": None, "me": None}
    assert told["ana"]["viewer"] == {
        "role": "MEMBER",
        "scopes": [],
        "member": {"displayName": "ana"},
        "communities": [{"slug": "garden"}],
    }
    assert told["ana"]["me"] == {"displayName": "ana"}
    assert (told["operator"]["viewer"]["role"], told["operator"]["me"]) == ("OPERATOR", None)
    assert told["MEMBERS_READ"]["viewer"]["role"] == "SERVICE"
    assert told["MEMBERS_READ"]["viewer"]["scopes"] == ["MEMBERS_READ"]
    assert told["stranger"]["viewer"]["communities"] == [{"slug": "orchard"}]


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_needs_its_scope_and_says_which(readers: Cast, change: str) -> None:
    mutation = f"mutation {{ {change} {{ userErrors {{ code }} }} }}"
    scope = CHANGES[change]
    for name in ("nobody", "ana", *(one.value for one in Scope if one not in (scope, Scope.CONSOLE))):
        told = await readers[name].told(mutation)
        [error] = told["errors"]
        assert told["data"] is None
        if name == "nobody":
            assert error["extensions"]["code"] == "UNAUTHORIZED"
        else:
            assert error["extensions"] == {"code": "MISSING_SCOPE", "scope": scope.value}, name
    allowed = scope.value if scope is not Scope.CONSOLE else "console"
    assert "errors" not in await readers[allowed].told(mutation)


async def test_no_change_reaches_a_foreign_community(api: Api, cast: Cast) -> None:
    """What is another's is answered as what is nowhere, and nothing of it moves."""
    ana = await id_of(api, "ana")
    key = (await cast["operator"].ask('{ community(slug: "garden") { apiKeys { id } } }'))["community"]["apiKeys"][
        0
    ]["id"]
    head = '{ community(slug: "garden") { journal { position } apiKeys { revokedAt } } }'
    before = await cast["operator"].ask(head)
    stranger = cast["stranger"]
    for mutation, code in (
        (
            'recordContribution(input: {community: "%s", source: "chat:room", key: "k", type: "t", data: {}})',
            "COMMUNITY_UNKNOWN",
        ),
        (
            'undoContribution(community: "%s", source: "chat:room", key: "t1", reason: "r", idempotencyKey: "i")',
            "COMMUNITY_UNKNOWN",
        ),
        ('createApiKey(input: {community: "%s", name: "n", scopes: [CONSOLE]})', "COMMUNITY_UNKNOWN"),
        ('publishRulebook(community: "%s", draft: {basedOn: 1})', "COMMUNITY_UNKNOWN"),
    ):
        answers = [
            await stranger.ask(f"mutation {{ change: {mutation % slug} {{ userErrors {{ code path message }} }} }}")
            for slug in ("garden", "nowhere")
        ]
        assert answers[0] == answers[1]
        assert answers[0]["change"]["userErrors"][0]["code"] == code
    for mutation, id_ in (
        ('adjustPoints(input: {memberId: "%s", delta: 1, reason: "r", idempotencyKey: "i"})', ana),
        ('createMemberLink(memberId: "%s")', ana),
        ('eraseMember(memberId: "%s")', ana),
        ('mergeMembers(into: "%s", from: "y", reason: "r")', ana),
        ('revokeApiKey(id: "%s")', key),
    ):
        answers = [
            await stranger.ask(f"mutation {{ change: {mutation % one} {{ userErrors {{ code path message }} }} }}")
            for one in (id_, "bm93aGVyZQ")
        ]
        assert answers[0] == answers[1]
        assert answers[0]["change"]["userErrors"][0]["code"] in ("MEMBER_UNKNOWN", "KEY_UNKNOWN")
    after = await cast["operator"].ask(head)
    assert after == before


async def test_a_session_ends(api: Api, cast: Cast, clock: Clock) -> None:
    clock.advance(13 * HOUR)
    answer = await cast["ana"].answer("{ me { displayName } }")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("bearer", ["", "x", "lgr_0_0_0", "é", "a.b.c"])
async def test_a_key_that_opens_nothing_is_no_anonymous_caller(standing: Api, bearer: str) -> None:
    headers = {b"authorization": f"Bearer {bearer}".encode()}
    answer = await standing.client.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
