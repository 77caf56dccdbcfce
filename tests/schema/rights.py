"""Who may do what, as a table: one row an operation."""

from __future__ import annotations

from ledger.service.access import Scope

ANYONE = "anyone"
MEMBER = "member"
HAS_KEY = "has_key"
Rule = frozenset[str]


def _rule(*who: str) -> Rule:
    """Return who may: scopes by name, MEMBER for a session of the member whose it is, ANYONE, HAS_KEY for any key.

    CONSOLE has every scope.
    """
    return frozenset({*who, Scope.CONSOLE.value})


REST: dict[str, Rule] = {
    "POST /v1/events": _rule("EVENTS_WRITE"),
    "POST /v1/adjustments": _rule("LEDGER_ADJUST"),
    "GET /v1/members/{identity}": _rule("MEMBERS_READ"),
    "POST /v1/member-links": _rule("MEMBERS_LINK"),
    "GET /v1/explanations": _rule("MEMBERS_READ"),
    "GET /v1/journal": _rule("LEDGER_READ"),
    "GET /healthz": _rule(ANYONE),
    "GET /readyz": _rule(ANYONE),
}

OTHER_ROUTES = frozenset(
    {
        "/",
        "/docs",
        "/docs/static",
        "/graphql",
        "/link/{token}",
        "/openapi.json",
        "/docs/oauth2-redirect",
        "/export/{token}",
    }
)
"""Routes for people, outside the document: they show no data, or need a token of their own."""

GRAPHQL: dict[str, tuple[str, Rule]] = {
    "Query.node": ("{ it: node(id: $member) { id } }", _rule("MEMBERS_READ", MEMBER)),
    "Query.nodes": ("{ it: nodes(ids: [$member]) { id } }", _rule("MEMBERS_READ", MEMBER)),
    "Query.viewer": ("{ it: viewer { role } }", _rule(HAS_KEY, MEMBER)),
    "Query.me": ("{ it: me { id } }", frozenset({MEMBER})),
    "Query.communities": ("{ it: communities { edges { node { id } } } }", _rule(HAS_KEY, MEMBER)),
    "Query.community": ("{ it: community(slug: $slug) { id } }", _rule(HAS_KEY, MEMBER)),
    "Query.member": ("{ it: member(id: $member) { id } }", _rule("MEMBERS_READ", MEMBER)),
    "Query.memberByHandle": (
        '{ it: memberByHandle(community: $slug, platform: "chat", externalId: "ana") { id } }',
        _rule("MEMBERS_READ", MEMBER),
    ),
    "Query.contribution": (
        '{ it: contribution(community: $slug, source: "chat:room", key: "t1") { id } }',
        _rule("MEMBERS_READ", "LEDGER_READ", "EVENTS_WRITE", MEMBER),
    ),
    "Query.previewRulebook": (
        "{ it: previewRulebook(community: $slug, draft: {basedOn: 2}) { byTier { before } userErrors { code } } }",
        _rule(),
    ),
    "Query.dryRunContribution": (
        '{ it: dryRunContribution(input: {community: $slug, source: "chat:room", key: "t9", type: "thread.opened",'
        ' subject: "thread-9", data: {member: "ana"}}) { entries { delta } userErrors { code message } } }',
        _rule("EVENTS_WRITE"),
    ),
    "Query.previewTierRun": ("{ it: previewTierRun(community: $slug) { because } }", _rule()),
    "Mutation.publishRulebook": (
        "{ it: publishRulebook(community: $slug, draft: {basedOn: 2}) { rulebook { version } } }",
        _rule(),
    ),
    "Mutation.reviewContribution": (
        "{ it: reviewContribution(contributionId: $contribution, approve: true) { position } }",
        _rule(),
    ),
    "Mutation.recordContribution": (
        '{ it: recordContribution(input: {community: $slug, source: "chat:room", key: $fresh, type: "hand.waved",'
        " data: {}}) { position userErrors { code message } } }",
        _rule("EVENTS_WRITE"),
    ),
    "Mutation.undoContribution": (
        '{ it: undoContribution(community: $slug, source: "chat:room", key: "t1", reason: "r",'
        " idempotencyKey: $fresh) { position } }",
        _rule("EVENTS_WRITE"),
    ),
    "Mutation.adjustPoints": (
        '{ it: adjustPoints(input: {memberId: $member, delta: 1, reason: "r", idempotencyKey: $fresh})'
        " { member { id } } }",
        _rule("LEDGER_ADJUST"),
    ),
    "Mutation.createMemberLink": ("{ it: createMemberLink(memberId: $member) { url } }", _rule("MEMBERS_LINK")),
    "Mutation.createApiKey": (
        '{ it: createApiKey(input: {community: $slug, name: "k", scopes: [EVENTS_WRITE]}) { secret } }',
        _rule(),
    ),
    "Mutation.revokeApiKey": ("{ it: revokeApiKey(id: $key) { apiKey { id } } }", _rule()),
    "Mutation.createCommunity": ("{ it: createCommunity(input: {slug: $fresh}) { operatorKey } }", _rule()),
    "Mutation.updatePreferences": (
        "{ it: updatePreferences(input: {celebrate: true}) { member { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.importOpeningBalances": (
        '{ it: importOpeningBalances(community: $slug, rows: [{handle: "chat:x", points: 1}],'
        " idempotencyKey: $fresh) { community { id } } }",
        _rule("LEDGER_ADJUST"),
    ),
    "Mutation.requestDataExport": (
        "{ it: requestDataExport(memberId: $member) { url } }",
        _rule(MEMBER),
    ),
    "Mutation.linkHandle": (
        '{ it: linkHandle(memberId: $member, platform: "mail", externalId: $fresh) { member { id } } }',
        _rule("MEMBERS_LINK"),
    ),
    "Mutation.setBuddy": ("{ it: setBuddy(memberId: $member, buddyId: $other) { member { id } } }", _rule()),
    "Mutation.leaveCommunity": (
        "{ it: leaveCommunity(community: $slug) { member { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.mergeMembers": (
        '{ it: mergeMembers(into: $member, from: $other, reason: "r") { merge { id } userErrors { code } } }',
        _rule(),
    ),
    "Mutation.unmergeMembers": (
        '{ it: unmergeMembers(mergeId: $merge, reason: "r") { merge { id } userErrors { code } } }',
        _rule(),
    ),
    "Mutation.eraseMember": ("{ it: eraseMember(memberId: $member) { member { id } } }", _rule(MEMBER)),
    "Subscription.memberChanged": (
        "{ it: memberChanged(memberId: $member, fromPosition: 0, take: 1) { position } }",
        _rule("MEMBERS_READ", MEMBER),
    ),
    "Subscription.journal": (
        "{ it: journal(community: $slug, fromPosition: 0, take: 1) { position } }",
        _rule("LEDGER_READ"),
    ),
}
VARIABLES = {
    **dict.fromkeys(("member", "other", "merge", "key", "contribution"), "ID!"),
    **dict.fromkeys(("slug", "fresh"), "String!"),
}
