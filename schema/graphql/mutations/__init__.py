"""What can be changed, by topic. A mutation answers `userErrors` for what a person can mend."""

from __future__ import annotations

from schema.graphql.described import described
from schema.graphql.mutations.access import AccessMutation
from schema.graphql.mutations.communities import CommunityMutation
from schema.graphql.mutations.contributions import ContributionMutation
from schema.graphql.mutations.offers import OfferMutation
from schema.graphql.mutations.points import PointsMutation
from schema.graphql.mutations.rounds import RoundMutation
from schema.graphql.mutations.rulebooks import RulebookMutation
from schema.graphql.mutations.stories import StoryMutation
from schema.graphql.mutations.tiers import TierMutation
from schema.graphql.mutations.violations import ViolationMutation


@described
class Mutation(
    ContributionMutation,
    PointsMutation,
    AccessMutation,
    CommunityMutation,
    RulebookMutation,
    StoryMutation,
    OfferMutation,
    TierMutation,
    ViolationMutation,
    RoundMutation,
):
    """What can be changed. Every answer has `userErrors`: what a person can mend, and nothing was written."""


__all__ = ["Mutation"]
