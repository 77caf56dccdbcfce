"""Says what levels ask and how far members are: the rulebook's names where it has some, our words where not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from ledger.core.lines import amount
from ledger.core.progress import Mark, Progress
from ledger.core.rulebook.grammar import Level, Requirement, Rulebook, Terms
from ledger.core.tiers.terms import MEMBER_FOR
from ledger.core.values import DAY
from ledger.words.render import render, texts

SIGNS = {"gte": "≥", "gt": ">", "lte": "≤", "lt": "<"}
DAYS = ("active_days", "days_visited", MEMBER_FOR)
COUNT = "count"


class Speech(NamedTuple):
    """A rulebook spoken of in a language."""

    rulebook: Rulebook
    locale: str

    def called(self, names: Mapping[str, str], code: str) -> str:
        """Return what something is called: in the language, else in any other, else by its code."""
        return names.get(self.locale) or next(iter(names.values()), code)

    def unit(self, code: str) -> str:
        """Return what a unit is called."""
        found = next((unit for unit in self.rulebook.units if unit.code == code), None)
        return self.called(found.names, code) if found is not None else code

    def rule(self, code: str) -> str:
        """Return what a rule, a streak or an accrual is called."""
        book = self.rulebook
        names = {one.id: one.names for one in book.rules}
        names |= {one.id: one.names for one in book.streaks} | {one.id: one.names for one in book.accruals}
        return self.called(names.get(code, {}), code)

    def activity(self, code: str) -> str:
        """Return what an activity of the rulebook is called."""
        found = next((one for one in self.rulebook.activities if one.id == code), None)
        return self.called(found.names, code) if found is not None else code

    def offer(self, code: str) -> str:
        """Return what an offer of the rulebook is called."""
        found = next((one for one in self.rulebook.offers if one.code == code), None)
        return self.called(found.names, code) if found is not None else code

    def task(self, code: str) -> str:
        """Return what a task of the playbook is called."""
        found = next((one for one in self.rulebook.playbook if one.id == code), None)
        return self.called(found.names, code) if found is not None else code

    def rank(self, ladder: str, code: str) -> str:
        """Return what a level is called, by its code and its ladder's."""
        levels = [level for one in self.rulebook.ladders if one.code == ladder for level in one.levels]
        found = next((level for level in levels if level.code == code), None)
        return self.level(found) if found is not None else code

    def level(self, level: Level) -> str:
        """Return what a level is called."""
        return self.called(level.names, level.code)

    def benefit(self, group: str) -> str:
        """Return what a place in a group is called."""
        return render("benefit.group", self.locale, group=group)

    def metric(self, one: Requirement) -> str:
        """Return what is measured."""
        unit, _, what = one.metric.rpartition(".")
        if unit in {known.code for known in self.rulebook.units} and what in ("earned", "balance"):
            return render(f"metric.{what}", self.locale, unit=self.unit(unit))
        own = next((metric for metric in self.rulebook.metrics if metric.code == one.metric), None)
        if own is not None and own.names:
            return self.called(own.names, own.code)
        return texts(self.locale).get(f"metric.{one.metric}", one.metric)

    def label(self, one: Requirement) -> str:
        """Return what is measured, and over which window."""
        label = self.metric(one)
        if one.distinct:
            label = render("label.distinct", self.locale, label=label, distinct=one.distinct)
        if one.days:
            return render("label.days", self.locale, label=label, days=one.days)
        return render("label.months", self.locale, label=label, months=one.months) if one.months else label

    def window(self, one: Requirement) -> str:
        """Return a window as the rulebook spells it."""
        return f"{one.days}d" if one.days else f"{one.months}mo" if one.months else ""

    def counted_in(self, one: Requirement) -> str:
        """Return what a mark is counted in: a unit's code, days, or a count."""
        unit = one.metric.rpartition(".")[0]
        if unit and any(known.code == unit for known in self.rulebook.units):
            return unit
        return "day" if one.metric in DAYS and not one.distinct else COUNT

    def target(self, one: Requirement) -> int:
        """Return a mark in what it is counted in; one that moves with the community at its highest."""
        if one.share is not None:
            return one.share.at_most or 0
        return math.ceil(one.target / DAY) if one.metric == MEMBER_FOR else one.target

    def points(self, minor: int, unit: str) -> str:
        """Return minor units as whole ones."""
        return amount(minor, next((one.scale for one in self.rulebook.units if one.code == unit), 0))

    def hint(self, mark: Mark) -> str:
        """Return what is missing of an open mark."""
        unit = self.counted_in(mark.asked)
        if not mark.wants_more:
            return render("progress.too_much", self.locale, current=self._number(mark.current, unit))
        if unit == COUNT:
            return render("progress.hint.count", self.locale, missing=mark.missing)
        if unit == "day":
            return render("progress.hint.day", self.locale, missing=mark.missing)
        return render("progress.hint", self.locale, missing=self.points(mark.missing, unit), unit=self.unit(unit))

    def _number(self, value: int, unit: str) -> str:
        return str(value) if unit in (COUNT, "day") else self.points(value, unit)

    def summary(self, found: Progress) -> str:
        """Return the nearest thing to be done for the next level."""
        if found.next is None:
            return render("progress.top", self.locale)
        tier = self.level(found.next)
        if found.enter is None:
            return render("progress.manual", self.locale, tier=tier)
        if not found.nearest:
            return render("progress.reached", self.locale, tier=tier)
        mark = found.nearest[0]
        unit = self.counted_in(mark.asked)
        if found.ladder.measure:
            missing = self.points(mark.missing, unit)
            return render("progress.next", self.locale, missing=missing, unit=self.unit(unit), tier=tier)
        return self.nearest(mark, tier)

    def nearest(self, mark: Mark, tier: str) -> str:
        """Return what is missing of an open mark to a level."""
        hint, label = self.hint(mark), self.label(mark.asked)
        return render("progress.nearest", self.locale, hint=hint, label=label, tier=tier)

    def asked(self, terms: Terms | None, *, manual: bool) -> str:
        """Return what a level asks, as a sentence; nothing where it asks nothing."""
        if manual:
            return render("terms.manual", self.locale)
        return self._terms(terms) if terms is not None else ""

    def _terms(self, terms: Terms) -> str:
        said = []
        for mode, several in (("all", terms.all), ("any", terms.any), ("none", terms.none)):
            if several:
                listed = render(f"terms.{mode}.join", self.locale).join(self._term(one) for one in several)
                said.append(render(f"terms.{mode}", self.locale, terms=listed))
        return render("terms.all.join", self.locale).join(said)

    def _term(self, one: Requirement | Terms) -> str:
        if isinstance(one, Terms):
            return render("terms.within", self.locale, terms=self._terms(one))
        target = self._number(self.target(one), self.counted_in(one))
        if one.share is not None:
            percent = f"{float(one.share.percent):g}"
            target = render("terms.share", self.locale, percent=percent, most=target)
        return f"{self.label(one)} {SIGNS[one.bound]} {target}"
