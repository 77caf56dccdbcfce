"""What can be changed, by topic. A mutation answers `userErrors` for what a person can mend."""

from __future__ import annotations

from schema.graphql.described import described
from schema.graphql.mutations.access import AccessMutation
from schema.graphql.mutations.activities import ActivityMutation
from schema.graphql.mutations.celebrating import CelebratingMutation
from schema.graphql.mutations.claims import ClaimMutation
from schema.graphql.mutations.communities import CommunityMutation
from schema.graphql.mutations.contributions import ContributionMutation
from schema.graphql.mutations.linking import LinkingMutation
from schema.graphql.mutations.membership import MembershipMutation
from schema.graphql.mutations.merging import MergingMutation
from schema.graphql.mutations.offers import OfferMutation
from schema.graphql.mutations.openings import OpeningMutation
from schema.graphql.mutations.perks import PerkMutation
from schema.graphql.mutations.points import PointsMutation
from schema.graphql.mutations.preferring import PreferringMutation
from schema.graphql.mutations.redemptions import RedemptionMutation
from schema.graphql.mutations.rounds import RoundMutation
from schema.graphql.mutations.rulebooks import RulebookMutation
from schema.graphql.mutations.stories import StoryMutation
from schema.graphql.mutations.tiers import TierMutation
from schema.graphql.mutations.violations import ViolationMutation


@described
class Mutation(
    ContributionMutation,
    PointsMutation,
    MembershipMutation,
    MergingMutation,
    PreferringMutation,
    CelebratingMutation,
    OpeningMutation,
    LinkingMutation,
    RedemptionMutation,
    PerkMutation,
    AccessMutation,
    CommunityMutation,
    RulebookMutation,
    StoryMutation,
    OfferMutation,
    TierMutation,
    ViolationMutation,
    RoundMutation,
    ActivityMutation,
    ClaimMutation,
):
    """What can be changed. Every answer has `userErrors`: what a person can mend, and nothing was written."""


__all__ = ["Mutation"]
