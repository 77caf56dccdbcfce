"""Beginning communities."""

from __future__ import annotations

from typing import Annotated

from ledger.service.access import Scope, create_key
from ledger.service.communities import DEFAULT_PRESET, SLUG, CommunityTaken, begin
from ledger.service.rulebooks import presets
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.texts import LONGEST_NAME, fits
from schema.graphql.types.community import Community, community_of
from schema.graphql.types.errors import UserError, user_error
from schema.graphql.view import Info, View, view_of


@given
class CommunityInput:
    """A community to begin."""

    slug: str = field("Its name in addresses: a-z, 0-9 and hyphens, at most 64; for ever.")
    name: str | None = optional("What people call it; the slug where it is left out.")
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
        view.require(Scope.CONSOLE)
        errors, ledger = _faults(view, input), view.ledger
        if not errors and await ledger.community(input.slug) is not None:
            errors = [_taken(view, input.slug)]
        if errors:
            return CommunityPayload(community=None, operator_key=None, user_errors=errors)
        name, preset = input.name or input.slug, input.preset or DEFAULT_PRESET
        try:
            place = await begin(
                ledger.database,
                ledger.writer,
                input.slug,
                name=name,
                preset=preset,
                clock=ledger.clock,
                must_be_new=True,
            )
        except CommunityTaken:
            taken = [_taken(view, input.slug)]  # somebody else was faster
            return CommunityPayload(community=None, operator_key=None, user_errors=taken)
        key = await create_key(
            ledger.database, place.id, name="operator", scopes=frozenset(Scope), at=ledger.clock()
        )
        return CommunityPayload(community=community_of(place), operator_key=key, user_errors=[])


def _taken(view: View, slug: str) -> UserError:
    return user_error("COMMUNITY_EXISTS", view.locale, ["input", "slug"], slug=slug)


def _faults(view: View, given: CommunityInput) -> list[UserError]:
    errors: list[UserError] = []
    if not SLUG.match(given.slug):
        errors.append(user_error("SLUG_INVALID", view.locale, ["input", "slug"]))
    if given.name and not fits(given.name, most=LONGEST_NAME):
        errors.append(user_error("TEXT_INVALID", view.locale, ["input", "name"], most=LONGEST_NAME))
    known = presets()
    if given.preset and given.preset not in known:
        params = {"preset": given.preset, "known": ", ".join(known)}
        errors.append(user_error("PRESET_UNKNOWN", view.locale, ["input", "preset"], **params))
    return errors
