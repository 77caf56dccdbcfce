"""Stories: submitted and withdrawn by members, reviewed and featured by operators, thanked for by everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import strawberry

from ledger.core.refusals import Refusal
from ledger.core.rhythm.stories import FeatureStory, OfStories, ReviewStory, SubmitStory, ThankStory, WithdrawStory
from ledger.core.values import Position
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from schema.graphql.described import arg, changing, described, field, given
from schema.graphql.signed import own_key, signed_in
from schema.graphql.texts import LONGEST_KEY, LONGEST_NAME, LONGEST_TEXT, fits, fits_lines
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.types.story import Story, find_story, story_of
from schema.graphql.view import Info, View, view_of

LONGEST_BODY = 10_000
SUBMITTING: Places = {"/id": ["input", "idempotencyKey"], "/member": []}
MOVING: Places = {"/storyId": ["storyId"], "/contributionId": ["storyId"]}
StoryId = Annotated[strawberry.ID, arg("The story's global id.")]


@given
class StoryInput:
    """A story to submit."""

    community: str = field("The community's slug.")
    title: str = field("Its title, 1 to 200 characters.")
    body: str = field("All of it, 1 to 10,000 characters; lines are kept.")
    idempotency_key: str = field("Your name for this request: the same key is the same request.")


@described
class StoryPayload:
    """A story after a change."""

    story: Story | None = field("The story as it is now.")
    user_errors: list[UserError] = field("Why nothing was changed.")


@described
class StoryMutation:
    """Stories."""

    @changing("The signed-in member submits a story; operators review it, and what it brings waits until then.")
    async def submit_story(self, info: Info, input: Annotated[StoryInput, arg("The story.")]) -> StoryPayload:
        """Submit a story."""
        view = view_of(info)
        member, place = signed_in(view), view.community(input.community)
        errors = _faults(view, input)
        if place is None:
            errors = [user_error("COMMUNITY_UNKNOWN", view.locale, ["input", "community"])]
        if errors or place is None:
            return StoryPayload(story=None, user_errors=errors)
        key = own_key(member, input.idempotency_key)
        command = SubmitStory(key=key, member=member, title=input.title, body=input.body)
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return StoryPayload(story=None, user_errors=[refused(answer, view.locale, SUBMITTING)])
        return await _shown(view, place, answer.position)

    @changing("Publishes or declines a story that waits. Points that wait for it come, or do not. For operators.")
    async def review_story(
        self,
        info: Info,
        story_id: StoryId,
        publish: Annotated[bool, arg("Whether everybody may read it.")],
        reason: Annotated[str | None, arg("Why, for its author to read.")] = strawberry.UNSET,
    ) -> StoryPayload:
        """Review a story."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        if reason and not fits(reason, most=LONGEST_TEXT):
            error = user_error("TEXT_INVALID", view.locale, ["reason"], most=LONGEST_TEXT)
            return StoryPayload(story=None, user_errors=[error])
        by = known.caller.name
        return await _moved(
            view,
            story_id,
            lambda story: ReviewStory(story=story, publish=publish, by=by, reason=reason or ""),
        )

    @changing("Shows a published story to everybody as one of the best, or no longer. For operators.")
    async def feature_story(
        self,
        info: Info,
        story_id: StoryId,
        featured: Annotated[bool, arg("Whether it is featured from now on.")],
    ) -> StoryPayload:
        """Feature a story."""
        view = view_of(info)
        by = view.require(Scope.CONSOLE).caller.name
        return await _moved(view, story_id, lambda story: FeatureStory(story=story, featured=featured, by=by))

    @changing("Takes a story back, and all that it brought. For its author, and for operators.")
    async def withdraw_story(self, info: Info, story_id: StoryId) -> StoryPayload:
        """Withdraw a story."""
        view = view_of(info)
        known = view.known if view.member is not None else view.require(Scope.CONSOLE)
        assert known is not None  # a member is known
        member, by = view.member, known.caller.name
        return await _moved(view, story_id, lambda story: WithdrawStory(story=story, by=by, member=member))

    @changing("The signed-in member thanks for a story, or takes the thanks back. Again is no change.")
    async def thank_story(
        self,
        info: Info,
        story_id: StoryId,
        thanked: Annotated[bool, arg("Whether the member thanks for it from now on.")],
    ) -> StoryPayload:
        """Thank for a story."""
        view = view_of(info)
        member = signed_in(view)
        return await _moved(view, story_id, lambda story: ThankStory(story=story, member=member, thanked=thanked))


def _faults(view: View, given: StoryInput) -> list[UserError]:
    wrong = []
    if not fits(given.title, most=LONGEST_NAME):
        wrong.append(("title", LONGEST_NAME))
    if not fits_lines(given.body, most=LONGEST_BODY):
        wrong.append(("body", LONGEST_BODY))
    if not fits(given.idempotency_key, most=LONGEST_KEY):
        wrong.append(("idempotencyKey", LONGEST_KEY))
    return [user_error("TEXT_INVALID", view.locale, ["input", name], most=most) for name, most in wrong]


async def _moved(view: View, text: str, command: Callable[[Position], OfStories]) -> StoryPayload:
    """Move a story that the caller may see."""
    found = await find_story(view, text)
    if found is None:
        unknown = user_error("STORY_UNKNOWN", view.locale, ["storyId"])
        return StoryPayload(story=None, user_errors=[unknown])
    place, position = found.place, found.row.position
    [answer] = await view.ledger.writer.submit(place, [command(position)])
    if isinstance(answer, Refusal):
        return StoryPayload(story=None, user_errors=[refused(answer, view.locale, MOVING)])
    return await _shown(view, place, position)


async def _shown(view: View, place: Place, position: Position) -> StoryPayload:
    """Return a story as it is after a change, whatever was loaded before."""
    view.forget()
    row = await view.loaders.stories.load((place.id, position))
    return StoryPayload(story=story_of(place, row) if row is not None else None, user_errors=[])
