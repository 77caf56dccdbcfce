"""Decisions: what each rule made of an event, step by step."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from ledger.core import events, outcomes
from ledger.core.calendar import moment
from ledger.core.perks.paying import perk_in
from ledger.core.rulebook.versions import Version
from ledger.core.values import MemberId
from ledger.store.directory import Community as Place
from ledger.store.reads.journal import Stored
from ledger.words.progress import Speech
from schema.explaining import Called, titles
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import write_place
from schema.graphql.scalars import Points
from schema.graphql.types.contribution import Contribution, origin
from schema.graphql.types.enums import Outcome
from schema.graphql.types.node import Node
from schema.graphql.view import Info, View, view_of
from schema.graphql.words import explanation, formula_text, rule_name, step_labels

if TYPE_CHECKING:
    from schema.graphql.types.member import Member


@described
class RuleRef:
    """A rule as it stood when it judged."""

    code: str = field("Its id in the rulebook; `start` and `adjustment` stand in none.")
    name: str = field("What it is called.")
    rulebook_version: int = field("The version of the rulebook that judged.")
    formula: str = field("What it pays, to whom, under which conditions and limits, in words.")


@described
class DecisionStep:
    """One stage between what a rule wanted and what it granted."""

    code: str = field("What took something: cap, group:CODE, floor, claw or largest.")
    label: str = field("The same in words.")
    before: Points = field("The amount before it.")
    after: Points = field("The amount after it.")


@described
class Decision(Node):
    """One rule looked at one event: what it wanted, what it granted, and each step between."""

    place: strawberry.Private[Place]
    stored: strawberry.Private[Stored]
    ordinal: strawberry.Private[int]
    made: strawberry.Private[outcomes.Decision]
    concerns: strawberry.Private[MemberId]

    outcome: Outcome = field("Where the look ended.")
    desired: Points = field("What the rule wanted to give.")
    granted: Points = field("What it gave.")
    possible_again_at: datetime | None = field("When it can pay again, if a limit or quota was in the way.")

    @resolved("Whom it concerns: who would be paid; where the event names nobody to pay, who did it.")
    async def member(self, info: Info) -> Annotated[Member, strawberry.lazy("schema.graphql.types.member")]:
        """Return the member."""
        from schema.graphql.types.member import acting_member  # the two know each other

        return await acting_member(view_of(info), self.place, self.concerns)

    @resolved("The contribution it judged; null for adjustments.")
    async def contribution(self, info: Info) -> Contribution | None:
        """Return the contribution."""
        return await origin(info, self.place, self.stored, self.ordinal)

    @resolved("The rule that looked.")
    async def rule(self, info: Info) -> RuleRef:
        """Return the rule as it stood."""
        at = (self.stored.event.position, self.ordinal)
        judged = await view_of(info).loaders.judges.load((self.place.id, at))
        number = judged or self.stored.event.rulebook
        return await rule_of(view_of(info), self.place, number, self.made.rule, self.made.unit)

    @resolved("What took something between desired and granted, in order.")
    async def steps(self, info: Info) -> list[DecisionStep]:
        """Return the steps."""
        labels = await step_labels_of(info, self.place, self.stored, self.made)
        return [
            DecisionStep(code=step.code, label=label, before=Points(step.before), after=Points(step.after))
            for step, label in zip(self.made.steps, labels, strict=True)
        ]

    @resolved("Why this much, or why not, in sentences.")
    async def explanation(self, info: Info) -> str:
        """Return the explanation."""
        return await explained(info, self.place, self.stored, self.made)


def decision(place: Place, stored: Stored, ordinal: int) -> Decision | None:
    """Return one of an event's decisions, if it has so many, and if somebody is concerned."""
    made = events.decisions(stored.event)
    concerned = _concerned(stored.event, made[ordinal]) if ordinal < len(made) else None
    return None if concerned is None else _shown(place, stored, ordinal, concerned)


def decisions_of(place: Place, stored: Stored) -> list[Decision]:
    """Return an event's decisions, in order."""
    found = [decision(place, stored, ordinal) for ordinal in range(len(events.decisions(stored.event)))]
    return [one for one in found if one is not None]


def _concerned(event: events.Event, made: outcomes.Decision) -> MemberId | None:
    if made.member is not None:
        return made.member
    return event.fact.actor if isinstance(event.fact, events.ContributionRecorded) else None


def _shown(place: Place, stored: Stored, ordinal: int, concerned: MemberId) -> Decision:
    made = events.decisions(stored.event)[ordinal]
    again = made.possible_again_at
    return Decision(
        id=write_place("Decision", place.id, (stored.event.position, ordinal)),
        place=place,
        stored=stored,
        ordinal=ordinal,
        made=made,
        concerns=concerned,
        outcome=Outcome(made.outcome.value),
        desired=Points(made.wanted),
        granted=Points(made.granted),
        possible_again_at=None if again is None else moment(again),
    )


async def rule_of(view: View, place: Place, number: int, code: str, unit: str) -> RuleRef:
    """Return a rule as it stood in a version of the rulebook."""
    version = (await view.loaders.published.load(place.id)).versions.numbered(number)
    return RuleRef(
        code=code,
        name=rule_name(code, Speech(version.rulebook, view.locale)),
        rulebook_version=number,
        formula=formula_text(version, code, version.units.get(unit), view.locale),
    )


async def explained(info: Info, place: Place, stored: Stored, made: outcomes.Decision) -> str:
    """Return a decision as sentences."""
    view = view_of(info)
    version = await _version(info, place, stored.event.rulebook)
    profile = await view.loaders.profiles.load((place.id, made.member)) if made.member is not None else None
    members = {made.member: profile.name} if made.member is not None and profile is not None else {}
    known = await view.loaders.perks.load(place.id) if perk_in(made.rule) is not None else {}
    called = Called(view.locale, members, titles(known, view.locale), version.rulebook)
    return explanation(stored.event, made, _scale(version, made.unit), called)


async def step_labels_of(info: Info, place: Place, stored: Stored, made: outcomes.Decision) -> list[str]:
    """Return what each step of a decision did, in words."""
    version = await _version(info, place, stored.event.rulebook)
    called = Called(view_of(info).locale, rulebook=version.rulebook)
    return step_labels(made, _scale(version, made.unit), called)


async def _version(info: Info, place: Place, number: int) -> Version:
    published = await view_of(info).loaders.published.load(place.id)
    return published.versions.numbered(number)


def _scale(version: Version, code: str) -> int:
    unit = version.units.get(code)
    return unit.scale if unit is not None else 0
