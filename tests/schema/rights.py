"""The tables of who may do what: one row an operation that the OpenAPI document and the SDL have."""

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
    "POST /v1/redemptions": _rule("REDEMPTIONS_WRITE"),
    "GET /v1/members/{identity}": _rule("MEMBERS_READ"),
    "POST /v1/member-links": _rule("MEMBERS_LINK"),
    "GET /v1/explanations": _rule("MEMBERS_READ"),
    "GET /v1/journal": _rule("LEDGER_READ"),
    "GET /healthz": _rule(ANYONE),
    "GET /readyz": _rule(ANYONE),
}

OTHER_ROUTES = frozenset(
    {"/", "/docs", "/docs/static", "/graphql", "/link/{token}", "/openapi.json", "/docs/oauth2-redirect"}
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
    "Mutation.lockTier": (
        '{ it: lockTier(memberId: $member, tier: "core", reason: "r") { member { id } } }',
        _rule(),
    ),
    "Mutation.holdGroup": (
        '{ it: holdGroup(memberId: $member, group: "core", hold: true, reason: "r") { member { id } } }',
        _rule(),
    ),
    "Mutation.markGroupDone": (
        '{ it: markGroupDone(memberId: $member, group: "core", inGroup: true) { member { id } } }',
        _rule("EVENTS_WRITE"),
    ),
    "Mutation.updateCommunity": (
        '{ it: updateCommunity(input: {slug: $slug, positioning: "Here we learn"}) { community { slug } } }',
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
    "Mutation.submitStory": (
        '{ it: submitStory(input: {community: $slug, title: "t", body: "b", idempotencyKey: $fresh})'
        " { story { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.reviewStory": ("{ it: reviewStory(storyId: $story, publish: true) { story { id } } }", _rule()),
    "Mutation.featureStory": ("{ it: featureStory(storyId: $story, featured: true) { story { id } } }", _rule()),
    "Mutation.withdrawStory": ("{ it: withdrawStory(storyId: $story) { story { id } } }", _rule(MEMBER)),
    "Mutation.thankStory": (
        "{ it: thankStory(storyId: $tale, thanked: true) { story { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.createOffer": (
        '{ it: createOffer(community: $slug, input: {code: "sale", title: [{locale: "en", text: "Sale"}]})'
        " { offer { id } } }",
        _rule(),
    ),
    "Mutation.retireOffer": ("{ it: retireOffer(offerId: $offer) { offer { id } } }", _rule()),
    "Mutation.showOffer": (
        "{ it: showOffer(offerId: $offer, memberId: $member, idempotencyKey: $fresh) { offer { id } } }",
        _rule("EVENTS_WRITE"),
    ),
    "Mutation.takeOffer": (
        "{ it: takeOffer(offerId: $offer, idempotencyKey: $fresh) { offer { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.tickPlaybook": ("{ it: tickPlaybook(taskId: $task, done: true) { community { id } } }", _rule()),
    "Mutation.recordViolation": (
        '{ it: recordViolation(input: {memberId: $member, ruleCode: "spam", idempotencyKey: $fresh})'
        " { violation { id } } }",
        _rule(),
    ),
    "Mutation.resolveViolation": (
        "{ it: resolveViolation(violationId: $report, action: WARNING) { violation { id } } }",
        _rule(),
    ),
    "Mutation.appealViolation": (
        '{ it: appealViolation(violationId: $strike, text: "no") { violation { id } } }',
        frozenset({MEMBER}),
    ),
    "Mutation.decideAppeal": (
        "{ it: decideAppeal(violationId: $appeal, lift: true) { violation { id } } }",
        _rule(),
    ),
    "Mutation.openRound": (
        '{ it: openRound(community: $slug, input: {code: $fresh, title: "t", prizes: []}) { round { id } } }',
        _rule(),
    ),
    "Mutation.closeRound": (
        '{ it: closeRound(roundId: $round, winners: [$member], idempotencyKey: "k") { round { id } } }',
        _rule(),
    ),
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
    "member": "ID!",
    "key": "ID!",
    "contribution": "ID!",
    "story": "ID!",
    "tale": "ID!",
    "offer": "ID!",
    "task": "ID!",
    "round": "ID!",
    "report": "ID!",
    "strike": "ID!",
    "appeal": "ID!",
    "slug": "String!",
    "fresh": "String!",
}
