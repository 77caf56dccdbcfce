"""Commands, imperative: what somebody asks the ledger to record."""

from __future__ import annotations

from typing import Any, NamedTuple

from ledger.core.rulebook.grammar import Rulebook
from ledger.core.values import Identity, MemberId, Micros, Value

LEDGER_SOURCE = "ledger"
"""The source of facts the ledger makes itself; no sender may use it, nor what begins with it and a colon."""

ADJUSTMENTS_SOURCE = f"{LEDGER_SOURCE}:adjustments"
"""The source of adjustments; their keys are the callers' idempotency keys."""


class RecordContribution(Value):
    """Record what somebody did. `private` holds what people can read, kept outside the hashed log."""

    source: str
    key: str
    type: str
    subject: str | None = None
    occurred_at: Micros | None = None
    actor: Identity | None = None
    people: dict[str, Identity] = {}
    undoes: str | None = None
    data: dict[str, Any] = {}
    private: dict[str, Any] = {}
    imported: bool = False
    """History played in: exempt from `accept_late`."""
    may_name_amounts: bool = True
    """Whether rules may take amounts from this sender's data."""


class CreateCommunity(Value):
    """Begin a community's log."""

    slug: str
    name: str


class PublishRulebook(Value):
    """Put a rulebook in force; `rulebook` is `yaml` as read, without faults.

    With `number`, the version it must become, the command is the same command when it comes again.
    """

    yaml: str
    rulebook: Rulebook
    number: int | None = None
    effective_from: Micros | None = None
    note: str = ""


class AdjustPoints(Value):
    """Give or take points by hand. `key` is the caller's idempotency key; `unit` None is the first."""

    key: str
    member: Identity | MemberId
    delta: int
    reason: str
    by: str
    unit: str | None = None


Command = RecordContribution | AdjustPoints | CreateCommunity | PublishRulebook


class Stamped(NamedTuple):
    """A command and the keyed digest of its content, which tells a repeat from a conflict."""

    command: Command
    mac: bytes
