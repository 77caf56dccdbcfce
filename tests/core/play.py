"""A community in memory, for stories: send events tersely, move time, ask what members have and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from ledger.core.books.blank import blank_books
from ledger.core.books.evolve import evolve
from ledger.core.books.shelf import (
    ACCOUNT,
    CLAIM,
    COUNTER,
    FOLDED,
    IDENTITY,
    LOT,
    LOTS,
    MEMBER,
    TIER,
    TRAIL,
    WISH,
    Account,
    Member,
)
from ledger.core.books.view import Books
from ledger.core.calendar import micros, moment
from ledger.core.chain import content_mac
from ledger.core.commands import (
    AdjustPoints,
    Command,
    HoldGroup,
    LockTier,
    PublishRulebook,
    RecordContribution,
    ReviewContribution,
    Stamped,
)
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.events import Event, decisions, decode_fact, encode_fact
from ledger.core.outcomes import Decided, Decision, Outcome, TierChange
from ledger.core.plan import plan, plan_atomic
from ledger.core.replay import settle_all
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.values import MemberId, Micros, identity
from ledger.service.rulebooks import read
from ledger.service.schedule import last_begun

SOURCE = "bot:test"
MONDAY = "2026-01-05T12:00:00Z"

cached_read = lru_cache(maxsize=512)(read)


def instant(text: str) -> Micros:
    """Read an ISO time; without an offset it is UTC."""
    return micros(datetime.fromisoformat(text if "+" in text[10:] or text.endswith("Z") else f"{text}+00:00"))


def length(**parts: float) -> int:
    """Return a length of time such as `days=1, seconds=3` in microseconds."""
    return timedelta(**parts) // timedelta(microseconds=1)


def rulebook(*rules: str, unit: str = "{}", tz: str = "UTC", more: str = "") -> str:
    """Spell a rulebook of one unit, `points`, from the insides of its rules."""
    spelled = "".join(f"  - {{{rule}}}\n" for rule in rules)
    return f"community: {{tz: {tz}}}\nunits: {{points: {unit}}}\nrules:\n{spelled}{more}"


def stamped(command: Command) -> Stamped:
    """Put the digest on a command that tells a repeat from a conflict."""
    return Stamped(command, content_mac(b"secret", command))


class Play:
    """A community with a rulebook and a clock that moves when it is told to."""

    def __init__(self, rulebook: str, now: str = MONDAY) -> None:
        self.books = blank_books()
        self.now = Micros(instant(now) - length(seconds=1))
        self.sent = 0
        self.publish(rulebook)
        self.on(now)

    # What happens

    def publish(self, rulebook: str, *, effective: str | None = None) -> Answer:
        """Publish a rulebook, from now on or from a time on."""
        since = instant(effective) if effective else None
        return self.answer(
            PublishRulebook(
                yaml=rulebook,
                rulebook=cached_read(rulebook),
                effective_from=since,
                note=str(self.sent),
                last_begun=last_begun,
            )
        )

    def later(self, **parts: float) -> None:
        """Let time pass."""
        self.now = Micros(self.now + length(**parts))

    def on(self, when: str) -> None:
        """Set the clock."""
        self.now = instant(when)

    def command(
        self,
        type_: str,
        subject: str | None = None,
        *,
        by: str | None = None,
        author: str | None = None,
        people: dict[str, str] | None = None,
        at: str | int | None = None,
        late: int = 0,
        key: str | None = None,
        undoes: str | None = None,
        source: str = SOURCE,
        imported: bool = False,
        data: dict[str, Any] | None = None,
        **fields: Any,
    ) -> RecordContribution:
        """Make a command. It happened now, or `late` microseconds ago, or `at` a time."""
        self.sent += 1
        occurred_at = instant(at) if isinstance(at, str) else Micros(self.now - late if at is None else at)
        others = {**(people or {}), **({"author": author} if author else {})}
        return RecordContribution(
            source=source,
            key=key or f"e{self.sent}",
            type=type_,
            subject=subject,
            occurred_at=occurred_at,
            actor=identity(by, source=source) if by else None,
            people={role: identity(who, source=source) for role, who in others.items()},
            undoes=undoes,
            data={**(data or {}), **fields},
            imported=imported,
        )

    def send(self, type_: str, subject: str | None = None, **parts: Any) -> Event:
        """Send an event that must be accepted, and return it as recorded. See `command` for the parts."""
        answer = self.answer(self.command(type_, subject, **parts))
        assert isinstance(answer, Accepted), answer
        return self.last

    def answer(self, command: Command) -> Answer:
        """Send a command and return its answer. A moment passes: no two events share one."""
        (answer,) = plan(self.books, [stamped(command)], at=self.now)
        return answer

    def atomic(self, *commands: Command) -> list[Answer]:
        """Send commands that are accepted all or not at all."""
        return plan_atomic(self.books, [stamped(command) for command in commands], at=self.now)

    def do(self, command: Command) -> Event:
        """Do what must be accepted, and return it as recorded."""
        answer = self.answer(command)
        assert isinstance(answer, Accepted), answer
        return self.last

    def adjust(self, name: str, delta: int, unit: str | None = None) -> Event:
        """Give or take points by hand."""
        self.sent += 1
        who = identity(name, source=SOURCE)
        return self.do(
            AdjustPoints(key=f"a{self.sent}", member=who, delta=delta, unit=unit, reason="r", by="key:k")
        )

    def review(self, event: Event, *, approved: bool) -> Event:
        """Say what a person thinks of what waits."""
        return self.do(ReviewContribution(position=event.position, approved=approved, by="member:1"))

    def lock(self, name: str, level: str | None, ladder: str | None = None) -> Event:
        """Put a member on a level, or let the ladder judge them again."""
        return self.do(LockTier(member=self.member(name), ladder=ladder, level=level, by="key:k", reason="r"))

    def hold(self, name: str, group: str, *, held: bool = True) -> Event:
        """Keep a member's place in a group, or let go of it."""
        return self.do(HoldGroup(member=self.member(name), group=group, held=held, by="key:k", reason="r"))

    # What is so

    @property
    def last(self) -> Event:
        """The event recorded last."""
        return self.books.events[-1].event

    @property
    def events(self) -> list[Event]:
        """Every event, oldest first."""
        return [written.event for written in self.books.events]

    def member(self, name: str) -> MemberId:
        """Return a member's number; 0 is somebody never seen."""
        who = identity(name, source=SOURCE)
        return self.books.read(IDENTITY, (who.platform, who.external_id)).member

    def book(self, name: str) -> Member:
        """Return when a member was seen, joined and left."""
        return self.books.read(MEMBER, (self.member(name),))

    def account(self, name: str, unit: str | None = None) -> Account:
        """Return a member's points in a unit, by default the first."""
        return self.books.read(ACCOUNT, (self.member(name), unit or self.rulebook.units[0].code))

    def balance(self, name: str, unit: str | None = None) -> int:
        """Return a member's balance."""
        return self.account(name, unit).balance

    def earned(self, name: str, unit: str | None = None) -> int:
        """Return what a member ever earned."""
        return self.account(name, unit).earned

    def level(self, name: str, ladder: str = "rank") -> str:
        """Return a member's level; an empty one is below the lowest."""
        return self.books.read(TIER, (ladder, self.member(name))).level

    def lots(self, name: str, unit: str | None = None) -> list[tuple[int, str]]:
        """Return what is left in a member's open lots, soonest expiry first, and when each ends."""
        known = self.books.read(LOTS, (self.member(name),)).open
        code = unit or self.rulebook.units[0].code
        return [(one.remaining, f"{moment(one.expires_at):%Y-%m-%dT%H:%M}") for one in known if one.unit == code]

    def wanted(self, name: str, group: str = "core") -> bool:
        """Say whether a member should be in a group."""
        return bool(self.books.read(WISH, (self.member(name), group)).wanted)

    def moves(self, name: str, ladder: str | None = None) -> list[tuple[str | None, str]]:
        """Return the levels that a member came to, oldest first, and when."""
        steps = [(event, step) for event in self.events for step in tiers(event)]
        mine = [(e, s) for e, s in steps if s.member == self.member(name) and ladder in (None, s.ladder)]
        return [(s.after, f"{moment(e.occurred_at if s.at is None else s.at):%Y-%m-%dT%H:%M}") for e, s in mine]

    def settle(self) -> None:
        """Let the sweeper do all that is due now."""
        settle_all(self.books, self.now)

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook published last."""
        return self.books.versions.latest.rulebook

    def pays(self, type_: str, subject: str | None = None, **parts: Any) -> int:
        """Send an event and return what all its decisions granted together."""
        return sum(decision.granted for decision in decisions(self.send(type_, subject, **parts)))

    def says(self, type_: str, subject: str | None = None, **parts: Any) -> Outcome:
        """Send an event and return its last decision's outcome."""
        return decisions(self.send(type_, subject, **parts))[-1].outcome

    def decisions(self, rule: str | None = None) -> list[Decision]:
        """Return the last event's decisions, of one rule or of all."""
        return [d for d in decisions(self.last) if rule in (None, d.rule)]

    def granted(self) -> dict[str, int]:
        """Return what the last event granted, by rule."""
        sums: dict[str, int] = {}
        for decision in decisions(self.last):
            sums[decision.rule] = sums.get(decision.rule, 0) + decision.granted
        return sums

    # What must always be so

    def state(self) -> dict[tuple[str, tuple[object, ...]], object]:
        """Return every folded book that is not blank."""
        return state(self.books)

    def check(self) -> None:
        """Fold the log anew, from its bytes, and compare; and check what every log must keep."""
        folded = blank_books()
        for event in self.events:
            body = encode_fact(event.fact)
            fact = decode_fact(body)
            assert encode_fact(fact) == body
            assert fact == event.fact
            evolve(folded, event)
        assert state(folded) == self.state(), "live planning and folding the log differ"
        assert folded.head == self.books.head
        self._check_sums()
        self._check_lots()
        self._check_undone_once()

    def _check_sums(self) -> None:
        balances: dict[tuple[int, str], int] = {}
        for event in self.events:
            for decision in decisions(event):
                if decision.member is not None:
                    key = (decision.member, decision.unit)
                    balances[key] = balances.get(key, 0) + decision.granted
                    assert decision.after == balances[key], (event, decision)
        for (member, unit), balance in balances.items():
            assert self.books.read(ACCOUNT, (member, unit)).balance == balance

    def _check_lots(self) -> None:
        """Open lots never hold more than a balance, and all of it where the unit's points have always expired."""
        for (book, key), account in self.books.changed.items():
            if book is not ACCOUNT:
                continue
            member, unit = key
            known = self.books.read(LOTS, (MemberId(int(str(member))),)).open
            open_here = [one for one in known if one.unit == unit]
            for one in open_here:
                lot = self.books.read(LOT, (int(str(member)), one.position, one.ordinal))
                assert one.remaining == lot.remaining > 0
                assert lot.remaining + lot.expired <= lot.gained
            held, most = sum(one.remaining for one in open_here), max(0, account.available)
            assert held <= most, (key, held, account)
            if all(unit in v.units and v.units[str(unit)].expiry for v in self.books.versions.published):
                assert held == most, (key, held, account)

    def _check_undone_once(self) -> None:
        seen = set()
        for event in self.events:
            for decision in decisions(event):
                if decision.reverses is not None:
                    assert decision.reverses not in seen, f"{decision.reverses} was undone twice"
                    seen.add(decision.reverses)
                    assert decision.reverses.position < event.position


def tiers(event: Event) -> tuple[TierChange, ...]:
    """Return the levels that an event moved."""
    return event.fact.tiers if isinstance(event.fact, Decided) else ()


def state(books: Books) -> dict[tuple[str, tuple[object, ...]], object]:
    """Return every folded book that is not blank."""
    held: dict[tuple[str, tuple[object, ...]], object] = {
        (book.name, key): value
        for (book, key), value in books.changed.items()
        if book in FOLDED and value != book.blank
    }
    held |= {(TRAIL.name, (key,)): positions for key, positions in books.added.items()}
    return held


def counters(books: Books, scope: str) -> dict[tuple[object, ...], int]:
    """Return the counters of a scope that stand at something."""
    return {
        key[1:]: value.amount
        for (book, key), value in books.changed.items()
        if book is COUNTER and str(key[0]).startswith(scope) and value.amount
    }


def claims(books: Books, kind: str) -> dict[object, int]:
    """Return the claims of a kind that are held, and by the event at which position."""
    return {
        key[1]: value.position
        for (book, key), value in books.changed.items()
        if book is CLAIM and key[0] == kind and value.position
    }


__all__ = ["Outcome", "Play", "Repeated", "claims", "counters", "instant", "length", "rulebook"]
