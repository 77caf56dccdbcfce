"""The real site's rules read once more, from their description and not from our code: plain Python, one pass.

Source: the README beside the public data. It shares nothing with the ledger, so that both can be wrong only apart.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

VOTES = {"question.upvoted": 5, "answer.upvoted": 10, "question.downvoted": -2, "answer.downvoted": -2}


class Posting(NamedTuple):
    """What one event did to one member: wanted, applied after cap and floor, and the balance after."""

    event: str
    member: str
    wanted: int
    applied: int
    after: int


class Grant(NamedTuple):
    """A grant that may still be taken back: whose, how much, and which day's room it used."""

    member: str
    applied: int
    day: str | None


class PlainReading:
    """The site's balances, event by event."""

    def __init__(self) -> None:
        self.balances: defaultdict[str, int] = defaultdict(int)
        self.net: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.edited: defaultdict[str, int] = defaultdict(int)
        self.joined: set[str] = set()
        self.by_event: defaultdict[str, list[Grant]] = defaultdict(list)
        self.by_subject: defaultdict[str, list[tuple[str, Grant]]] = defaultdict(list)

    def take(self, event: dict[str, Any]) -> list[Posting]:
        """Read one event and return its postings."""
        type_, data, day = event["type"], event["data"], event["time"][:10]
        member, author = data.get("member"), data.get("people", {}).get("author")
        done: list[Posting] = []

        def post(who: str, wanted: int, *, room: int | None = None, capped: bool = False, kept: bool = True) -> int:
            applied = wanted if room is None else min(wanted, max(0, room))
            if capped:
                applied = min(applied, 200 - self.net[who, day])
            if applied < 0:
                applied = max(applied, min(0, 1 - self.balances[who]))
            self.balances[who] += applied
            self.net[who, day] += applied if capped else 0
            done.append(Posting(event["id"], who, wanted, applied, self.balances[who]))
            if applied and kept:
                grant = Grant(who, applied, day if capped else None)
                self.by_event[event["id"]].append(grant)
                self.by_subject[event.get("subject", "")].append((event["id"], grant))
            return applied

        if type_ == "member.joined" and member not in self.joined:
            self.joined.add(member)
            post(member, 1, kept=False)
        elif type_ in VOTES and not data.get("wiki"):
            post(author, VOTES[type_], capped=True)
        elif type_ == "answer.accepted" and member != author:
            post(author, 15)
            if member:
                post(member, 2)
        elif type_ == "edit.approved":
            self.edited[member] += post(member, 2, room=1000 - self.edited[member], capped=True)
        elif type_ == "account.linked":
            post(member, data["amount"])
        elif type_ == "bounty.awarded":
            post(author, data["amount"])
        elif type_ == "bounty.offered":
            post(member, -data["amount"])
        elif type_ == "post.removed" and not (data["score"] >= 3 and data["age_days"] >= 60):
            for source, grant in self.by_subject[event["subject"]]:
                done += self._back(event["id"], source, grant)
        elif type_ in ("vote.retracted", "comment.removed"):
            for grant in list(self.by_event[data["undoes"]]):
                done += self._back(event["id"], data["undoes"], grant)
        return done

    def _back(self, event: str, source: str, grant: Grant) -> list[Posting]:
        if grant not in self.by_event[source]:
            return []
        self.by_event[source].remove(grant)
        taken = -grant.applied
        if taken < 0:
            taken = max(taken, min(0, 1 - self.balances[grant.member]))
        self.balances[grant.member] += taken
        if grant.day is not None:
            self.net[grant.member, grant.day] += taken
        return [Posting(event, grant.member, -grant.applied, taken, self.balances[grant.member])]
