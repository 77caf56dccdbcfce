"""Reads a perk's terms as clients send them, and says what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from strawberry import UNSET

from ledger.core.calendar import micros
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkKind, PerkLimit, PerkTerms
from ledger.core.values import DAY, LARGEST_POINTS, MINUTE, Micros
from schema.graphql.texts import LONGEST_NAME, LONGEST_TEXT, MOST_LISTED, fits
from schema.graphql.types.enums import Period
from schema.graphql.types.errors import UserError, user_error
from schema.graphql.types.perk import PERIODS

if TYPE_CHECKING:
    from schema.graphql.drafts import LocalizedTextInput
    from schema.graphql.mutations.perks import PerkInput

_CODE = re.compile(r"[\w-]{1,64}\Z")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
LONGEST_TARGET = 500
MOST = 1_000_000
NUMBERS = {
    "cost": (0, LARGEST_POINTS),
    "stock": (0, MOST),
    "holdMinutes": (1, MOST),
    "limitPerMember": (1, MOST),
    "refundDays": (1, 36_500),
}
SPELLED = {period: per for per, period in PERIODS.items()}


def faults_of(given: PerkInput, locale: str) -> list[UserError]:
    """Return what a person has to mend in a perk's terms."""
    return list(_faults(given, locale))


def _faults(given: PerkInput, locale: str) -> Iterator[UserError]:
    if not _CODE.match(given.code):
        yield user_error("PERK_CODE_INVALID", locale, ["input", "code"])
    yield from _faults_of_texts("title", given.title, LONGEST_NAME, locale)
    yield from _faults_of_texts("description", given.description or [], LONGEST_TEXT, locale)
    if not given.title:
        yield user_error("TEXT_INVALID", locale, ["input", "title"], most=LONGEST_NAME)
    for name, (least, most) in NUMBERS.items():
        number = _number(given, name)
        if number is not None and not least <= number <= most:
            yield user_error("NUMBER_INVALID", locale, ["input", name], least=least, most=most)
    for name, text, most in (("unit", given.unit, LONGEST_NAME), ("target", given.target, LONGEST_TARGET)):
        if text and not fits(text, most=most):
            yield user_error("TEXT_INVALID", locale, ["input", name], most=most)
    tiers = given.tiers or []
    if len(tiers) > MOST_LISTED or not all(fits(tier, most=LONGEST_NAME) for tier in tiers):
        yield user_error("TEXT_INVALID", locale, ["input", "tiers"], most=LONGEST_NAME)
    if given.limit_per and (given.limit_per is Period.QUARTER or not given.limit_per_member):
        yield user_error("PERIOD_INVALID", locale, ["input", "limitPer"])


def _number(given: PerkInput, name: str) -> int | None:
    value: Any = getattr(given, re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name))
    return value if isinstance(value, int) else None


def _faults_of_texts(name: str, texts: Sequence[LocalizedTextInput], most: int, locale: str) -> Iterator[UserError]:
    seen: set[str] = set()
    for number, one in enumerate(texts):
        path = ["input", name, str(number)]
        if not _LOCALE.match(one.locale) or one.locale in seen:
            yield user_error("LANGUAGE_INVALID", locale, [*path, "locale"])
        seen.add(one.locale)
        if not fits(one.text, most=most):
            yield user_error("TEXT_INVALID", locale, [*path, "text"], most=most)


def terms_from(given: PerkInput, before: PerkTerms) -> PerkTerms:
    """Return a perk's terms: what was given, over what they were before; null is none."""
    said: dict[str, Any] = {
        "names": _by_language(given.title),
        "cost": given.cost,
        "kind": PerkKind(given.kind.value.lower()),
        "fulfilment": Fulfilment(given.fulfilment.value.lower()),
    }
    if given.description is not UNSET:
        said["descriptions"] = _by_language(given.description or [])
    for name, value, none in (
        ("unit", given.unit, ""),
        ("target", given.target, ""),
        ("approve", given.approve, False),
        ("stock", given.stock, None),
    ):
        if value is not UNSET:
            said[name] = none if value is None else value
    if given.tiers is not UNSET:
        said["tiers"] = tuple(dict.fromkeys(given.tiers or ()))
    for name, instant in (("starts_at", given.starts_at), ("ends_at", given.ends_at)):
        if instant is not UNSET:
            said[name] = micros(instant) if instant is not None else None
    for name, length, one in (
        ("reserve_for", given.hold_minutes, MINUTE),
        ("refund_within", given.refund_days, DAY),
    ):
        if length is not UNSET:
            said[name] = Micros(length * one) if length is not None else None
    if given.limit_per_member is not UNSET:
        per = SPELLED[given.limit_per] if given.limit_per else "ever"
        said["limit"] = PerkLimit(count=given.limit_per_member, per=per) if given.limit_per_member else None
    return replace(before, **said)


def _by_language(texts: Sequence[LocalizedTextInput]) -> dict[str, str]:
    return {one.locale: one.text for one in texts}
