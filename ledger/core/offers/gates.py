"""Why an offer is not shown to a member now: value first, rarely, and not at a bad time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from ledger.core.books import tally
from ledger.core.books.offers import offer_terms
from ledger.core.books.shelf import MEMBER, OFFER
from ledger.core.books.united import is_merged
from ledger.core.books.view import Books
from ledger.core.calendar import local_date, start_of_day
from ledger.core.conduct import is_removed
from ledger.core.rulebook.grammar import Mark, OfferCap, OfferTerms
from ledger.core.rulebook.versions import ACTIVE_DAYS, Version
from ledger.core.rules.levels import level_of
from ledger.core.tiers.terms import COMMUNITY, MEMBER_FOR, Judge, tallied
from ledger.core.values import MemberId, Micros


class Gate(StrEnum):
    """One reason not to show an offer; the order here is the order in which they are told."""

    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    STANDING = "STANDING"
    OFFER_RETIRED = "OFFER_RETIRED"
    NOT_IN_AUDIENCE = "NOT_IN_AUDIENCE"
    NO_VALUE_YET = "NO_VALUE_YET"
    SILENT = "SILENT"
    SHOWN_RECENTLY = "SHOWN_RECENTLY"
    COMMUNITY_CAP = "COMMUNITY_CAP"


ALSO_OF_TAKING = (Gate.ACCOUNT_CLOSED, Gate.STANDING, Gate.OFFER_RETIRED, Gate.NOT_IN_AUDIENCE)
"""What keeps a member from taking an offer up: the rest is about when to show it."""


class Shut(NamedTuple):
    """A gate that is shut, and when it opens by itself, where that is known."""

    gate: Gate
    opens_at: Micros | None = None


class Glance(NamedTuple):
    """A member about to look at an offer, at a time."""

    version: Version
    member: MemberId
    terms: OfferTerms
    retired: bool
    at: Micros

    @property
    def zone(self) -> str:
        """The community's time zone."""
        return self.version.rulebook.community.tz

    @property
    def today(self) -> int:
        """The community's local day, as an ordinal."""
        return local_date(self.at, self.zone).toordinal()


def glance(books: Books, version: Version, member: MemberId, code: str, at: Micros) -> Glance | None:
    """Return a member's glance at an offer; None where there is no such offer."""
    offer = books.read(OFFER, (code,))
    return Glance(version, member, offer_terms(offer), bool(offer.retired), at) if offer.terms else None


def shown_series(code: str) -> str:
    """Return the tally of how often an offer was shown."""
    return f"offer:{code}"


def shut(books: Books, look: Glance) -> Iterator[Shut]:
    """Yield every gate that is shut, the first first."""
    terms, ladder = look.terms, look.version.main_ladder
    judge = Judge(books, look.version, look.member, look.today, look.at)
    if books.read(MEMBER, (look.member,)).left_at is not None or is_merged(books, look.member):
        yield Shut(Gate.ACCOUNT_CLOSED)
    if is_removed(books, look.member):
        yield Shut(Gate.STANDING)
    if look.retired:
        yield Shut(Gate.OFFER_RETIRED)
    level = level_of(books, look.version, ladder.code, look.member) if ladder is not None else ""
    if terms.audience and level not in terms.audience:
        yield Shut(Gate.NOT_IN_AUDIENCE)
    if not (_all(judge, terms.after_all) and (not terms.after_any or _any(judge, terms.after_any))):
        yield Shut(Gate.NO_VALUE_YET)
    if _any(judge, terms.silent_if):
        yield Shut(Gate.SILENT)
    for cap in terms.at_most:
        if (opens_at := _opens_at(books, look, cap)) is not None:
            yield Shut(Gate.COMMUNITY_CAP if cap.by_community else Gate.SHOWN_RECENTLY, opens_at)


def _all(judge: Judge, marks: Iterable[Mark]) -> bool:
    return all(_is_known(judge, one) and judge.reached(one.requirement) for one in marks)


def _any(judge: Judge, marks: Iterable[Mark]) -> bool:
    return any(_is_known(judge, one) and judge.reached(one.requirement) for one in marks)


def _is_known(judge: Judge, one: Mark) -> bool:
    """Say whether the rulebook still has what an offer asks for: a later one may have dropped the metric."""
    metrics = {metric.code for metric in judge.version.rulebook.metrics}
    return "." in one.metric or one.metric in (ACTIVE_DAYS, MEMBER_FOR) or one.metric in metrics


def _opens_at(books: Books, look: Glance, cap: OfferCap) -> Micros | None:
    """Return when a cap that is used up lets an offer through again."""
    whose = COMMUNITY if cap.by_community else look.member
    shown = tallied(books, shown_series(look.terms.code), whose)
    first = look.today - cap.days + 1
    used = tally.amount(shown, first, look.today)
    if used < cap.count:
        return None
    over = used - cap.count + 1
    for day, _, amount in tally.entries(shown.entries):
        if day >= first and (over := over - amount) <= 0:
            return start_of_day(date.fromordinal(day + cap.days), look.zone)
    return None
