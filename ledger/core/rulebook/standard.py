"""Metrics that a rulebook may name without defining them; its own definition of one of these names comes first."""

from __future__ import annotations

from ledger.core.rulebook.grammar import Metric, UndoOn

COMMUNITY = "community"
AUTHOR = "object.author"
UNLIKED = (UndoOn(event="like.removed", match=("actor",)),)
UNTHANKED = (UndoOn(event="reaction.removed", match=("actor",)),)
UNACCEPTED = (UndoOn(event="answer.unaccepted"), UndoOn(event="answer.removed"))
UNFEATURED = (UndoOn(event="story.unfeatured"), UndoOn(event="story.withdrawn"))

_STANDARD = (
    # What somebody reads and does
    Metric(code="topics_entered", events=("topic.entered",), distinct="object"),
    Metric(code="posts_read", events=("member.visited",), sum="posts_read"),
    Metric(code="minutes_read", events=("member.visited",), sum="seconds_read", per=60),
    Metric(code="days_visited", events=("member.visited",), distinct="day"),
    Metric(code="topics_replied", events=("post.created",), distinct="topic"),
    Metric(code="likes_given", events=("post.liked",), undo_on=UNLIKED),
    # What others say of it
    Metric(code="likes_received", events=("post.liked",), by=AUTHOR, undo_on=UNLIKED),
    Metric(
        code="value_received",
        events=("answer.accepted", "reaction.added"),
        by=AUTHOR,
        undo_on=(*UNACCEPTED, *UNTHANKED),
    ),
    Metric(
        code="recognised",
        events=("answer.accepted", "story.featured"),
        by=AUTHOR,
        undo_on=(*UNACCEPTED, *UNFEATURED),
    ),
    Metric(code="flagged_posts", events=("post.flagged",), by=AUTHOR, distinct="object"),
    Metric(code="violations", events=("violation.confirmed",)),
    Metric(code="penalties", events=("violation.confirmed",)),
    # What there is in the whole community
    Metric(code="topics", events=("topic.created",), by=COMMUNITY),
    Metric(code="posts", events=("post.created",), by=COMMUNITY),
)
STANDARD = {metric.code: metric for metric in _STANDARD}
