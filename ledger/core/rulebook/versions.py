"""Rulebooks by time: which version looks at an event, and what each says of a type, indexed once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from ledger.core.rulebook.grammar import (
    Accrual,
    Activity,
    Budget,
    CapGroup,
    Claw,
    HouseRule,
    Ladder,
    Metric,
    Quota,
    Requirement,
    Rule,
    Rulebook,
    Streak,
    StrikeLadder,
    Terms,
    Undo,
    UndoOn,
    Unit,
)
from ledger.core.rulebook.schedule import LastBegun, never
from ledger.core.values import Micros

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A published rulebook, with what is asked of it at every event looked up by type."""

    number: int
    effective_from: Micros | None
    rulebook: Rulebook
    last_begun: LastBegun = never
    rules_for: dict[str, tuple[Rule, ...]] = field(init=False)
    rule: dict[str, Rule] = field(init=False)
    units: dict[str, Unit] = field(init=False)
    groups_of: dict[str, tuple[CapGroup, ...]] = field(init=False)
    quotas_for: dict[str, tuple[Quota, ...]] = field(init=False)
    closes: dict[str, tuple[Quota, ...]] = field(init=False)
    undo_for: dict[str, tuple[Undo, ...]] = field(init=False)
    undone_by: dict[str, tuple[tuple[Rule, UndoOn], ...]] = field(init=False)
    activities: dict[str, Activity] = field(init=False)
    budgets: dict[str, Budget] = field(init=False)
    streaks_of: dict[str, tuple[Streak, ...]] = field(init=False)
    accruals_for: dict[str, tuple[Accrual, ...]] = field(init=False)
    accruals: dict[str, Accrual] = field(init=False)
    series_for: dict[str, tuple[Series, ...]] = field(init=False)
    series_undone_by: dict[str, tuple[tuple[Series, UndoOn], ...]] = field(init=False)
    measured: frozenset[str] = field(init=False)
    sharing: frozenset[str] = field(init=False)
    """Ladders with a mark that is a share of the community's."""
    ladders: dict[str, Ladder] = field(init=False)
    strike_ladders: dict[str, StrikeLadder] = field(init=False)
    house_rules: dict[str, HouseRule] = field(init=False)
    timed: bool = field(init=False)

    def __post_init__(self) -> None:
        book = self.rulebook
        index = object.__setattr__
        index(self, "rule", {rule.id: rule for rule in book.rules})
        index(self, "units", {unit.code: unit for unit in book.units})
        index(self, "rules_for", _grouped((rule.event, rule) for rule in book.rules if rule.enabled))
        index(self, "groups_of", _grouped((rule, group) for group in book.cap_groups for rule in group.rules))
        index(self, "quotas_for", _grouped((event, quota) for quota in book.quotas for event in quota.events))
        index(self, "closes", _grouped((event, quota) for quota in book.quotas for event in quota.closed_by))
        index(self, "undo_for", _grouped((undo.event, undo) for undo in book.undo))
        index(self, "undone_by", _grouped((on.event, (rule, on)) for rule in book.rules for on in rule.undo_on))
        index(self, "activities", {activity.id: activity for activity in book.activities})
        index(self, "budgets", {budget.code: budget for budget in book.budgets})
        index(self, "streaks_of", _grouped((rule, streak) for streak in book.streaks for rule in streak.rules))
        index(
            self, "accruals_for", _grouped((event, one) for one in book.accruals for event in one.events or ("",))
        )
        index(self, "accruals", {accrual.id: accrual for accrual in book.accruals})
        index(self, "ladders", {ladder.code: ladder for ladder in book.ladders})
        index(self, "strike_ladders", {ladder.code: ladder for ladder in book.strike_ladders})
        index(self, "house_rules", {rule.code: rule for rule in book.house_rules})
        self._index_metrics()
        waits = any(rule.pending for rule in book.rules) or any(
            unit.expiry or unit.claw is Claw.WITHIN_BALANCE for unit in book.units
        )
        index(self, "timed", waits or any(ladder.daily_at is not None for ladder in book.ladders))

    def _index_metrics(self) -> None:
        book, index = self.rulebook, object.__setattr__
        metrics = {metric.code: metric for metric in book.metrics}
        series: dict[str, Series] = {}
        measured: set[str] = set()
        sharing: set[str] = set()
        for ladder, one in _requirements(book):
            if (metric := metrics.get(one.metric)) is not None:
                found = series_of(metric, one.distinct)
                series[found.key] = found
            elif one.metric == ACTIVE_DAYS or (one.metric.endswith(EARNED) and (one.days or one.months)):
                measured.add(one.metric)
            if one.share is not None:
                sharing.add(ladder)
            if one.share is not None and one.share.of in metrics:
                found = series_of(metrics[one.share.of], "")
                series[found.key] = found
        index(self, "measured", frozenset(measured))
        index(self, "sharing", frozenset(sharing))
        index(self, "series_for", _grouped((event, one) for one in series.values() for event in one.metric.events))
        undone = ((on.event, (one, on)) for one in series.values() for on in one.metric.undo_on)
        index(self, "series_undone_by", _grouped(undone))

    def is_metric(self, series: str) -> bool:
        """Say whether a series counts one of the rulebook's own metrics."""
        return any(one.key == series for several in self.series_for.values() for one in several)

    @property
    def main_ladder(self) -> Ladder | None:
        """The ladder that is meant where none is named."""
        return next(iter(self.rulebook.ladders), None)


