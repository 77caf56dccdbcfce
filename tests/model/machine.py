"""A community in memory that Hypothesis drives: steps in any order, and what must hold after each of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger.core.books.shelf import ACCOUNT, LOTS, WAITS
from ledger.core.calendar import moment
from ledger.core.commands import AdjustPoints, Command, RecordContribution, ReviewContribution
from ledger.core.decide.answers import Accepted, Repeated
from ledger.core.events import decisions
from ledger.core.refusals import BelowFloor, EffectiveBeforeCurrent, NothingToReview, TimeInFuture
from ledger.core.values import MINUTE, Micros, Position, identity
from tests.core.play import SOURCE, Play, length
from tests.model.promises import PROMISES

RULEBOOK = """\
preset: machine
community: {{tz: America/St_Johns, accept_late: 2d}}
units: {{points: {{start: 3, floor: {floor}, claw: {claw}, expire: {{after: {days}d}}}}, stars: {{}}}}
creates: {{asked: question}}
undo: [{{event: removed, of: subject, rules: all}}]
cap_groups: {{both: {{points: {group}, per: day, counts: net, rules: [said, thanked]}}}}
budgets: {{fund: {{unit: stars, points: 4, per: week}}}}
activities: [{{id: evening, at: FREQ=DAILY;BYHOUR=18, for: 9h, multiply: {{said: 1.5}}}}]
rules:
  - {{id: said, event: said, amount: {amount}, cooldown: 10s, caps: [{{points: {points}, per: day}}]}}
  - {{id: thanked, event: thanked, to: question.author, amount: 4, when: {{not_self: actor}},
     giver_weight: {{low: 0.5}}, caps: [{{count: {count}, per: day}}],
     undo_on: [{{event: unthanked, match: [actor]}}]}}
  - {{id: scolded, event: scolded, amount: -3, undo_on: [forgiven]}}
  - {{id: best, event: best, to: author, amount: 5, slot: [question], undo_on: [unbest]}}
  - {{id: badge, event: badge, unit: stars, amount: 1, once_per: [member, kind], budget: fund}}
  - {{id: told, event: told, amount: 6, pending: 7205s, caps: [{{points: 14, per: day}}], undo_on: [untold]}}
  - {{id: story, event: story, amount: 5, pending: review, once_per: [object], undo_on: [untold]}}
quotas:
  - {{id: asking, event: [asked], open_at_once: 2, closed_by: [best]}}
tiers:
  rank: {{every: event, measure: points.balance, stay: while, levels: {{low: 4, high: 12}}}}
