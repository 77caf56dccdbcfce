"""Rulebooks by time: which version looks at an event, and what each says of a type, indexed once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ledger.core.rulebook.grammar import CapGroup, Quota, Rule, Rulebook, Undo, UndoOn, Unit
from ledger.core.values import Micros

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A published rulebook, with what is asked of it at every event looked up by type."""

    number: int
    effective_from: Micros | None
    rulebook: Rulebook
    rules_for: dict[str, tuple[Rule, ...]] = field(init=False)
    rule: dict[str, Rule] = field(init=False)
    units: dict[str, Unit] = field(init=False)
    groups_of: dict[str, tuple[CapGroup, ...]] = field(init=False)
    quotas_for: dict[str, tuple[Quota, ...]] = field(init=False)
    closes: dict[str, tuple[Quota, ...]] = field(init=False)
    undo_for: dict[str, tuple[Undo, ...]] = field(init=False)
    undone_by: dict[str, tuple[tuple[Rule, UndoOn], ...]] = field(init=False)

    def __post_init__(self) -> None:
        book = self.rulebook
        index = object.__setattr__
        index(self, "rule", {rule.id: rule for rule in book.rules})
        index(self, "units", {unit.code: unit for unit in book.units})
        index(self, "rules_for", _grouped((rule.event, rule) for rule in book.rules))
        index(self, "groups_of", _grouped((rule, group) for group in book.cap_groups for rule in group.rules))
        index(self, "quotas_for", _grouped((event, quota) for quota in book.quotas for event in quota.events))
        index(self, "closes", _grouped((event, quota) for quota in book.quotas for event in quota.closed_by))
        index(self, "undo_for", _grouped((undo.event, undo) for undo in book.undo))
        index(self, "undone_by", _grouped((on.event, (rule, on)) for rule in book.rules for on in rule.undo_on))


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
    def latest(self) -> Version:
        """The version published last."""
        return self.published[-1]

    def member_matches(self, event: str) -> Sequence[tuple[str, ...]]:
        """Return the distinct `match` lists by which events of this type find grants among a member's."""
        found = {
            on.match for version in self.published for _, on in version.undone_by.get(event, ()) if on.by_member
        }
        return sorted(found)

    def undoes_by_subject(self, event: str) -> bool:
        """Say whether any version lets this type take back grants on its subject."""
        return any(
            any(undo.of == "subject" for undo in version.undo_for.get(event, ()))
            or any(not on.by_member for _, on in version.undone_by.get(event, ()))
            for version in self.published
        )
