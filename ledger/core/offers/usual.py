"""What an offer waits for that nobody said more of: value first, then rarely, and not at a bad time."""

from __future__ import annotations

from ledger.core.rulebook.grammar import Mark, OfferCap, OfferTerms, Rulebook

VALUE = (Mark(metric="value_received", target=2, days=14), Mark(metric="recognised", target=1, days=7))
SILENT = (Mark(metric="violations", target=1, days=7),)
RARELY = (OfferCap(count=1, days=14), OfferCap(count=2, days=30, by_community=True))


def usual(code: str, rulebook: Rulebook) -> OfferTerms:
    """Return the terms of a new offer: of what it waits for, only what the rulebook measures."""
    measured = {metric.code for metric in rulebook.metrics}
    value, silent = ([one for one in marks if one.metric in measured] for marks in (VALUE, SILENT))
    return OfferTerms(code=code, after_any=tuple(value), silent_if=tuple(silent), at_most=RARELY)
