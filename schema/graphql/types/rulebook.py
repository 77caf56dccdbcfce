"""Published rulebooks: whole, rule by rule, and what each changed of the one before it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from ledger.core.calendar import moment
from ledger.core.rulebook import grammar
from ledger.core.rulebook.grammar import FixedAmount
from ledger.core.rulebook.versions import Version
from ledger.core.values import MINUTE, SECOND, Micros
from ledger.service.differing import changes
from ledger.store.directory import Community as Place
from ledger.store.reads.spans import Span
from ledger.words.progress import Speech
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import GlobalId, write_id
from schema.graphql.loaders import Published
from schema.graphql.pages import chosen, connection
from schema.graphql.scalars import Points
from schema.graphql.types.balance import Unit, unit_of
from schema.graphql.types.contribution import Actor, named_actor
from schema.graphql.types.enums import RulebookState
from schema.graphql.types.node import Connection, Node
from schema.graphql.types.tier import Tier, tier_of
from schema.graphql.types.violation import HouseRule, house_rules
from schema.graphql.view import Info, View, view_of
from schema.graphql.words import amount_text, change_summary


@described
class Cap:
    """A limit of one rule: so many points or so many times."""

    points: Points | None = field("At most so many points, in minor units; null where times are counted.")
    count: int | None = field("At most so many times; null where points are counted.")
    per: str = field("Over what: day, week, month, year, ever or object.")
    by: list[str] = field("For whom it is counted: actor, to, or the pair of them.")


@described
class Budget:
    """How many points some rules may give to all members together."""

    code: str = field("Its code in the rulebook.")
    unit: Unit = field("The currency.")
    limit: Points = field("How many in each period.")
    spent: Points = field("How many of them are gone in this period.")
    per: str = field("The period: day, week, month, year or ever.")


@described
class RulebookChange:
    """One value in which a version differs from the one before."""

    path: str = field("Where it stands, such as rules.share.amount.")
    before: str | None = field("What it was; null where it is new.")
    after: str | None = field("What it is; null where it is gone.")
    summary: str = field("The same in words.")


@described
class Rule(Node):
    """What one kind of contribution pays."""

    place: strawberry.Private[Place]
    version: strawberry.Private[Version]
    rule: strawberry.Private[grammar.Rule]

    code: str = field("Its id in the rulebook.")
    names: JSON = field("What it is called, by language.")
    contribution_kind: str = field("The type of events that it looks at.")
    points: Points | None = field(
        "How many points it gives, in minor units; null where the amount comes from data or rank."
    )
    caps: list[Cap] = field("Its own limits, as the rulebook lists them.")
    daily_cap: Points | None = field("At most so many points a member and day; null for no such limit.")
    weekly_cap: Points | None = field("At most so many points a member and week; null for no such limit.")
    cooldown_minutes: int | None = field("Not again within so many minutes, rounded up; null for no wait.")
    cooldown_seconds: int | None = field("The same in seconds.")
    needs_review: bool = field("Whether somebody must approve what it gives.")
    enabled: bool = field("Whether it looks at events at all.")

    @resolved("What it is called.")
    def name(self, info: Info) -> str:
        """Return the rule's name."""
        return Speech(self.version.rulebook, view_of(info).locale).rule(self.code)

    @resolved("What it gives, in words.")
    def amount(self, info: Info) -> str:
        """Return the amount in words."""
        return amount_text(self.version, self.rule, view_of(info).locale)

    @resolved("How many points it gave in the last 30 local days, less what was taken back of them.")
    async def issued_last30d(self, info: Info) -> Points:
        """Return what the rule gave lately."""
        return Points((await view_of(info).loaders.issued.load(self.place.id)).get(self.code, 0))


@described
class Rulebook(Node):
    """A version of a community's rules, as its author wrote it."""

    place: strawberry.Private[Place]
    published: strawberry.Private[Published]

    version: int = field("Its number, from 1.")
    yaml: str = field("The whole text.")
    hash: str = field("SHA-256 of the text, in hexadecimal.")
    state: RulebookState = field("Where it stands.")
    effective_from: datetime | None = field("From when it is in force; null is the beginning of time.")
    published_at: datetime | None = field("When it was published.")
    note: str | None = field("What its author said about it.")

    @resolved("Who published it; null for what the community began with.")
    async def published_by(self, info: Info) -> Actor | None:
        """Return the publisher."""
        by = self.published.publications[self.version - 1].fact.by
        return await named_actor(info, self.place, by) if by else None

    @resolved("Its rules, in order.")
    def rules(self) -> list[Rule]:
        """Return the rules."""
        version = self.published.versions.numbered(self.version)
        return [rule_of(self.place, version, rule) for rule in version.rulebook.rules]

    @resolved("The tiers of all its ladders, each ladder from its lowest.")
    def tiers(self) -> list[Tier]:
        """Return the tiers."""
        return list(tiers_of(self.place, self.published.versions.numbered(self.version).rulebook))

    @resolved("What it asks of everybody beside points.")
    def house_rules(self, info: Info) -> list[HouseRule]:
        """Return the house rules."""
        return house_rules(self.published.versions.numbered(self.version).rulebook, view_of(info).locale)

    @resolved("What it changed of the version before it, value by value; empty for the first.")
    async def changes(self, info: Info) -> list[RulebookChange]:
        """Return the changes."""
        if self.version == 1:
            return []
        before = self.published.publications[self.version - 2].fact.yaml
        found = await asyncio.to_thread(changes, before, self.yaml)
        speech = Speech(self.published.versions.numbered(self.version).rulebook, view_of(info).locale)
        return [
            RulebookChange(path=one.path, before=one.before, after=one.after, summary=change_summary(one, speech))
            for one in found
        ]