ACTIVE_DAYS = "active_days"
EARNED = ".earned"


class Series(NamedTuple):
    """A metric as it is tallied: under `key`, telling apart values of `distinct`."""

    key: str
    metric: Metric
    distinct: str


def series_of(metric: Metric, distinct: str) -> Series:
    """Return the series that counts a metric, telling apart other values than the metric does by itself."""
    chosen = distinct or metric.distinct
    return Series(f"{metric.code}/{chosen}" if chosen and chosen != "day" else metric.code, metric, chosen)


def _requirements(book: Rulebook) -> Iterator[tuple[str, Requirement]]:
    for ladder in book.ladders:
        for level in ladder.levels:
            if level.enter is not None:
                yield from ((ladder.code, one) for one in leaves(level.enter))
    for offer in book.offers:
        yield from (("", one.requirement) for one in (*offer.after_all, *offer.after_any, *offer.silent_if))


def leaves(terms: Terms) -> Iterator[Requirement]:
    """Yield every requirement in terms, in order."""
    for one in (*terms.all, *terms.any, *terms.none):
        if isinstance(one, Terms):
            yield from leaves(one)
        else:
            yield one


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


@dataclass(frozen=True, slots=True)
class Versions:
    """Every published version, first to last."""

    published: tuple[Version, ...] = ()

    def at(self, occurred_at: Micros) -> Version:
        """Return the version in force at `occurred_at`; the first has no beginning."""
        for version in reversed(self.published):
            if version.effective_from is None or version.effective_from <= occurred_at:
                return version
        return self.published[0]

    def numbered(self, number: int) -> Version:
        """Return a version by its number, from 1."""
        return self.published[number - 1]

    def with_next(self, version: Version) -> Versions:
        """Return the history with one more version at its end."""
        return Versions((*self.published, version))

    @property
    def timed(self) -> bool:
        """Whether any version lets something happen by itself, with time."""
        return any(version.timed for version in self.published)

    @property
    def ordered(self) -> bool:
        """Whether any version has house rules, so that somebody may have broken one."""
        return any(version.house_rules for version in self.published)

    @property
    def latest(self) -> Version:
        """The version published last."""
        return self.published[-1]

    def member_matches(self, event: str) -> Sequence[tuple[str, ...]]:
        """Return the distinct `match` lists by which events of this type find grants among a member's."""
        return sorted({on.match for on in self._undone_by(event) if on.by_member})

    def _undone_by(self, event: str) -> Iterator[UndoOn]:
        for version in self.published:
            yield from (on for _, on in version.undone_by.get(event, ()))
            yield from (on for _, on in version.series_undone_by.get(event, ()))

    def undoes_by_subject(self, event: str) -> bool:
        """Say whether any version lets this type take back grants on its subject."""
        return any(not on.by_member for on in self._undone_by(event)) or any(
            undo.of == "subject" for version in self.published for undo in version.undo_for.get(event, ())
        )
