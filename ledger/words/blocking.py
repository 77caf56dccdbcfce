"""Says what stands between a member and a perk, and what is missing, in a person's language."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ledger.core.calendar import moment
from ledger.core.lines import amount
from ledger.core.perks.blocks import Block
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.core.values import Micros
from ledger.words.progress import Speech
from ledger.words.render import render


def blocked(block: Block, terms: PerkTerms, shortfall: int, rulebook: Rulebook, locale: str) -> str:
    """Return one block as a sentence. `shortfall` is what points lack now: a refusal may be older."""
    if block is Block.NOT_ENOUGH_POINTS and not shortfall:
        return render("block.ENOUGH_NOW", locale)
    return render(f"block.{block.value}", locale, **missing(block, terms, shortfall, rulebook, locale))


def missing(
    block: Block, terms: PerkTerms, shortfall: int, rulebook: Rulebook, locale: str
) -> dict[str, str | int]:
    """Return what the sentence of a block names: how many points, which levels, when."""
    speech = Speech(rulebook, locale)
    zone = rulebook.community.tz
    match block:
        case Block.NOT_STARTED if terms.starts_at is not None:
            return {"at": _local(terms.starts_at, zone)}
        case Block.ENDED if terms.ends_at is not None:
            return {"at": _local(terms.ends_at, zone)}
        case Block.NOT_STARTED | Block.ENDED:
            return {"at": "?"}
        case Block.TIER_TOO_LOW:
            levels = {level.code: level for ladder in rulebook.ladders[:1] for level in ladder.levels}
            named = [speech.level(levels[code]) if code in levels else code for code in terms.tiers]
            return {"tiers": render("block.tiers.join", locale).join(named)}
        case Block.LIMIT_REACHED:
            limit = terms.limit
            per = render(f"per.{limit.per if limit is not None else 'ever'}", locale)
            return {"count": limit.count if limit is not None else 0, "per": per}
        case Block.PRICE_CHANGED:
            return {"cost": _points(terms.cost, terms, rulebook), "unit": speech.unit(terms.unit)}
        case Block.NOT_ENOUGH_POINTS:
            return {"missing": _points(shortfall, terms, rulebook), "unit": speech.unit(terms.unit)}
    return {}


def _points(minor: int, terms: PerkTerms, rulebook: Rulebook) -> str:
    scale = next((unit.scale for unit in rulebook.units if unit.code == terms.unit), 0)
    return amount(minor, scale)


def _local(at: Micros, zone: str) -> str:
    """Return an instant as people of the community read it."""
    return moment(at).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
