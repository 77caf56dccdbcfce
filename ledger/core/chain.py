"""The hash chain: each event's hash covers the hash before it, every column, and its body as stored."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import msgspec

from ledger.core.commands import (
    AdjustPoints,
    Command,
    CreateCommunity,
    PublishRulebook,
    RecordContribution,
    RecordViolation,
    RedeemPerk,
    StockPerk,
)
from ledger.core.events import Event
from ledger.core.members.commands import EraseMember

encode_command = msgspec.json.Encoder(order="deterministic").encode
_columns = msgspec.msgpack.Encoder(order="deterministic").encode
_canonical = msgspec.json.Encoder(order="deterministic").encode


def genesis(community: bytes) -> bytes:
    """Return the hash before a community's first event."""
    return hashlib.sha256(b"contribution ledger 1\n" + community).digest()


def link(before: bytes, event: Event, body: bytes, private_digest: bytes | None) -> bytes:
    """Return an event's hash."""
    columns = _columns(
        (
            event.position,
            event.type,
            event.source,
            event.key,
            event.subject,
            event.occurred_at,
            event.recorded_at,
            event.rulebook,
            event.mac,
            private_digest,
            body,
        )
    )
    return hashlib.sha256(before + columns).digest()


def digest_step(event: Event, body: bytes) -> bytes:
    """Return what an event adds to the digest of facts: all that does not depend on when it was recorded.

    Two ledgers that were told the same in the same order have the same digest, on any database.
    """
    at = event.occurred_at if event.occurred_at != event.recorded_at else None
    return _columns((event.position, event.type, event.source, event.key, event.subject, at, body))


def private_digest(salt: bytes, private: bytes) -> bytes:
    """Return the digest that the chain holds of a private part; salt and part can be erased later."""
    return hashlib.sha256(salt + private).digest()


def encode_private(private: dict[str, Any]) -> bytes:
    """Return a private part's bytes."""
    return _canonical(private)


def content_mac(secret: bytes, command: Command) -> bytes:
    """Return the keyed digest that tells a repeated command from another one under the same key.

    Of a contribution it leaves out what is personal: who is named, and texts for people. So a repeat stays
    a repeat after a merge or an erasure. With which key a command is sent is left out of all of them.
    """
    match command:
        case RecordContribution():
            content: Any = (
                command.type,
                command.subject,
                command.occurred_at,
                command.actor is not None,
                sorted(command.people),
                command.undoes,
                command.data,
            )
        case AdjustPoints():
            content = (str(command.member), command.unit, command.delta, command.reason)
        case RecordViolation():
            content = (str(command.member), command.rule, command.evidence, command.note)
        case RedeemPerk():
            content = (command.perk, str(command.member), command.expected_cost, command.given, command.note)
        case StockPerk():
            content = (command.perk, command.delta, command.reason)
        case CreateCommunity():
            content = (command.slug,)
        case EraseMember():
            content = ("erase", command.member)
        case PublishRulebook():
            content = (command.yaml, command.effective_from, command.note)
        case _:
            content = encode_command(command)
    return hmac.new(secret, _canonical(content), hashlib.sha256).digest()[:16]
