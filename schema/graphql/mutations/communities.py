"""Beginning communities, and setting what is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from zoneinfo import available_timezones

from ledger.core.commands import Command, SetCommunity
from ledger.core.refusals import Refusal
from ledger.core.rulebook.reading_units import WEEKDAYS
from ledger.service.access import Scope, create_key
from ledger.service.communities import DEFAULT_PRESET, SLUG, CommunityTaken, begin
from ledger.service.editing import with_calendar
from ledger.service.publishing import Draft, publish
from ledger.service.rulebooks import presets
from ledger.store.directory import Community as Place
from ledger.words.render import LOCALES
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.texts import LONGEST_NAME, LONGEST_TEXT, fits
from schema.graphql.types.community import (
    LANGUAGES,
    LOCALE,
    NAME,
    POINTS_NAME,
    POSITIONING,
    Community,
    community_of,
)
from schema.graphql.types.errors import UserError, refused, user_error
from schema.graphql.view import Info, View, view_of


@given
class CommunityInput:
    """A community to begin, or what is to be otherwise of one; what is left out stays as it is."""

    slug: str = field("Its name in addresses: a-z, 0-9 and hyphens, at most 64; for ever.")
    name: str | None = optional("What people call it; the slug where it is left out at the beginning.")
    positioning: str | None = optional("What it is for, in its own words.")
    timezone: str | None = optional("Its IANA time zone; a later change publishes a version of the rulebook.")
    week_start: str | None = optional("The first day of its week: mon to sun. Changes like the time zone.")
    default_locale: str | None = optional("The language for those who do not choose one.")
    locales: list[str] | None = optional("The languages it speaks.")
    points_name: str | None = optional("What its points are called.")
    preset: str | None = optional("The rulebook it begins with, by name.")


@described
class CommunityPayload:
    """A community after a change."""

    community: Community | None = field("The community.")
    operator_key: str | None = field("A key of the new community with every scope, shown this once.")
    user_errors: list[UserError] = field("Why nothing was changed.")


@described
class CommunityMutation:
    """Communities."""

    @changing("Begins a community, with a rulebook and a key for its operator.")
    async def create_community(
        self, info: Info, input: Annotated[CommunityInput, arg("Its name and first rulebook.")]
    ) -> CommunityPayload:
        """Begin a community."""
        view = view_of(info)
        by, ledger = view.require(Scope.CONSOLE).caller.name, view.ledger
        errors = [*_unnamed(view, input), *_faults(view, input)]
        if not errors and await ledger.community(input.slug) is not None:
            errors = [_taken(view, input.slug)]
        if errors:
            return _refusal(errors)
        try:
            place = await begin(
                ledger.database,
                ledger.writer,
                input.slug,
                name=input.name or input.slug,
                yaml=_with_calendar(presets()[input.preset or DEFAULT_PRESET], input),
                clock=ledger.clock,
                must_be_new=True,
            )
        except CommunityTaken:
            return _refusal([_taken(view, input.slug)])  # somebody else was faster
        await ledger.writer.submit(place, _settings(input, {NAME: place.name}, by))
        key = await create_key(
            ledger.database, place.id, name="operator", scopes=frozenset(Scope), at=ledger.clock()
        )
        return CommunityPayload(community=community_of(place), operator_key=key, user_errors=[])

    @changing("Sets what is said of a community, its calendar and its languages.")
    async def update_community(
        self, info: Info, input: Annotated[CommunityInput, arg("The community, and what is to be otherwise.")]
    ) -> CommunityPayload:
        """Change a community."""
        view = view_of(info)
        by, place = view.require(Scope.CONSOLE).caller.name, view.community(input.slug)
        if place is None:
            return _refusal([user_error("COMMUNITY_UNKNOWN", view.locale, ["input", "slug"])])
        errors = list(_faults(view, input))
        if input.preset:
            errors.append(user_error("PRESET_AT_BEGINNING", view.locale, ["input", "preset"]))
        errors = errors or await _publish_calendar(view, place, input, by)
        if errors:
            return _refusal(errors)
        known = {NAME: place.name} | await view.loaders.settings.load(place.id)
        await view.ledger.writer.submit(place, _settings(input, known, by))
        view.forget()
        return CommunityPayload(community=community_of(place), operator_key=None, user_errors=[])


async def _publish_calendar(view: View, place: Place, given: CommunityInput, by: str) -> list[UserError]:
    """Publish the rulebook with another calendar, where it has another; return why that cannot be."""
    published = (await view.loaders.published.load(place.id)).publications
    before = published[-1].fact.yaml
    text = _with_calendar(before, given)
    if text == before:
        return []
    draft = Draft(text, number=len(published) + 1, note=published[-1].fact.note, by=by)
    answer = await publish(view.ledger, place, draft)
    return [refused(answer, view.locale, {})] if isinstance(answer, Refusal) else []


def _with_calendar(text: str, given: CommunityInput) -> str:
    if not given.timezone and not given.week_start:
        return text
    return with_calendar(text, tz=given.timezone or None, week_start=given.week_start or None)


def _settings(given: CommunityInput, known: dict[str, str], by: str) -> list[Command]:
    """Return the commands that set what is otherwise than known."""
    wanted = {
        NAME: given.name,
        POSITIONING: given.positioning,
        POINTS_NAME: given.points_name,
        LOCALE: given.default_locale,
        LANGUAGES: " ".join(given.locales or ()),
    }
    return [
        SetCommunity(name=name, value=value, by=by)
        for name, value in wanted.items()
        if value and value != known.get(name)
    ]


def _refusal(errors: list[UserError]) -> CommunityPayload:
    return CommunityPayload(community=None, operator_key=None, user_errors=errors)


def _taken(view: View, slug: str) -> UserError:
    return user_error("COMMUNITY_EXISTS", view.locale, ["input", "slug"], slug=slug)


def _unnamed(view: View, given: CommunityInput) -> Iterator[UserError]:
    """Yield what is wrong with what only a beginning says."""
    if not SLUG.match(given.slug):
        yield user_error("SLUG_INVALID", view.locale, ["input", "slug"])


def _faults(view: View, given: CommunityInput) -> Iterator[UserError]:
    texts = (
        ("name", given.name, LONGEST_NAME),
        ("positioning", given.positioning, LONGEST_TEXT),
        ("pointsName", given.points_name, LONGEST_NAME),
    )
    for name, text, most in texts:
        if text and not fits(text, most=most):
            yield user_error("TEXT_INVALID", view.locale, ["input", name], most=most)
    if given.timezone and given.timezone not in available_timezones():
        yield user_error("TIMEZONE_UNKNOWN", view.locale, ["input", "timezone"], timezone=given.timezone)
    if given.week_start and given.week_start not in WEEKDAYS:
        yield user_error("WEEK_START_UNKNOWN", view.locale, ["input", "weekStart"], known=", ".join(WEEKDAYS))
    for name, chosen in (("defaultLocale", [given.default_locale or LOCALES[0]]), ("locales", given.locales or [])):
        if not set(chosen) <= set(LOCALES):
            yield user_error("LOCALE_UNKNOWN", view.locale, ["input", name], known=", ".join(LOCALES))
    known = presets()
    if given.preset and given.preset not in known:
        params = {"preset": given.preset, "known": ", ".join(known)}
        yield user_error("PRESET_UNKNOWN", view.locale, ["input", "preset"], **params)
