"""Writes an event of the log as the CloudEvent it came as."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.core.events import ContributionRecorded
from ledger.store.reads.journal import Stored, private_part
from schema.intake.cloudevents import write_time

_encode = msgspec.json.Encoder(order=None).encode


def cloud_event(one: Stored) -> bytes | None:
    """Return the event as structured JSON, always the same bytes; None for the ledger's own facts.

    A member whose private part was erased is named `erased:N` by number.
    """
    event = one.event
    fact = event.fact
    if not isinstance(fact, ContributionRecorded):
        return None
    private: dict[str, Any] = private_part(one)
    named: dict[str, str] = private.get("people", {})
    data: dict[str, Any] = {}
    if fact.actor is not None:
        data["member"] = private.get("member", f"erased:{fact.actor}")
    if fact.people:
        data["people"] = {role: named.get(role, f"erased:{who}") for role, who in sorted(fact.people.items())}
    if fact.undoes is not None:
        data["undoes"] = fact.undoes
    data.update(sorted({**fact.data, **private.get("texts", {})}.items()))
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": event.key,
        "source": event.source,
        "type": event.type,
        "time": write_time(event.occurred_at),
    }
    if event.subject is not None:
        document["subject"] = event.subject
    document["data"] = data
    return _encode(document)
