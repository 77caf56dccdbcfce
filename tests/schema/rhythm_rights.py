"""Who may what of stories, rounds and activities, and how rows are spelled: see `test_rights`."""

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


RHYTHM: dict[str, tuple[str, Rule]] = {
    "Mutation.submitStory": (
        '{ it: submitStory(input: {community: $slug, title: "t", body: "b", idempotencyKey: $fresh})'
        " { story { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.reviewStory": ("{ it: reviewStory(storyId: $story, publish: true) { story { id } } }", rule()),
    "Mutation.featureStory": ("{ it: featureStory(storyId: $story, featured: true) { story { id } } }", rule()),
    "Mutation.withdrawStory": ("{ it: withdrawStory(storyId: $story) { story { id } } }", rule(MEMBER)),
    "Mutation.thankStory": (
        "{ it: thankStory(storyId: $tale, thanked: true) { story { id } } }",
        frozenset({MEMBER}),
    ),
    "Mutation.scheduleActivity": (
        '{ it: scheduleActivity(community: $slug, input: {code: $fresh, kind: "walk", minutes: 60,'
        ' title: [{locale: "en", text: "Walk"}], startsAt: "2026-11-28T12:00:00Z"}) { activity { id } } }',
        rule(),
    ),
    "Mutation.cancelActivity": ("{ it: cancelActivity(activityId: $activity) { activity { id } } }", rule()),
    "Mutation.recordAttendance": (
        "{ it: recordAttendance(activityId: $activity, memberIds: [$member]) { activity { id } } }",
        rule(),
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
        rule(),
    ),
    "Mutation.closeRound": (
        '{ it: closeRound(roundId: $round, winners: [$member], idempotencyKey: "k") { round { id } } }',
        rule(),
    ),
}
