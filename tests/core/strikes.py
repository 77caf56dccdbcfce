"""Violations for stories: reported, confirmed, appealed, lifted, tersely."""

from __future__ import annotations

from ledger.core.books.goods import Violation
from ledger.core.books.shelf import STRIKES, VIOLATION
from ledger.core.commands import AppealViolation, DecideAppeal, RecordViolation, ResolveViolation
from ledger.core.conduct import Conduct, standing_of
from ledger.core.decide.answers import Answer
from ledger.core.events import Event
from ledger.core.refusals import Refusal
from ledger.core.values import Micros, Position
from ledger.core.violations import Action, ViolationRecorded
from tests.core.play import Play, rulebook

ORDER = """\
ladders:
  conduct: {forget_after: 180d, appeal: 7d, steps: [{warn: true}, {remove: true}]}
violations:
  advert: {ladder: conduct, names: {zh-CN: 不发广告, en: No adverts}}
  rumour: {ladder: conduct}
  spam: {forget_after: 30d, steps: [{warn: true}, {warn: true, points: -5, no_earning: 24h}, {remove: true}]}
"""
LADDER = """\
tiers:
  circle:
    every: day@04:00
    levels:
      - {id: newcomer, grants: ['group:lobby']}
      - {id: core, enter: {all: [{metric: points.earned, gte: 16}], none: [{metric: violations, in: 180d, gte: 2}]},
         stay: {grace: 14d}, grants: ['group:core']}
"""
RULES = (
    "id: share, event: shared, amount: 8, caps: [{count: 2, per: day}], undo_on: [unshared]",
    "id: liked, event: liked, to: author, amount: 3, once_per: [actor, object], when: {not_self: actor}",
    "id: lost, event: lost, amount: -4",
)


def book(*rules: str, unit: str = "{floor: 0}", more: str = "") -> str:
    """Spell a rulebook with the seed circle's house rules, and these rules or a few."""
    return rulebook(*(rules or RULES), unit=unit, more=ORDER + more)


def report(play: Play, name: str, rule: str = "advert", *, key: str | None = None) -> Position:
    """Report that a member broke a rule; return where."""
    play.sent += 1
    command = RecordViolation(key=key or f"v{play.sent}", member=play.member(name), rule=rule, by="key:mod")
    return play.do(command).position


def resolve(play: Play, of: Position, action: Action | None = None) -> Answer:
    """Say what becomes of a report."""
    return play.answer(ResolveViolation(position=of, action=action, by="key:mod"))


def confirm(play: Play, of: Position) -> Event:
    """Confirm a report as whatever its ladder brings."""
    answer = resolve(play, of)
    assert not isinstance(answer, Refusal), answer
    return play.last


def strike(play: Play, name: str, rule: str = "advert") -> Position:
    """Report a violation and confirm it; return where it was reported."""
    of = report(play, name, rule)
    confirm(play, of)
    return of


def lift(play: Play, of: Position) -> Event:
    """Lift a violation."""
    return play.do(ResolveViolation(position=of, action=Action.LIFTED, by="key:mod"))


def appeal(play: Play, of: Position, name: str | None = None) -> Answer:
    """Appeal, by default as the member it is about."""
    reported = next(event for event in play.events if event.position == of)
    assert isinstance(reported.fact, ViolationRecorded)
    member = play.member(name) if name else reported.fact.member
    return play.answer(AppealViolation(position=of, member=member, text="no"))


def decide(play: Play, of: Position, *, lifted: bool) -> Answer:
    """Decide an appeal."""
    return play.answer(DecideAppeal(position=of, lifted=lifted, by="key:mod"))


def violation(play: Play, of: Position) -> Violation:
    """Return what became of a report."""
    reported = next(event for event in play.events if event.position == of)
    assert isinstance(reported.fact, ViolationRecorded)
    return play.books.read(VIOLATION, (reported.fact.member, of))


def standing(play: Play, name: str) -> Conduct:
    """Return where a member stands now, after all that was recorded."""
    return standing_of(play.books, play.member(name), Micros(max(play.now, play.books.head.recorded_at)))


def struck(play: Play, name: str) -> list[str]:
    """Return what a member's strikes brought."""
    return [one.action for one in play.books.read(STRIKES, (play.member(name),)).confirmed]
