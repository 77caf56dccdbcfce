"""Refusals about stories, rounds and activities."""

from __future__ import annotations

from ledger.core.refusals import Refusal


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
