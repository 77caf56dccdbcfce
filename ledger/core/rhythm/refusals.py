"""Refusals about stories, rounds and activities."""

from __future__ import annotations

from ledger.core.refusals import Refusal
from ledger.core.values import Micros


class StoryUnknown(Refusal):
    """There is no such story in this community."""

    code = "STORY_UNKNOWN"
    pointer = "/storyId"


class StoryDone(Refusal):
    """The story cannot go there from where it is: somebody was quicker, or it was never published."""

    code = "STORY_DONE"
    pointer = "/storyId"
    state: str


class StoryNotYours(Refusal):
    """Only its author and operators withdraw a story."""

    code = "STORY_NOT_YOURS"
    pointer = "/storyId"


class OwnStory(Refusal):
    """Nobody thanks for a story of their own."""

    code = "OWN_STORY"
    pointer = "/storyId"


class RoundUnknown(Refusal):
    """There is no such round in this community."""

    code = "ROUND_UNKNOWN"
    pointer = "/roundId"


class RoundExists(Refusal):
    """There was a round of this code, which is its name for ever. Choose another code."""

    code = "ROUND_EXISTS"
    pointer = "/code"
    round: str


class RoundDone(Refusal):
    """The round is closed: its winners are known, and win once."""

    code = "ROUND_DONE"
    pointer = "/roundId"


class WinnersOrDraw(Refusal):
    """Name the winners, each once, or let at least one be drawn; not both."""

    code = "WINNERS_OR_DRAW"
    pointer = "/winners"
    most: int


class TooFewEntrants(Refusal):
    """Fewer entered the round than are to be drawn. Draw fewer, or name the winners."""

    code = "TOO_FEW_ENTRANTS"
    pointer = "/draw"
    entrants: int


class SeedWrong(Refusal):
    """The seed is not the one that was committed to: the community's secret changed. Open another round."""

    code = "SEED_WRONG"
    pointer = "/roundId"


class ActivityUnknown(Refusal):
    """There is no such activity: look at its series and its start."""

    code = "ACTIVITY_UNKNOWN"
    pointer = "/activityId"


class ActivityExists(Refusal):
    """There was an activity of this code, which is its name for ever, or the rulebook has one. Choose another."""

    code = "ACTIVITY_EXISTS"
    pointer = "/code"
    activity: str


class ActivityOver(Refusal):
    """The activity was cancelled, or it is over."""

    code = "ACTIVITY_OVER"
    pointer = "/activityId"


class ActivityFarOff(Refusal):
    """The activity is more than a year away. Answer when it comes nearer."""

    code = "ACTIVITY_FAR_OFF"
    pointer = "/activityId"


class NotAmongUs(Refusal):
    """Whoever has left or was removed takes no place. They can come back, or appeal."""

    code = "NOT_AMONG_US"
    pointer = "/answer"


class ActivityNotBegun(Refusal):
    """Nobody came to an activity that has not begun. Say it after its start."""

    code = "ACTIVITY_NOT_BEGUN"
    pointer = "/activityId"


class ActivityFull(Refusal):
    """Every place is taken. Somebody may give theirs back."""

    code = "ACTIVITY_FULL"
    pointer = "/answer"
    capacity: int


class PrioritySignup(Refusal):
    """Until then places are kept for the core group."""

    code = "PRIORITY_SIGNUP"
    pointer = "/answer"
    until: Micros


class LevelTooLow(Refusal):
    """The activity is for members of a higher level."""

    code = "LEVEL_TOO_LOW"
    pointer = "/answer"
    level: str


class ClaimPaysNothing(Refusal):
    """No rule would pay for this by itself. Claim what a rule pays whoever does it; tell a story as a story."""

    code = "CLAIM_PAYS_NOTHING"
    pointer = "/type"
    type: str
