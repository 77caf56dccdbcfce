"""Says what house rules bring, and where members stand: in a rulebook's names where it has some."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.core.books.goods import Violation
from ledger.core.calendar import local_date, moment
from ledger.core.conduct import Conduct, State, nearest, step_at
from ledger.core.formula import length as spelled
from ledger.core.rulebook.grammar import HouseRule, Rulebook, StrikeLadder, StrikeStep
from ledger.core.values import DAY, HOUR
from ledger.core.violations import BRINGING, Action
from ledger.words.progress import Speech
from ledger.words.render import render


class Order(NamedTuple):
    """A rulebook's house rules, spoken of in a language."""

    rulebook: Rulebook
    locale: str

    @property
    def speech(self) -> Speech:
        """The rulebook spoken of."""
        return Speech(self.rulebook, self.locale)

    def ladder(self, code: str) -> StrikeLadder | None:
        """Return a ladder by its code."""
        return next((one for one in self.rulebook.strike_ladders if one.code == code), None)

    def rule(self, code: str) -> str:
        """Return what a house rule says; its code where it is not here, or has no name."""
        found = next((one for one in self.rulebook.house_rules if one.code == code), None)
        return self.speech.called(found.names, code) if found is not None else code

    def consequence(self, rule: HouseRule) -> str:
        """Return what breaking a house rule brings, time after time."""
        ladder = self.ladder(rule.ladder)
        if ladder is None:
            return ""
        parts = [
            render("order.step", self.locale, number=number, what=self.brings(step))
            for number, step in enumerate(ladder.steps, start=1)
        ]
        if ladder.forget_after is not None:
            parts.append(render("order.forgets", self.locale, length=self.length(ladder.forget_after)))
        if ladder.appeal:
            parts.append(render("order.appeal", self.locale, length=self.length(ladder.appeal)))
        return render("order.steps", self.locale).join(parts)

    def brings(self, step: StrikeStep) -> str:
        """Return what a step brings, in a few words."""
        parts = [render("order.warn", self.locale)] if step.warn else []
        if step.points:
            points = self.speech.points(-step.points, step.unit)
            parts.append(render("order.points", self.locale, points=points, unit=self.speech.unit(step.unit)))
        if step.no_earning:
            parts.append(render("order.pause", self.locale, length=self.length(step.no_earning)))
        if step.remove:
            parts.append(render("order.remove", self.locale))
        return render("order.parts", self.locale).join(parts)

    def length(self, micros: int) -> str:
        """Return a length of time in words."""
        if micros % DAY == 0 and micros > DAY:
            return render("order.days", self.locale, number=micros // DAY)
        return render("order.hours", self.locale, number=micros // HOUR) if micros % HOUR == 0 else spelled(micros)

    def standing(self, conduct: Conduct) -> str:
        """Return where somebody stands, and what the next violation would bring them."""
        if conduct.state is State.REMOVED:
            return render("standing.REMOVED", self.locale)
        said = [render("standing.GOOD", self.locale)]
        near = nearest(self.rulebook.strike_ladders, conduct.counted)
        ladder = self.ladder(near.ladder) if near is not None else None
        if conduct.state is State.WARNED and near is not None and ladder is not None:
            what = self.brings(step_at(ladder, near.strikes + 1))
            numbers = {"strikes": near.strikes, "allowed": near.allowed}
            said = [render("standing.WARNED", self.locale, what=what, **numbers)]
        if conduct.no_earning_until is not None:
            local = moment(conduct.no_earning_until).astimezone(ZoneInfo(self.rulebook.community.tz))
            until = local.isoformat(timespec="minutes")
            said.append(render("standing.pause", self.locale, until=until))
        if conduct.clears_at is not None:
            on = local_date(conduct.clears_at, self.rulebook.community.tz).isoformat()
            said.append(render("standing.clears", self.locale, on=on))
        return " ".join(said)

    def outcome(self, found: Violation, number: int) -> str:
        """Return what a report brings, would bring or brought; `number` is which strike it is or would be."""
        if found.action == Action.DISMISSED:
            return render("order.dismissed", self.locale)
        if found.action == Action.LIFTED:
            return render("order.lifted", self.locale)
        ladder = self.ladder(self.ladder_of(found))
        if ladder is None:
            return ""
        code = "order.confirmed" if found.action in BRINGING else "order.open"
        step = step_at(ladder, number)
        said = [render(code, self.locale, count=number, what=self.brings(step))]
        if not step.remove:
            said.append(render("order.next", self.locale, what=self.brings(step_at(ladder, number + 1))))
        return " ".join(said)

    def ladder_of(self, found: Violation) -> str:
        """Return the code of the ladder that a report is judged by."""
        if found.ladder:
            return found.ladder
        return next((one.ladder for one in self.rulebook.house_rules if one.code == found.rule), "")
