"""What members choose for themselves."""

from __future__ import annotations

from ledger.store.preferences import Preferences as Chosen
from schema.graphql.described import described, field, given, optional

NOWHERE = "none"


@described
class Preferences:
    """What a member chose for themselves."""

    locale: str = field("The language of texts, zh-CN or en.")
    listed_on_leaderboard: bool = field("Whether others see them on boards; their own rank they always see.")
    celebrate: bool = field("Whether milestones are celebrated with them.")
    notify_via: str = field("Where notices go, as a platform's name; `none` is nowhere.")


@given
class PreferencesInput:
    """What to change; what is left out stays."""

    locale: str | None = optional("The language of texts, zh-CN or en; null is what the caller's client prefers.")
    listed_on_leaderboard: bool | None = optional("Whether others see them on boards.")
    celebrate: bool | None = optional("Whether milestones are celebrated with them.")
    notify_via: str | None = optional("Where notices go, as a platform's name; `none` is nowhere.")


def preferences_of(chosen: Chosen, locale: str) -> Preferences:
    """Return what a member chose; `locale` is theirs where they chose none."""
    return Preferences(
        locale=chosen.locale or locale,
        listed_on_leaderboard=chosen.listed,
        celebrate=chosen.celebrate,
        notify_via=chosen.notify_via or NOWHERE,
    )
