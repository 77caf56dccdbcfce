"""Drafts of a rulebook: a whole text, or single values changed upon a published version."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from strawberry import UNSET

from ledger.core.refusals import VersionTaken
from ledger.core.rulebook.reading import ids
from ledger.core.rulebook.tree import Mapped
from ledger.service.editing import Asked, CannotEdit, LevelEdit, RuleEdit, edited
from ledger.service.rulebooks import RulebookFaulty, parse, read
from ledger.store.directory import Community as Place
from schema.graphql.described import field, given, optional
from schema.graphql.faults import Fault
from schema.graphql.scalars import Points
from schema.graphql.texts import LONGEST_NAME, LONGEST_TEXT, fits
from schema.graphql.types.enums import MatchMode
from schema.graphql.types.errors import Path, UserError, faulty_rulebook, refused, user_error
from schema.graphql.view import View

T = TypeVar("T")
LONGEST_YAML = 200_000
MOST_EDITS = 200
RULE_FIELDS = {
    "amount": "points",
    "caps": "dailyCap",
    "cooldown": "cooldownMinutes",
    "pending": "needsReview",
    "enabled": "enabled",
    "names": "names",
}
"""Which field of an edit a key of a rule comes from."""


@given
class LocalizedTextInput:
    """A text in one language."""

    locale: str = field("The language, such as en or zh-CN.")
    text: str = field("The text.")


@given
class RuleInput:
    """What is to be otherwise of a rule; what is left out stays as it is."""

    code: str = field("The rule's id.")
    points: Points | None = optional("How many points it gives, in minor units.")
    daily_cap: Points | None = optional("At most so many points a member and day; null takes the limit away.")
    weekly_cap: Points | None = optional("At most so many points a member and week; null takes the limit away.")
    cooldown_minutes: int | None = optional("Not again within so many minutes; 0 or null takes the wait away.")
    needs_review: bool | None = optional("Whether somebody must approve what it gives.")
    enabled: bool | None = optional("Whether it looks at events at all.")
    names: list[LocalizedTextInput] | None = optional("What it is called; languages that are left out stay.")


@given
class RequirementInput:
    """One thing that a tier asks."""

    metric: str = field("What is measured, such as points.earned.")
    target: Points = field("What must be reached: in minor units, in whole days, or a count.")
    window_days: int | None = optional("Over how many local days; as it was where it is left out.")


@given
class TierInput:
    """What is to be otherwise of a tier; what is left out stays as it is."""

    code: str = field("The tier's code.")
    match_mode: MatchMode | None = optional("How many requirements must be met.")
    requirements: list[RequirementInput] | None = optional("All that it asks.")


@given
class RulebookDraftInput:
    """A rulebook that is not published: its text, or changes to the latest version."""

    based_on: int = field("The number of the latest version: a draft upon an older one is refused.")
    yaml: str | None = optional("A whole rulebook; excludes rules and tiers.")
    rules: list[RuleInput] | None = optional("Changes to rules.")
    tiers: list[TierInput] | None = optional("Changes to tiers.")
    note: str | None = optional("What it is for, for those who read the versions.")


class Drafted(NamedTuple):
    """A draft's text, which is a sound rulebook, and its note."""

    text: str
    note: str


async def drafted(view: View, place: Place, draft: RulebookDraftInput) -> Drafted | list[UserError]:
    """Read a draft, or return everything that is wrong with it."""
    if errors := _misgiven(view, draft):
        return errors
    published = await view.loaders.published.load(place.id)
    latest = len(published.publications)
    if draft.based_on != latest:
        return [stale(view, latest)]
    base = published.publications[-1].fact.yaml
    return await asyncio.to_thread(_read, view, draft, base)


def stale(view: View, latest: int) -> UserError:
    """Return that a draft is upon an older version than the latest."""
    return refused(VersionTaken(next=latest + 1), view.locale, {"/number": ["draft", "basedOn"]})


