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
    "Mutation.scheduleActivity": (
        '{ it: scheduleActivity(community: $slug, input: {code: $fresh, kind: "walk", minutes: 60,'
        ' title: [{locale: "en", text: "Walk"}], startsAt: "2026-11-28T12:00:00Z"}) { activity { id } } }',
        _rule(),
    ),
    "Mutation.cancelActivity": ("{ it: cancelActivity(activityId: $activity) { activity { id } } }", _rule()),
    "Mutation.recordAttendance": (
        "{ it: recordAttendance(activityId: $activity, memberIds: [$member]) { activity { id } } }",
        _rule(),
    ),
    "Mutation.rsvp": (
        "{ it: rsvp(activityId: $activity, answer: GOING) { activity { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.submitClaim": (
        '{ it: submitClaim(input: {community: $slug, type: "checked.in", idempotencyKey: $fresh}) { position } }',
        frozenset({MEMBER}),
    ),
    "Mutation.openRound": (
        '{ it: openRound(community: $slug, input: {code: $fresh, title: "t", prizes: []}) { round { id } } }',
        _rule(),
    ),
    "Mutation.closeRound": (
        '{ it: closeRound(roundId: $round, winners: [$member], idempotencyKey: "k") { round { id } } }',
        _rule(),
    ),
    "Mutation.createPerk": (
        '{ it: createPerk(community: $slug, input: {code: $fresh, title: [{locale: "en", text: "t"}], cost: 1,'
        " kind: DIGITAL, fulfilment: MANUAL}) { perk { id } } }",
        _rule(),
    ),
    "Mutation.updatePerk": (
        '{ it: updatePerk(perkId: $perk, input: {code: "wave", title: [{locale: "en", text: "t"}], cost: 0,'
        " kind: DIGITAL, fulfilment: MANUAL}) { perk { id } } }",
        _rule(),
    ),
    "Mutation.retirePerk": ("{ it: retirePerk(perkId: $perk) { perk { id } } }", _rule()),
    "Mutation.addPerkCodes": ('{ it: addPerkCodes(perkId: $perk, codes: ["c"]) { perk { id } } }', _rule()),
    "Mutation.adjustStock": (
        '{ it: adjustStock(input: {perkId: $stocked, delta: 1, reason: "r", idempotencyKey: $fresh})'
        " { perk { id } } }",
        _rule(),
    ),
    "Mutation.redeemPerk": (
        "{ it: redeemPerk(input: {perkId: $perk, expectedCost: 0, idempotencyKey: $fresh}) { redemption { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.grantPerk": (
        '{ it: grantPerk(perkId: $perk, memberId: $member, reason: "r", idempotencyKey: $fresh)'
        " { redemption { id } } }",
        _rule(),
    ),
    "Mutation.cancelRedemption": (
        "{ it: cancelRedemption(redemptionId: $redemption) { redemption { id } } }",
        _rule("REDEMPTIONS_WRITE", MEMBER),
    ),
    "Mutation.refundRedemption": (
        '{ it: refundRedemption(redemptionId: $redemption, reason: "r") { redemption { id } } }',
        _rule(),
    ),
    "Mutation.fulfilRedemptions": (
        "{ it: fulfilRedemptions(inputs: [{redemptionId: $redemption, action: FULFIL}]) { redemptions { id } } }",
        _rule(),
    ),
    "Mutation.updatePreferences": (
        "{ it: updatePreferences(input: {celebrate: true}) { member { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.acknowledgeMilestones": (
        "{ it: acknowledgeMilestones(ids: []) { member { id } } }",
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
    **dict.fromkeys(("member", "other", "merge", "key", "contribution", "story", "tale", "offer", "task"), "ID!"),
    **dict.fromkeys(("round", "perk", "stocked", "redemption", "activity", "report", "strike", "appeal"), "ID!"),
    **dict.fromkeys(("slug", "fresh"), "String!"),
}