def rule_of(place: Place, version: Version, rule: grammar.Rule) -> Rule:
    """Return a rule as clients see it."""
    return Rule(
        id=write_id("Rule", place.id, f"{version.number}.{rule.id}"),
        place=place,
        version=version,
        rule=rule,
        code=rule.id,
        names=JSON(rule.names),
        contribution_kind=rule.event,
        points=Points(rule.amount.points) if isinstance(rule.amount, FixedAmount) else None,
        caps=[_cap(cap) for cap in rule.caps],
        daily_cap=_points_per(rule, "day"),
        weekly_cap=_points_per(rule, "week"),
        cooldown_minutes=-(-rule.cooldown // MINUTE) or None,
        cooldown_seconds=-(-rule.cooldown // SECOND) or None,
        needs_review=rule.pending is not None and rule.pending.delay is None,
        enabled=rule.enabled,
    )


def _cap(cap: grammar.Cap) -> Cap:
    points = None if cap.points is None else Points(cap.points)
    return Cap(points=points, count=cap.count, per=cap.per, by=list(cap.by))


def _points_per(rule: grammar.Rule, per: str) -> Points | None:
    """Return the limit on points a receiver and period, which holds on every level."""
    plain = (cap for cap in rule.caps if cap.per == per and cap.by == ("to",) and cap.levels is None)
    return next((Points(cap.points) for cap in plain if cap.points is not None), None)


def tiers_of(place: Place, rulebook: grammar.Rulebook) -> Iterator[Tier]:
    """Yield the tiers of all ladders, each ladder from its lowest."""
    for ladder in rulebook.ladders:
        for level in ladder.levels:
            if (tier := tier_of(place, rulebook, ladder, level.code)) is not None:
                yield tier


async def rulebook(view: View, place: Place, number: int | None) -> Rulebook | None:
    """Return a version by its number, or the one in force."""
    published = await view.loaders.published.load(place.id)
    active = published.versions.at(_now(view, published)).number
    wanted = number if number is not None else active
    return _shown(view, place, published, wanted) if 1 <= wanted <= len(published.publications) else None


async def rulebooks(view: View, place: Place, at: Span) -> Connection[Rulebook]:
    """Return a page of the versions, the latest first."""
    published = await view.loaders.published.load(place.id)
    numbers = list(range(len(published.publications), 0, -1))

    async def count() -> int:
        return len(numbers)

    return connection(
        chosen(numbers, at, key=lambda number: (number,), descending=True),
        at,
        key=lambda number: (number,),
        node=lambda number: _shown(view, place, published, number),
        count=count,
    )


async def budgets(view: View, place: Place) -> list[Budget]:
    """Return the budgets of the rulebook in force."""
    units = {unit.code: unit_of(unit) for unit in (await view.rulebook(place)).units}
    return [
        Budget(code=one.code, unit=units[one.unit], limit=Points(one.points), spent=Points(spent), per=one.per)
        for one, spent in await view.loaders.budgets.load(place.id)
    ]


async def rule_by_id(view: View, place: Place, named: GlobalId) -> Rule | None:
    """Return a rule of a version by its global id."""
    number, _, code = named.key.partition(".")
    found = await rulebook(view, place, named._replace(key=number).number or 0)
    return next((rule for rule in found.rules() if rule.code == code), None) if found is not None else None


def _shown(view: View, place: Place, published: Published, number: int) -> Rulebook:
    one = published.publications[number - 1]
    since = one.fact.effective_from
    return Rulebook(
        id=write_id("Rulebook", place.id, number),
        place=place,
        published=published,
        version=number,
        yaml=one.fact.yaml,
        hash=hashlib.sha256(one.fact.yaml.encode()).hexdigest(),
        state=_state(published, number, _now(view, published)),
        effective_from=None if since is None else moment(since),
        published_at=moment(one.recorded_at),
        note=one.fact.note or None,
    )


def _now(view: View, published: Published) -> Micros:
    """Return the present: the log's clock may be a little ahead of ours, and what it published holds."""
    return max(view.ledger.clock(), published.publications[-1].recorded_at)


def _state(published: Published, number: int, now: Micros) -> RulebookState:
    active = published.versions.at(now).number
    if number == active:
        return RulebookState.ACTIVE
    since = published.versions.numbered(number).effective_from
    return RulebookState.SCHEDULED if since is not None and since > now else RulebookState.RETIRED