def _misgiven(view: View, draft: RulebookDraftInput) -> list[UserError]:
    errors: list[UserError] = []
    if draft.yaml is not None and draft.yaml is not UNSET and (draft.rules or draft.tiers):
        errors.append(user_error("DRAFT_AMBIGUOUS", view.locale, ["draft"]))
    if len(draft.yaml or "") > LONGEST_YAML:
        errors.append(user_error("TEXT_INVALID", view.locale, ["draft", "yaml"], most=LONGEST_YAML))
    if draft.note and not fits(draft.note, most=LONGEST_TEXT):
        errors.append(user_error("TEXT_INVALID", view.locale, ["draft", "note"], most=LONGEST_TEXT))
    for section, edits in (("rules", draft.rules or []), ("tiers", draft.tiers or [])):
        codes = [one.code for one in edits]
        twice = [number for number, code in enumerate(codes) if code in codes[:number]]
        errors += [user_error("EDITED_TWICE", view.locale, ["draft", section, str(one), "code"]) for one in twice]
    return errors


def _read(view: View, draft: RulebookDraftInput, base: str) -> Drafted | list[UserError]:
    rules, tiers = _bounded(draft.rules), _bounded(draft.tiers)
    text = base if draft.yaml is None or draft.yaml is UNSET else draft.yaml
    try:
        if rules or tiers:
            text = edited(text, [_rule(one) for one in rules], [_level(one) for one in tiers])
        read(text)
    except CannotEdit as error:
        path = ["draft", error.section, str(error.number), "code"]
        code = (rules if error.section == "rules" else tiers)[error.number].code
        return [
            user_error(error.code, view.locale, path, **{"level" if error.section == "tiers" else "rule": code})
        ]
    except RulebookFaulty as error:
        return faulty_draft(view, error, text, rules)
    return Drafted(text, draft.note or "")


def _bounded(items: Sequence[T] | None) -> list[T]:
    if items and len(items) > MOST_EDITS:
        raise Fault("TOO_MANY", f"expected at most {MOST_EDITS}")
    return list(items or ())


def _rule(one: RuleInput) -> RuleEdit:
    caps = {"day": one.daily_cap, "week": one.weekly_cap}
    return RuleEdit(
        one.code,
        points=_known(one.points),
        caps={per: points for per, points in caps.items() if points is not UNSET},
        cooldown_minutes=None if one.cooldown_minutes is UNSET else one.cooldown_minutes or 0,
        needs_review=_known(one.needs_review),
        enabled=_known(one.enabled),
        names={name.locale[:LONGEST_NAME]: name.text for name in one.names or ()},
    )


def _level(one: TierInput) -> LevelEdit:
    mode = _known(one.match_mode)
    asked = _known(one.requirements)
    return LevelEdit(
        one.code,
        mode=None if mode is None else str(mode.value).lower(),
        requirements=None if asked is None else tuple(_asked(requirement) for requirement in asked),
    )


def _asked(one: RequirementInput) -> Asked:
    return Asked(one.metric, one.target, _known(one.window_days))


def _known(value: T | None) -> T | None:
    return None if value is UNSET else value


def faulty_draft(view: View, error: RulebookFaulty, text: str, rules: Sequence[RuleInput] = ()) -> list[UserError]:
    """Return the faults of a draft's text, each by the field that it comes from."""
    edits = {one.code: number for number, one in enumerate(rules)}
    codes = _codes(text) if edits else []
    return [faulty_rulebook(fault, view.locale, _place(fault.path, codes, edits)) for fault in error.faults]


def _place(path: str, codes: list[str], edits: dict[str, int]) -> Path:
    parts = re.findall(r"[^.\[\]]+", path)
    if not edits:
        return ["draft", "yaml", *parts]
    if len(parts) > 1 and parts[0] == "rules" and parts[1].isdecimal() and int(parts[1]) < len(codes):
        number = edits.get(codes[int(parts[1])])
        if number is not None:
            return ["draft", "rules", str(number), *(RULE_FIELDS.get(part, part) for part in parts[2:3])]
    return ["draft"]


def _codes(text: str) -> list[str]:
    """Return the ids of a text's rules, in order."""
    try:
        tree = parse(text)
    except RulebookFaulty:
        return []
    return ids(tree.items.get("rules")) if isinstance(tree, Mapped) else []
