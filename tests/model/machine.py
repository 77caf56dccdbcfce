"""A community in memory that Hypothesis drives: steps in any order, and what must hold after each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger.core.books.shelf import ACCOUNT
from ledger.core.calendar import local_date, moment
from ledger.core.commands import AdjustPoints, Command, RecordContribution
from ledger.core.decide.answers import Accepted, Repeated
from ledger.core.events import Event, decisions
from ledger.core.outcomes import EntryKind, GrantRef, Outcome
from ledger.core.postings import posting
from ledger.core.refusals import BelowFloor, EffectiveBeforeCurrent, TimeInFuture
from ledger.core.rulebook.grammar import Cap
from ledger.core.values import LARGEST_POINTS, MINUTE, Micros, identity
from tests.core.play import SOURCE, Play, length

RULEBOOK = """\
preset: machine
community: {{tz: America/St_Johns, accept_late: 2d}}
units: {{points: {{start: 3, floor: {floor}, claw: {claw}}}, stars: {{}}}}
creates: {{asked: question}}
undo: [{{event: removed, of: subject, rules: all}}]
cap_groups: {{both: {{points: {group}, per: day, counts: net, rules: [said, thanked]}}}}
rules:
  - {{id: said, event: said, amount: {amount}, cooldown: 10s, caps: [{{points: {points}, per: day}}]}}
  - {{id: thanked, event: thanked, to: question.author, amount: 4, when: {{not_self: actor}},
     caps: [{{count: {count}, per: day}}], undo_on: [{{event: unthanked, match: [actor]}}]}}
  - {{id: scolded, event: scolded, amount: -3, undo_on: [forgiven]}}
  - {{id: best, event: best, to: author, amount: 5, slot: [question], undo_on: [unbest]}}
  - {{id: badge, event: badge, unit: stars, amount: 1, once_per: [member, kind]}}
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
    }
)
WHO = st.sampled_from(["ann", "bob", "bot:cyd", "cyd", "dan"])
SUBJECTS = st.sampled_from(["q1", "q2", "q3", None])
TYPES = st.sampled_from(["asked", "said", "thanked", "unthanked", "scolded", "forgiven", "best", "unbest", "badge"])
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

    @rule(seconds=st.sampled_from([1, 10, 600, 43_200, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.play.later(seconds=seconds)

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
    def all_accounts_sum_to_zero(self) -> None:
        accounts: Counter[tuple[str, str]] = Counter()
        for event in self.play.events if hasattr(self, "play") else ():
            for decision in decisions(event):
                if (moved := posting(decision)) is not None:
                    assert moved.amount > 0
                    accounts[moved.source, moved.unit] -= moved.amount
                    accounts[moved.destination, moved.unit] += moved.amount
        assert sum(accounts.values()) == 0
        for (name, unit), amount in accounts.items():
            if name.startswith("member:"):
                member = int(name.removeprefix("member:"))
                assert self.play.books.read(ACCOUNT, (member, unit)).balance == amount
                assert abs(amount) <= LARGEST_POINTS

    @invariant()
    def no_grant_passes_the_caps_of_its_rulebook(self) -> None:
        if hasattr(self, "play"):
            look_at_caps(self.play)

    @invariant()
    def only_what_was_granted_is_taken_back(self) -> None:
        for event in self.play.events if hasattr(self, "play") else ():
            for decision in decisions(event):
                if (ref := decision.reverses) is not None:
                    taken = granted_at(self.play, ref)
                    assert decision.wanted == -taken
                    assert min(0, -taken) <= decision.granted <= max(0, -taken)


def granted_at(play: Play, ref: GrantRef) -> int:
    """Return what the decision granted that a reversal names."""
    return decisions(play.events[ref.position - 1])[ref.ordinal].granted


def look_at_caps(play: Play) -> None:
    """Count from the log what was granted per rule, member and day, and hold it against the caps of each grant."""
    gross: defaultdict[object, int] = defaultdict(int)
    count: defaultdict[object, int] = defaultdict(int)
    net: defaultdict[object, int] = defaultdict(int)
    for event in play.events:
        for one in decisions(event):
            source = event if one.reverses is None else play.events[one.reverses.position - 1]
            key = (one.rule, one.member, _day(play, source))
            if one.rule in ("said", "thanked"):
                net[key[1:]] += one.granted
            if one.kind is EntryKind.REVERSAL:
                count[key] -= one.granted == one.wanted
            if one.kind is not EntryKind.AWARD or one.outcome is not Outcome.GRANTED or one.granted <= 0:
                continue
            version = play.books.versions.numbered(event.rulebook)
            gross[key] += one.granted
            count[key] += 1
            for cap in version.rule[one.rule].caps:
                assert _stands(cap, gross[key], count[key]), (event, one)
            for group in version.groups_of.get(one.rule, ()):
                assert net[key[1:]] <= group.points, (event, one)


def _stands(cap: Cap, gross: int, count: int) -> bool:
    return (cap.points is None or gross <= cap.points) and (cap.count is None or count <= cap.count)


def _day(play: Play, event: Event) -> str:
    return str(local_date(event.occurred_at, play.rulebook.community.tz))


def _time(at: int) -> str:
    return moment(Micros(at)).isoformat()
