"""A community that does everything: perks, offers, stories, activities, rounds, claims, house rules."""

from __future__ import annotations

from ledger.core.commands import PutOffer, ShowOffer
from ledger.core.decide.answers import Answer
from tests.core.shop import Shop
from tests.core.strikes import ORDER
from tests.core.test_claims_by_members import Claimants
from tests.core.test_gatherings import NOW, Club
from tests.core.test_rounds import Games
from tests.core.test_stories import Tellers

RULES = f"""\
community: {{tz: Asia/Shanghai, accept_late: 7d}}
units: {{points: {{floor: 0, claw: debt}}}}
creates: {{story.submitted: story, answer.posted: answer, share.posted: share}}
rules:
  - {{id: hello, event: member.hello, amount: {{from: data.n}}}}
  - {{id: answer, event: answer.posted, amount: 3}}
  - {{id: share, event: share.posted, amount: 8, caps: [{{count: 1, per: day}}]}}
  - {{id: story, event: story.submitted, amount: 5, pending: review, undo_on: [story.withdrawn]}}
  - {{id: thanked, event: reaction.added, to: object.author, amount: 2, when: {{not_self: actor}},
     undo_on: [{{event: reaction.removed, match: [actor]}}]}}
  - {{id: game, event: game.won, amount: {{by_rank: [10, 6]}}}}
  - {{id: came, event: activity.attended, amount: 1, once_per: [member, activity]}}
  - {{id: host, event: activity.hosted, amount: 15}}
activities:
  - {{id: game_night, at: 'FREQ=WEEKLY;BYDAY=SA;BYHOUR=20', for: 1h}}
offers:
  launch:
    after_value: {{any: [{{metric: value_received, in: 14d, gte: 1}}]}}
    at_most: [{{count: 1, per: 14d, by: [member]}}]
{ORDER}"""


class Whole(Shop, Tellers, Club, Games, Claimants):
    """A community of ann, bob, cyd and dan, with a hundred points each, on a Monday noon."""

    def show(self, name: str) -> Answer:
        """Show the offer to a member."""
        self.sent += 1
        return self.answer(ShowOffer(key=f"o{self.sent}", offer="launch", member=self.member(name), by="key:k"))

    def thanked(self, name: str, *, by: str) -> None:
        """Let somebody thank for what a member answered."""
        self.send("reaction.added", f"answer of {name}", by=by)


def whole() -> Whole:
    """Return such a community."""
    play = Whole(RULES, now=NOW)
    play.do(PutOffer(terms=play.rulebook.offers[0], by="key:k"))
    for name in ("ann", "bob", "cyd", "dan"):
        play.send("member.hello", by=name, n=100)
    return play
