"""Decides what operators say of perks: put up, retired, stocked, with codes to hand out."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.books.shelf import CLAIM, PERK
from ledger.core.books.view import Books
from ledger.core.commands import (
    STOCK_SOURCE,
    AddPerkCodes,
    PutPerk,
    RetirePerk,
    SetCommunity,
    StockPerk,
)
from ledger.core.decide.answers import Answer
from ledger.core.decide.moving import fulfil_waiting
from ledger.core.decide.own import own_event, write_plainly
from ledger.core.events import CommunitySet, Event, Fact, PerkCodesAdded, PerkPut, PerkRetired, PerkStocked
from ledger.core.outcomes import ClaimKey
from ledger.core.perks.blocks import available
from ledger.core.refusals import PerkExists, PerkTermsWrong, PerkUnknown, StockTooLow
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkTerms
from ledger.core.rulebook.versions import Version
from ledger.core.values import Micros

PUT = "perk.put"
RETIRED = "perk.retired"
STOCKED = "perk.stocked"
CODES = "perk.codes_added"
SET = "community.set"
SET_TYPES = {"positioning": "community.positioned"}
"""Settings that have a type of their own, because the playbook asks for them."""


def decide_catalogue(
    books: Books,
    command: PutPerk | RetirePerk | StockPerk | AddPerkCodes | SetCommunity,
    mac: bytes,
    *,
    recorded_at: Micros,
) -> Answer:
    """Decide what an operator says of a perk."""
    version = books.versions.at(recorded_at)
    match command:
        case PutPerk():
            return _put(books, command, version, mac, recorded_at)
        case SetCommunity():
            fact = CommunitySet(name=command.name, value=command.value, by=command.by)
            event = _event(books, SET_TYPES.get(command.name, SET), fact, command.name, version, mac, recorded_at)
            return write_plainly(books, replace(event, key=command.key) if command.key else event)
    perk = books.read(PERK, (command.perk,))
    if not perk.terms:
        return PerkUnknown(perk=command.perk)
    match command:
        case RetirePerk():
            retired = PerkRetired(perk=command.perk, by=command.by)
            return write_plainly(books, _event(books, RETIRED, retired, command.perk, version, mac, recorded_at))
        case StockPerk():
            left = available(perk)
            if left is None or left + command.delta < 0:
                return StockTooLow(most=left or 0)
            stocked = PerkStocked(perk=command.perk, delta=command.delta, by=command.by)
            event = _event(books, STOCKED, stocked, command.perk, version, mac, recorded_at)
            event = replace(event, source=STOCK_SOURCE, key=command.key)
            private = {"texts": {"reason": command.reason}} if command.reason else {}
            return write_plainly(books, event, private)
        case AddPerkCodes():
            return _add_codes(books, command, version, mac, recorded_at)


def _event(
    books: Books, type_: str, fact: Fact, subject: str, version: Version, mac: bytes, recorded_at: Micros
) -> Event:
    key = f"{type_}/{books.head.position + 1}"
    event = own_event(books, type_, key, fact, number=version.number, recorded_at=recorded_at, mac=mac)
    return replace(event, subject=subject)


def _put(books: Books, command: PutPerk, version: Version, mac: bytes, recorded_at: Micros) -> Answer:
    before = books.read(PERK, (command.terms.code,))
    if before.terms and command.new:
        return PerkExists(perk=command.terms.code)
    terms = _settled(command.terms, version)
    if isinstance(terms, PerkTermsWrong):
        return terms
    if terms.stock is not None and terms.stock < before.reserved + before.sold:
        return StockTooLow(most=before.reserved + before.sold)
    fact = PerkPut(terms=terms, by=command.by)
    event = _event(books, PUT, fact, terms.code, version, mac, recorded_at)
    return write_plainly(books, replace(event, key=command.key) if command.key else event)


def _settled(terms: PerkTerms, version: Version) -> PerkTerms | PerkTermsWrong:
    """Return terms with their unit named, or what is wrong with them."""
    spendable = [unit.code for unit in version.rulebook.units if unit.spendable]
    unit = terms.unit or next(iter(spendable), "")
    if unit not in spendable:
        return PerkTermsWrong(field="unit")
    ladder = version.main_ladder
    levels = [level.code for level in ladder.levels] if ladder is not None else []
    if any(tier not in levels for tier in terms.tiers):
        return PerkTermsWrong(field="tiers")
    if terms.fulfilment in (Fulfilment.PLATFORM_ROLE, Fulfilment.WEBHOOK) and not terms.target:
        return PerkTermsWrong(field="target")
    granted = {one for ladder in version.rulebook.ladders for level in ladder.levels for one in level.grants}
    if terms.fulfilment is Fulfilment.PLATFORM_ROLE and f"group:{terms.target}" in granted:
        return PerkTermsWrong(field="target")
    return replace(terms, unit=unit)


def code_claim(digest: str) -> ClaimKey:
    """Return the claim that lets a code be there only once."""
    return ClaimKey(kind="perk_code", key=digest)


def _add_codes(books: Books, command: AddPerkCodes, version: Version, mac: bytes, recorded_at: Micros) -> Answer:
    perk = books.read(PERK, (command.perk,))
    new: dict[str, str] = {}
    for code in command.codes:
        claim = code_claim(code.digest)
        if not books.read(CLAIM, (claim.kind, claim.key)).position:
            new.setdefault(code.digest, code.sealed)
    claims = tuple(code_claim(digest) for digest in new)
    fact = PerkCodesAdded(perk=command.perk, first=perk.codes + 1, count=len(new), claims=claims, by=command.by)
    event = _event(books, CODES, fact, command.perk, version, mac, recorded_at)
    answer = write_plainly(books, event, {"codes": list(new.values())})
    fulfil_waiting(books, command.perk, recorded_at)
    return answer
