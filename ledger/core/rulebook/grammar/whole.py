"""The whole rulebook, and the community's calendar."""

from __future__ import annotations

from ledger.core.rulebook.grammar.boards import Board
from ledger.core.rulebook.grammar.catalogue import OfferTerms, PerkTerms, Task
from ledger.core.rulebook.grammar.order import HouseRule, StrikeLadder
from ledger.core.rulebook.grammar.rhythm import Accrual, Activity, Streak
from ledger.core.rulebook.grammar.rules import Budget, CapGroup, Quota, Rule, Undo
from ledger.core.rulebook.grammar.tiers import Ladder, Metric
from ledger.core.rulebook.grammar.units import Unit
from ledger.core.values import DAY, Value

HIGHEST = "highest"
ADD = "add"
COMPOUND = "compound"


class CommunityPart(Value):
    """The community's calendar, and how late a live event may come; None is any time."""

    tz: str = "UTC"
    first_weekday: int = 0
    accept_late: int | None = 7 * DAY


class Rulebook(Value):
    """A whole rulebook, read and without faults. Order of rules and units is as written."""

    name: str
    community: CommunityPart
    units: tuple[Unit, ...]
    creates: dict[str, str] = {}
    undo: tuple[Undo, ...] = ()
    cap_groups: tuple[CapGroup, ...] = ()
    rules: tuple[Rule, ...] = ()
    quotas: tuple[Quota, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    boards: tuple[Board, ...] = ()
    budgets: tuple[Budget, ...] = ()
    metrics: tuple[Metric, ...] = ()
    activities: tuple[Activity, ...] = ()
    stacking: str = HIGHEST
    """How factors of activities that run at once join: the highest, 1 + their gains, or their product."""
    streaks: tuple[Streak, ...] = ()
    accruals: tuple[Accrual, ...] = ()
    strike_ladders: tuple[StrikeLadder, ...] = ()
    house_rules: tuple[HouseRule, ...] = ()
    perks: tuple[PerkTerms, ...] = ()
    offers: tuple[OfferTerms, ...] = ()
    playbook: tuple[Task, ...] = ()
    welcome: str = ""
    """Perks, offers, tasks and the perk that new members are given: seeds, created when the rulebook is adopted."""
