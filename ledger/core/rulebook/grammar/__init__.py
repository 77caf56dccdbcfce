"""The grammar of a rulebook, as values. Amounts are in minor units of their unit, lengths in microseconds."""

from ledger.core.rulebook.grammar.boards import Board
from ledger.core.rulebook.grammar.catalogue import Mark, OfferCap, OfferTerms, PerkLimit, PerkTerms, Task
from ledger.core.rulebook.grammar.order import HouseRule, StrikeLadder, StrikeStep
from ledger.core.rulebook.grammar.rhythm import Accrual, Activity, Freezes, Streak
from ledger.core.rulebook.grammar.rules import (
    Amount,
    Budget,
    Cap,
    CapGroup,
    Condition,
    DataAmount,
    FixedAmount,
    Levels,
    Pending,
    Quota,
    RankAmount,
    Rule,
    Scalar,
    Undo,
    UndoOn,
    When,
)
from ledger.core.rulebook.grammar.tiers import Ladder, Level, Metric, Requirement, Share, Stay, Terms
from ledger.core.rulebook.grammar.units import Claw, Expiry, StartOn, Unit
from ledger.core.rulebook.grammar.whole import CommunityPart, Rulebook

__all__ = [
    "Accrual",
    "Activity",
    "Amount",
    "Board",
    "Budget",
    "Cap",
    "CapGroup",
    "Claw",
    "CommunityPart",
    "Condition",
    "DataAmount",
    "Expiry",
    "FixedAmount",
    "Freezes",
    "HouseRule",
    "Ladder",
    "Level",
    "Levels",
    "Mark",
    "Metric",
    "OfferCap",
    "OfferTerms",
    "Pending",
    "PerkLimit",
    "PerkTerms",
    "Quota",
    "RankAmount",
    "Requirement",
    "Rule",
    "Rulebook",
    "Scalar",
    "Share",
    "StartOn",
    "Stay",
    "Streak",
    "StrikeLadder",
    "StrikeStep",
    "Task",
    "Terms",
    "Undo",
    "UndoOn",
    "Unit",
    "When",
]
