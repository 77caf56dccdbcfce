"""API keys: made once, shown once, revoked for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from ledger.core.calendar import micros
from ledger.core.values import Micros
from ledger.service.access import Scope, create_key, key_id_of
from ledger.store.directory import find_key, revoke_key
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.ids import read_id
from schema.graphql.texts import LONGEST_NAME, MOST_LISTED, fits
from schema.graphql.types.enums import ApiScope
from schema.graphql.types.errors import UserError, user_error
from schema.graphql.types.key import ApiKey, api_key
from schema.graphql.view import Info, View, view_of


@given
class ApiKeyInput:
    """A key to make."""

    community: str = field("The slug of the community it opens.")
    name: str = field("What it is for.")
    scopes: list[ApiScope] = field("What it may do; at least one.")
    source_prefixes: list[str] | None = optional("What the sources must begin with that it sends; none is any.")
    expires_at: datetime | None = optional("When it becomes void by itself; never where it is left out.")


@described
class ApiKeyPayload:
    """A key after a change."""

    api_key: ApiKey | None = field("The key.")
    secret: str | None = field("Its text, shown this once: only a hash is kept.")
    user_errors: list[UserError] = field("Why nothing was changed.")


@described
class AccessMutation:
    """Who may call."""

    @changing("Makes an API key. Its secret is in this answer and nowhere else.")
    async def create_api_key(
        self, info: Info, input: Annotated[ApiKeyInput, arg("What it is for and may do.")]
    ) -> ApiKeyPayload:
        """Make a key."""
        view = view_of(info)
        view.require(Scope.CONSOLE)
        place, errors = view.community(input.community), _faults(view, input)
        if place is None:
            errors = [user_error("COMMUNITY_UNKNOWN", view.locale, ["input", "community"])]
        if errors or place is None:
            return ApiKeyPayload(api_key=None, secret=None, user_errors=errors)
        secret = await create_key(
            view.ledger.database,
            place.id,
            name=input.name,
            scopes=frozenset(Scope(scope.value) for scope in input.scopes),
            source_prefixes=tuple(input.source_prefixes or ()),
            expires_at=_micros(input.expires_at),
            at=view.ledger.clock(),
        )
        row = await find_key(view.ledger.database, key_id_of(secret) or "")
        return ApiKeyPayload(api_key=api_key(row) if row is not None else None, secret=secret, user_errors=[])

    @changing("Makes a key void, for ever. Doing it again changes nothing.")
    async def revoke_api_key(
        self, info: Info, id: Annotated[strawberry.ID, arg("The key's global id.")]
    ) -> ApiKeyPayload:
        """Revoke a key."""
        view = view_of(info)
        known, named = view.require(Scope.CONSOLE), read_id(id)
        place = known.community
        is_here = named is not None and (named.type, named.community) == ("ApiKey", place.id)
        if named is not None and is_here:
            await revoke_key(view.ledger.database, place.id, named.key, at=view.ledger.clock())
        row = await find_key(view.ledger.database, named.key) if named is not None and is_here else None
        if row is None or row.community_id != place.id:
            errors = [user_error("KEY_UNKNOWN", view.locale, ["id"])]
            return ApiKeyPayload(api_key=None, secret=None, user_errors=errors)
        return ApiKeyPayload(api_key=api_key(row), secret=None, user_errors=[])


def _faults(view: View, given: ApiKeyInput) -> list[UserError]:
    errors: list[UserError] = []
    if not fits(given.name, most=LONGEST_NAME):
        errors.append(user_error("TEXT_INVALID", view.locale, ["input", "name"], most=LONGEST_NAME))
    if not given.scopes:
        errors.append(user_error("SCOPES_MISSING", view.locale, ["input", "scopes"]))
    prefixes = given.source_prefixes or []
    if len(prefixes) > MOST_LISTED or any(" " in one or not fits(one, most=LONGEST_NAME) for one in prefixes):
        errors.append(user_error("PREFIX_INVALID", view.locale, ["input", "sourcePrefixes"], most=LONGEST_NAME))
    expires_at = _micros(given.expires_at)
    if expires_at is not None and expires_at <= view.ledger.clock():
        errors.append(user_error("EXPIRED_ALREADY", view.locale, ["input", "expiresAt"]))
    return errors


def _micros(at: datetime | None) -> Micros | None:
    return micros(at) if at else None
