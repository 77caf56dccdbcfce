"""Who may do what, as a table: one row an operation of the OpenAPI document and of the SDL."""

from __future__ import annotations

from ledger.service.access import Scope

ANYONE = "anyone"
MEMBER = "member"
HAS_KEY = "has_key"
Rule = frozenset[str]


def rule(*who: str) -> Rule:
    """Return who may: scopes by name, MEMBER for a session of the member whose it is, ANYONE, HAS_KEY for any key.

    CONSOLE has every scope.
    """
    return frozenset({*who, Scope.CONSOLE.value})


REST: dict[str, Rule] = {
    "POST /v1/events": rule("EVENTS_WRITE"),
    "POST /v1/adjustments": rule("LEDGER_ADJUST"),
    "POST /v1/redemptions": rule("REDEMPTIONS_WRITE"),
    "GET /v1/members/{identity}": rule("MEMBERS_READ"),
    "POST /v1/member-links": rule("MEMBERS_LINK"),
    "GET /v1/explanations": rule("MEMBERS_READ"),
    "GET /v1/journal": rule("LEDGER_READ"),
    "GET /healthz": rule(ANYONE),
    "GET /readyz": rule(ANYONE),
}

OTHER_ROUTES = frozenset(
    {"/", "/docs", "/docs/static", "/graphql", "/link/{token}", "/openapi.json", "/docs/oauth2-redirect"}
)
"""Routes for people, outside the document: they show no data, or need a token of their own."""

GRAPHQL: dict[str, tuple[str, Rule]] = {
    "Query.node": ("{ it: node(id: $member) { id } }", rule("MEMBERS_READ", MEMBER)),
    "Query.nodes": ("{ it: nodes(ids: [$member]) { id } }", rule("MEMBERS_READ", MEMBER)),
    "Query.viewer": ("{ it: viewer { role } }", rule(HAS_KEY, MEMBER)),
    "Query.me": ("{ it: me { id } }", frozenset({MEMBER})),
    "Query.communities": ("{ it: communities { edges { node { id } } } }", rule(HAS_KEY, MEMBER)),
    "Query.community": ("{ it: community(slug: $slug) { id } }", rule(HAS_KEY, MEMBER)),
    "Query.member": ("{ it: member(id: $member) { id } }", rule("MEMBERS_READ", MEMBER)),
    "Query.memberByHandle": (
        '{ it: memberByHandle(community: $slug, platform: "chat", externalId: "ana") { id } }',
        rule("MEMBERS_READ", MEMBER),
    ),
    "Query.contribution": (
        '{ it: contribution(community: $slug, source: "chat:room", key: "t1") { id } }',
        rule("MEMBERS_READ", "LEDGER_READ", "EVENTS_WRITE", MEMBER),
    ),
    "Mutation.recordContribution": (
        '{ it: recordContribution(input: {community: $slug, source: "chat:room", key: $fresh, type: "hand.waved",'
        " data: {}}) { position userErrors { code message } } }",
        rule("EVENTS_WRITE"),
    ),
    "Mutation.undoContribution": (
        '{ it: undoContribution(community: $slug, source: "chat:room", key: "t1", reason: "r",'
        " idempotencyKey: $fresh) { position } }",
        rule("EVENTS_WRITE"),
    ),
    "Mutation.adjustPoints": (
        '{ it: adjustPoints(input: {memberId: $member, delta: 1, reason: "r", idempotencyKey: $fresh})'
        " { member { id } } }",
        rule("LEDGER_ADJUST"),
    ),
    "Mutation.createMemberLink": ("{ it: createMemberLink(memberId: $member) { url } }", rule("MEMBERS_LINK")),
    "Mutation.createApiKey": (
        '{ it: createApiKey(input: {community: $slug, name: "k", scopes: [EVENTS_WRITE]}) { secret } }',
        rule(),
    ),
    "Mutation.revokeApiKey": ("{ it: revokeApiKey(id: $key) { apiKey { id } } }", rule()),
    "Mutation.createCommunity": ("{ it: createCommunity(input: {slug: $fresh}) { operatorKey } }", rule()),
    "Mutation.createPerk": (
        '{ it: createPerk(community: $slug, input: {code: $fresh, title: [{locale: "en", text: "t"}], cost: 1,'
        " kind: DIGITAL, fulfilment: MANUAL}) { perk { id } } }",
        rule(),
    ),
    "Mutation.updatePerk": (
        '{ it: updatePerk(perkId: $perk, input: {code: "wave", title: [{locale: "en", text: "t"}], cost: 0,'
        " kind: DIGITAL, fulfilment: MANUAL}) { perk { id } } }",
        rule(),
    ),
    "Mutation.retirePerk": ("{ it: retirePerk(perkId: $perk) { perk { id } } }", rule()),
    "Mutation.addPerkCodes": ('{ it: addPerkCodes(perkId: $perk, codes: ["c"]) { perk { id } } }', rule()),
    "Mutation.adjustStock": (
        '{ it: adjustStock(input: {perkId: $stocked, delta: 1, reason: "r", idempotencyKey: $fresh})'
        " { perk { id } } }",
        rule(),
    ),
    "Mutation.redeemPerk": (
        "{ it: redeemPerk(input: {perkId: $perk, expectedCost: 0, idempotencyKey: $fresh}) { redemption { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.grantPerk": (
        '{ it: grantPerk(perkId: $perk, memberId: $member, reason: "r", idempotencyKey: $fresh)'
        " { redemption { id } } }",
        rule(),
    ),
    "Mutation.cancelRedemption": (
        "{ it: cancelRedemption(redemptionId: $redemption) { redemption { id } } }",
        rule("REDEMPTIONS_WRITE", MEMBER),
    ),
    "Mutation.refundRedemption": (
        '{ it: refundRedemption(redemptionId: $redemption, reason: "r") { redemption { id } } }',
        rule(),
    ),
    "Mutation.fulfilRedemptions": (
        "{ it: fulfilRedemptions(inputs: [{redemptionId: $redemption, action: FULFIL}]) { redemptions { id } } }",
        rule(),
    ),
    "Subscription.memberChanged": (
        "{ it: memberChanged(memberId: $member, fromPosition: 0, take: 1) { position } }",
        rule("MEMBERS_READ", MEMBER),
    ),
    "Subscription.journal": (
        "{ it: journal(community: $slug, fromPosition: 0, take: 1) { position } }",
        rule("LEDGER_READ"),
    ),
}
VARIABLES = {
    "member": "ID!",
    "key": "ID!",
    "slug": "String!",
    "fresh": "String!",
    "perk": "ID!",
    "stocked": "ID!",
    "redemption": "ID!",
}
