"""What signed-in members choose for themselves."""

from __future__ import annotations

from typing import Annotated

from strawberry import UNSET

from ledger.store.preferences import Preferences, prefer
from ledger.words.render import LOCALES
from schema.graphql.described import arg, changing, described
from schema.graphql.members import MemberPayload, member_payload
from schema.graphql.signed import signed_in
from schema.graphql.texts import LONGEST_NAME, fits
from schema.graphql.types.errors import UserError, user_error
from schema.graphql.types.preferences import NOWHERE, PreferencesInput
from schema.graphql.view import Info, View, view_of


@described
class PreferringMutation:
    """Preferences."""

    @changing("Changes what the signed-in member chose for themselves; what is left out stays.")
    async def update_preferences(
        self, info: Info, input: Annotated[PreferencesInput, arg("What to change.")]
    ) -> MemberPayload:
        """Change preferences."""
        view = view_of(info)
        number, place = signed_in(view), view.own
        assert place is not None  # whoever is signed in is so somewhere
        if errors := _faults(view, input):
            return MemberPayload(member=None, user_errors=errors)
        await prefer(view.ledger.database, place.id, number, lambda chosen: _changed(chosen, input))
        if input.locale:
            view.locale = input.locale
        return await member_payload(view, place, number)


def _changed(chosen: Preferences, given: PreferencesInput) -> Preferences:
    return Preferences(
        locale=chosen.locale if given.locale is UNSET else given.locale,
        listed=chosen.listed if given.listed_on_leaderboard in (UNSET, None) else bool(given.listed_on_leaderboard),
        celebrate=chosen.celebrate if given.celebrate in (UNSET, None) else bool(given.celebrate),
        notify_via=chosen.notify_via if given.notify_via is UNSET else _place(given.notify_via),
    )


def _place(given: str | None) -> str | None:
    return None if given in (None, "", NOWHERE) else given


def _faults(view: View, given: PreferencesInput) -> list[UserError]:
    errors = []
    if given.locale and given.locale not in LOCALES:
        known = ", ".join(LOCALES)
        errors.append(user_error("LOCALE_UNKNOWN", view.locale, ["input", "locale"], known=known))
    if given.notify_via and not fits(given.notify_via, most=LONGEST_NAME):
        errors.append(user_error("TEXT_INVALID", view.locale, ["input", "notifyVia"], most=LONGEST_NAME))
    return errors
