"""Closed vocabularies.

What is answered has the whole vocabulary of the contract: what the ledger does not record yet is simply
never seen. What is asked has only what can be answered.
"""

from __future__ import annotations

from enum import Enum

from schema.graphql.described import enumeration, value


@enumeration
class EntryKind(Enum):
    """What sort of effect an entry is."""

    AWARD = value("AWARD", "A rule's grant or loss.")
    BONUS = value("BONUS", "A reward beyond single contributions, such as a streak's.")
    REDEMPTION = value("REDEMPTION", "Points spent on a perk.")
    REFUND = value("REFUND", "Points back from a redemption.")
    ADJUSTMENT = value("ADJUSTMENT", "Given or taken by hand, with a reason.")
    REVERSAL = value("REVERSAL", "An earlier entry taken back.")
    PENALTY = value("PENALTY", "Taken for a violation.")
    EXPIRY = value("EXPIRY", "Points that reached the end of their time.")
    TRANSFER = value("TRANSFER", "Moved between two of one person's members.")
    OPENING = value("OPENING", "What a member begins with.")


@enumeration
class Outcome(Enum):
    """Where a rule's look at an event ended."""

    GRANTED = value("GRANTED", "It paid, if only in part.")
    CAPPED = value("CAPPED", "A limit let nothing pass.")
    PENDING = value("PENDING", "It pays after a delay or a review.")
    NOT_MATCHED = value("NOT_MATCHED", "The rule's conditions do not hold.")
    NOT_ELIGIBLE = value("NOT_ELIGIBLE", "The rule does not pay this member for this.")
    ONCE_ONLY = value("ONCE_ONLY", "It paid for this before.")
    COOLDOWN = value("COOLDOWN", "Too soon after the last time.")
    QUOTA = value("QUOTA", "The sender's quota is used up.")
    NO_RECIPIENT = value("NO_RECIPIENT", "The event does not say whom to pay.")
    OUTSIDE_ACTIVITY = value("OUTSIDE_ACTIVITY", "The rule pays only during an activity.")
    NOT_EARNING = value("NOT_EARNING", "The member earns nothing for now.")
    HELD = value("HELD", "Withheld until somebody has looked.")
    TOO_LATE = value("TOO_LATE", "The event came too late.")
    BUDGET_SPENT = value("BUDGET_SPENT", "The community's budget is spent.")
    FLOORED = value("FLOORED", "The balance is at its floor.")
    REVERSED = value("REVERSED", "The event was taken back before it came.")


@enumeration
class StandingState(Enum):
    """Where a member stands with the house rules."""

    GOOD = value("GOOD", "Nothing counts against them.")
    WARNED = value("WARNED", "At least one strike counts.")
    REMOVED = value("REMOVED", "They earn and redeem nothing, and belong in no group, until that is lifted.")


@enumeration
class ViolationAction(Enum):
    """What is made of a report."""

    WARNING = value("WARNING", "A warning.")
    REMOVAL = value("REMOVAL", "The member is removed.")
    PENALTY = value("PENALTY", "Points are taken, or a time without earning begins.")
    DISMISSED = value("DISMISSED", "Nothing follows.")
    LIFTED = value("LIFTED", "It was taken back: what it took was given back, what it withheld was granted.")


@enumeration
class MatchMode(Enum):
    """How many requirements of a group must be met."""

    ALL = value("ALL", "Every one.")
    ANY = value("ANY", "At least one.")
    NONE = value("NONE", "Not one.")


@enumeration
class Period(Enum):
    """A calendar period of the community."""

    DAY = value("DAY", "One local day.")
    WEEK = value("WEEK", "One week, from the community's first weekday.")
    MONTH = value("MONTH", "One calendar month.")
    QUARTER = value("QUARTER", "Three calendar months.")
    YEAR = value("YEAR", "One calendar year.")
    ALL_TIME = value("ALL_TIME", "From the beginning to now.")


@enumeration
class LeaderboardScope(Enum):
    """Who stands on a board."""

    EVERYONE = value("EVERYONE", "Every member who did not leave.")


@enumeration
class MemberFilter(Enum):
    """Which members a list shows."""

    ALL = value("ALL", "Every member who did not leave.")
    NEWCOMERS = value("NEWCOMERS", "Who came in the last 30 local days.")
    GOING_QUIET = value("GOING_QUIET", "Who did something in the last 60 local days, but nothing in the last 14.")
    NEAR_PROMOTION = value("NEAR_PROMOTION", "Who has at least four fifths of what the next tier asks.")
    CORE = value("CORE", "Whose tier gives a place in the group core.")
    WARNED = value("WARNED", "Whose standing is not good: nobody, until violations are recorded.")


@enumeration
class ReviewState(Enum):
    """Where the review of a contribution stands."""

    AWAITING = value("AWAITING", "Somebody has to look before it pays.")
    APPROVED = value("APPROVED", "It was approved and has paid.")
    DECLINED = value("DECLINED", "It was declined and pays nothing.")


@enumeration
class RulebookState(Enum):
    """Where a version of the rulebook stands."""

    DRAFT = value("DRAFT", "Not published.")
    SCHEDULED = value("SCHEDULED", "Published, in force from a later instant.")
    ACTIVE = value("ACTIVE", "In force now.")
    RETIRED = value("RETIRED", "Followed by another; events of its time are still judged by it.")


@enumeration
class Role(Enum):
    """What a caller is to the ledger."""

    MEMBER = value("MEMBER", "A member, signed in by a link.")
    MODERATOR = value("MODERATOR", "A member who also looks after others.")
    OPERATOR = value("OPERATOR", "Somebody with the scope CONSOLE.")
    SERVICE = value("SERVICE", "A bot or tool with a key.")


@enumeration
class ApiScope(Enum):
    """What a key may do."""

    EVENTS_WRITE = value("EVENTS_WRITE", "Record contributions.")
    AMOUNTS_WRITE = value("AMOUNTS_WRITE", "Name amounts in events, where a rule takes them from there.")
    MEMBERS_READ = value("MEMBERS_READ", "See members, their points and why they got them.")
    MEMBERS_LINK = value("MEMBERS_LINK", "Make links that sign members in.")
    LEDGER_READ = value("LEDGER_READ", "Read the journal.")
    LEDGER_ADJUST = value("LEDGER_ADJUST", "Give and take points by hand.")
    REDEMPTIONS_WRITE = value("REDEMPTIONS_WRITE", "Redeem perks for members.")
    CONSOLE = value("CONSOLE", "Everything an operator does; it has every other scope.")
