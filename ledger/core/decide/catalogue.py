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
from ledger.core.decide.own import Saying, saying, why, write_plainly
from ledger.core.events import CommunitySet, PerkCodesAdded, PerkPut, PerkRetired, PerkStocked
from ledger.core.outcomes import ClaimKey
from ledger.core.perks.blocks import available
from ledger.core.refusals import PerkExists, PerkTermsWrong, PerkUnknown, StockBelowTaken, StockTooLow
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
    said = saying(books, mac, recorded_at)
    match command:
        case PutPerk():
            return _put(said, command)
        case SetCommunity():
            fact = CommunitySet(name=command.name, value=command.value, by=command.by)
            return said.plainly(SET_TYPES.get(command.name, SET), fact, subject=command.name, key=command.key)
    perk = books.read(PERK, (command.perk,))
    if not perk.terms:
        return PerkUnknown(perk=command.perk)
    match command:
        case RetirePerk():
            return said.plainly(RETIRED, PerkRetired(perk=command.perk, by=command.by), subject=command.perk)
        case StockPerk():
            left = available(perk)
            if left is None or left + command.delta < 0:
                return StockTooLow(left=left or 0)
            stocked = PerkStocked(perk=command.perk, delta=command.delta, by=command.by)
            event = said.event(STOCKED, stocked, subject=command.perk, key=command.key, source=STOCK_SOURCE)
            return write_plainly(books, event, why(command.reason))
        case AddPerkCodes():
            return _add_codes(said, command)


def _put(said: Saying, command: PutPerk) -> Answer:
    before = said.books.read(PERK, (command.terms.code,))
    if before.terms and command.new:
        return PerkExists(perk=command.terms.code)
    kept = command.keeps_stock and bool(before.terms)
    terms = _settled(replace(command.terms, stock=before.stock) if kept else command.terms, said.version)
    if isinstance(terms, PerkTermsWrong):
        return terms
    if terms.stock is not None and terms.stock < before.reserved + before.sold:
        return StockBelowTaken(taken=before.reserved + before.sold)
    return said.plainly(PUT, PerkPut(terms=terms, by=command.by), subject=terms.code, key=command.key)


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


def _add_codes(said: Saying, command: AddPerkCodes) -> Answer:
    books = said.books
    perk = books.read(PERK, (command.perk,))
    new: dict[str, str] = {}
    for code in command.codes:
        claim = code_claim(code.digest)
        if not books.read(CLAIM, (claim.kind, claim.key)).position:
            new.setdefault(code.digest, code.sealed)
    claims = tuple(code_claim(digest) for digest in new)
    fact = PerkCodesAdded(perk=command.perk, first=perk.codes + 1, count=len(new), claims=claims, by=command.by)
    answer = write_plainly(books, said.event(CODES, fact, subject=command.perk), {"codes": list(new.values())})
    fulfil_waiting(books, command.perk, said.recorded_at)
    return answer
