"""What books about conduct, perks, offers and stories hold: the values that `shelf` keys."""

from __future__ import annotations

from ledger.core.values import MemberId, Micros, Position, Value


class Setting(Value):
    """Something of the community itself, and where it was set."""

    value: str = ""
    position: Position = Position(0)


class Offer(Value):
    """An offer: its terms as JSON; an empty text is none."""

    terms: str = ""
    retired: int = 0


class Tick(Value):
    """When something of the playbook was last done: an event of a type, or a task by hand.

    `undone` is 1 where somebody took that back.
    """

    position: Position = Position(0)
    at: Micros = Micros(0)
    undone: int = 0


class Perk(Value):
    """A perk: its terms as JSON, and what became of its stock and its codes; an empty text is none.

    `stock` is how many there ever were, None without end; `reserved` is asked for, `sold` is had.
    """

    terms: str = ""
    retired: int = 0
    stock: int | None = None
    reserved: int = 0
    sold: int = 0
    codes: int = 0
    handed: int = 0


class Redemption(Value):
    """A redemption: of what, by whom, for how much, how far it is. `open` is 1 while points are held for it."""

    perk: str = ""
    member: MemberId = MemberId(0)
    unit: str = ""
    cost: int = 0
    status: str = ""
    given: int = 0
    handed: int = 0
    open: int = 0
    hold_until: Micros | None = None
    requested_at: Micros = Micros(0)
    updated_at: Micros = Micros(0)
    paid_at: Position = Position(0)


class OpenHold(Value, array_like=True):
    """A redemption that expires at a time unless it is fulfilled."""

    hold_until: Micros
    position: Position
    member: MemberId


class Holds(Value):
    """Redemptions that will expire, soonest first."""

    open: tuple[OpenHold, ...] = ()


class Story(Value):
    """A story by its subject: where it was submitted, whose it is, how far it is, and where it last moved."""

    position: Position = Position(0)
    author: MemberId = MemberId(0)
    state: str = ""
    moved: Position = Position(0)
    published_at: Micros | None = None
    featured_at: Micros | None = None
    thanks: int = 0


class Thanks(Value):
    """Whether a member thanks for a story or another object, and who made it; None is nobody known."""

    given: int = 0
    author: MemberId | None = None


class Round(Value):
    """Where a round was opened, and where it was closed; 0 is not yet."""

    opened: Position = Position(0)
    closed: Position = Position(0)


class Series(Value):
    """A series of an activity that was scheduled by command: its terms as JSON, and where that was; 0 is not."""

    terms: str = ""
    scheduled: Position = Position(0)
    cancelled: Position = Position(0)


class Gathering(Value):
    """What is known of one occurrence: where it was cancelled and recapped, how many say they come, and came."""

    cancelled: Position = Position(0)
    going: int = 0
    attended: int = 0
    recapped: Position = Position(0)


class Rsvp(Value):
    """What a member said to an invitation, and where."""

    answer: str = ""
    answered: Position = Position(0)


class Violation(Value):
    """A report of a broken house rule, and what became of it.

    `open` is 1 while somebody must look: at the report, or at an appeal. `action` is empty before it is resolved.
    `confirmed` and `appealed` say where, 0 is not; `upheld` where an appeal came to nothing.
    """

    rule: str = ""
    ladder: str = ""
    action: str = ""
    open: int = 0
    count: int = 0
    confirmed: Position = Position(0)
    confirmed_at: Micros | None = None
    forgets_at: Micros | None = None
    appeal_until: Micros | None = None
    no_earning_until: Micros | None = None
    appealed: Position = Position(0)
    appealed_at: Micros | None = None
    upheld: Position = Position(0)
    resolved: Position = Position(0)
    resolved_at: Micros | None = None


class Strike(Value, array_like=True):
    """A confirmed violation that was not lifted."""

    position: Position
    ladder: str
    action: str
    confirmed_at: Micros
    forgets_at: Micros | None
    no_earning_until: Micros | None


class Strikes(Value):
    """A member's strikes, in order of the log, forgotten ones too."""

    confirmed: tuple[Strike, ...] = ()


class Places(Value):
    """The groups that a member should be in, by name."""

    wanted: tuple[str, ...] = ()