"""
BOOKS = st.fixed_dictionaries(
    {
        "floor": st.sampled_from([0, -5]),
        "claw": st.sampled_from(["clip", "debt", "within_balance", "pending_only"]),
        "amount": st.integers(1, 4),
        "points": st.integers(3, 9),
        "group": st.integers(5, 12),
        "count": st.integers(1, 3),
        "days": st.integers(1, 4),
    }
)
WHO = st.sampled_from(["ann", "bob", "bot:cyd", "cyd", "dan"])
SUBJECTS = st.sampled_from(["q1", "q2", "q3", None])
AT_ONCE = ["asked", "said", "thanked", "unthanked", "scolded", "forgiven", "best", "unbest", "badge"]
TYPES = st.sampled_from([*AT_ONCE, "told", "untold", "story"])
AGES = st.sampled_from([0, 0, 0, 1, 9, 10, 3_600, 86_400, 200_000, -600])


class Community(RuleBasedStateMachine):
    """Every step is a command to the core; every answer is kept with it."""

    play: Play
    looked = 0
    sent: list[tuple[Command, int]]

    @initialize(book=BOOKS)
    def begin(self, book: dict[str, Any]) -> None:
        self.play, self.sent = Play(RULEBOOK.format(**book)), []

    def _send(self, command: Command) -> None:
        answer = self.play.answer(command)
        assert isinstance(answer, Accepted), answer
        self.sent.append((command, answer.position))

    @rule(who=WHO)
    def join(self, who: str) -> None:
        self._send(self.play.command("member.joined", by=who))

    @rule(type_=TYPES, who=WHO, author=st.none() | WHO, subject=SUBJECTS, kind=st.sampled_from("ab"), age=AGES)
    def contribute(self, type_: str, who: str, author: str, subject: str, kind: str, age: int) -> None:
        late = length(seconds=age)
        self._send(self.play.command(type_, subject, by=who, author=author, kind=kind, late=late))

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 30), type_=st.sampled_from(["contribution.undone", "unthanked", "unbest"]))
    def undo(self, which: int, type_: str) -> None:
        """One of the latest, perhaps one undone before; or one that has not come yet."""
        latest = [command.key for command, _ in self.sent[-20:] if isinstance(command, RecordContribution)]
        coming = f"e{self.play.sent + 2}"
        self._send(self.play.command(type_, undoes=[coming, *latest][which % (len(latest) + 1)]))

    @rule(subject=SUBJECTS, who=WHO)
    def remove(self, subject: str, who: str) -> None:
        self._send(self.play.command("removed", subject, by=who))

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 30))
    def redo(self, which: int) -> None:
        """The same again, as a new event."""
        command, _ = self.sent[-1 - which % len(self.sent)]
        if isinstance(command, RecordContribution):
            people = {role: str(who) for role, who in command.people.items()}
            again = self.play.command(
                command.type,
                command.subject,
                by=str(command.actor) if command.actor else None,
                people=people,
                at=command.occurred_at,
                undoes=command.undoes,
                data=command.data,
            )
            self._send(again)

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 100))
    def repeat(self, which: int) -> None:
        """The same event again: nothing."""
        command, position = self.sent[which % len(self.sent)]
        before = len(self.play.events)
        assert self.play.answer(command) == Repeated(position=self.play.events[position - 1].position)
        assert len(self.play.events) == before

    @rule(who=WHO, delta=st.sampled_from([1, 9, -1, -4, -50]), unit=st.sampled_from([None, "stars"]))
    def adjust(self, who: str, delta: int, unit: str | None) -> None:
        self.play.sent += 1
        key, member = f"a{self.play.sent}", identity(who, source=SOURCE)
        command = AdjustPoints(key=key, member=member, delta=delta, reason="r", by="key:k", unit=unit)
        answer = self.play.answer(command)
        if isinstance(answer, BelowFloor):
            assert delta < 0
            assert self.play.balance(who, unit) + delta < (self.play.rulebook.units[0].floor or 0)
        else:
            assert isinstance(answer, Accepted)
            self.sent.append((command, answer.position))

    @rule(book=BOOKS, ago=st.sampled_from([None, 0, 3_600]))
    def publish(self, book: dict[str, Any], ago: int | None) -> None:
        since = None if ago is None else _time(self.play.now - length(seconds=ago))
        answer = self.play.publish(RULEBOOK.format(**book), effective=since)
        assert isinstance(answer, Accepted | EffectiveBeforeCurrent)

    @rule(seconds=st.sampled_from([1, 10, 600, 43_200, 90_000, 400_000]))
    def time_passes(self, seconds: int) -> None:
        self.play.later(seconds=seconds)

    @rule()
    def sweep(self) -> None:
        """Afterwards nothing of anybody's is due, and it is swept once."""
        self.play.settle()
        for member in {int(str(key[0])) for book, key in self.play.books.changed if book is ACCOUNT}:
            assert all(one.expires_at > self.play.now for one in self.play.books.read(LOTS, (member,)).open)
            waits = self.play.books.read(WAITS, (member,)).open
            assert all(one.release_at is None or one.release_at > self.play.now for one in waits)
        before = len(self.play.events)
        self.play.settle()
        assert len(self.play.events) == before

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 9), approved=st.booleans())
    def review(self, which: int, approved: bool) -> None:
        """Of something late: what waits is answered once, and of what does not, there is nothing to review."""
        stories = [place for command, place in self.sent if getattr(command, "type", "") == "story"][-5:]
        position = (stories or [place for _, place in self.sent])[-1 - which % (len(stories) or 1)]
        command = ReviewContribution(position=Position(position), approved=approved, by="member:1")
        answer = self.play.answer(command)
        if isinstance(answer, Accepted):
            made = decisions(self.play.last)
            assert made
            assert all(one.pending < 0 and (one.granted == -one.pending) is approved for one in made)
            answer = self.play.answer(command)
        assert isinstance(answer, NothingToReview)

    @rule(who=st.lists(WHO, min_size=1, max_size=4), is_bad=st.booleans())
    def batch(self, who: list[str], is_bad: bool) -> None:
        """Several at once, and perhaps a bad one at the end: then nothing of it stands."""
        commands = [self.play.command("said", "q1", by=f"{one}{self.play.sent % 3}") for one in who]
        bad = [self.play.command("said", by="zoe", late=-11 * MINUTE)] if is_bad else []
        before = self.play.state(), self.play.books.head, len(self.play.events)
        answers = self.play.atomic(*commands, *bad)
        if is_bad:
            assert isinstance(answers[-1], TimeInFuture)
            assert (self.play.state(), self.play.books.head, len(self.play.events)) == before
            return
        for command, answer in zip(commands, answers, strict=True):
            assert isinstance(answer, Accepted)
            self.sent.append((command, answer.position))

    @invariant()
    def balances_are_the_fold_of_the_log_and_nothing_is_undone_twice(self) -> None:
        """Folding the log's bytes gives what planning made, balances are sums, one undo a grant: see `check`."""
        if not hasattr(self, "play") or self.looked == len(self.play.events):
            return
        self.looked = len(self.play.events)
        self.play.check()

    @invariant()
    def no_other_promise_is_broken(self) -> None:
        for promise in PROMISES if hasattr(self, "play") else ():
            promise(self.play)


def _time(at: int) -> str:
    return moment(Micros(at)).isoformat()
