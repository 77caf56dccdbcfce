"""Publishing rulebooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from strawberry import UNSET

from ledger.core.calendar import micros
from ledger.core.refusals import IdempotencyConflict, Refusal, VersionTaken
from ledger.core.values import Micros
from ledger.service.access import Scope
from ledger.service.publishing import Draft, ExamplesFail, publish
from ledger.service.rulebooks import RulebookFaulty
from ledger.store.directory import Community as Place
from schema.access import Known
from schema.graphql.described import arg, changing, described, field
from schema.graphql.drafts import RulebookDraftInput, drafted, faulty_draft, stale
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.types.rulebook import Rulebook, rulebook
from schema.graphql.view import Info, View, view_of

PUBLISHING: Places = {"/effectiveFrom": ["effectiveFrom"], "/number": ["draft", "basedOn"]}


@described
class RulebookPayload:
    """A version of the rulebook after it was published."""

    rulebook: Rulebook | None = field("The version.")
    user_errors: list[UserError] = field("Why nothing was published.")


@described
class RulebookMutation:
    """Rulebooks."""

    @changing(
        "Puts a rulebook in force, if the examples in it hold: from now, from a later time, or from an earlier one;"
        " then what it would have decided otherwise is posted as corrections."
    )
    async def publish_rulebook(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        draft: Annotated[RulebookDraftInput, arg("The rulebook.")],
        effective_from: Annotated[
            datetime | None, arg("From when it holds; from now where it is left out.")
        ] = UNSET,
    ) -> RulebookPayload:
        """Publish a draft."""
        view = view_of(info)
        known, place = view.require(Scope.CONSOLE), view.community(community)
        if place is None:
            return _refusal([user_error("COMMUNITY_UNKNOWN", view.locale, ["community"])])
        since = micros(effective_from) if effective_from else None
        if (again := await _published_before(view, place, known, draft, since)) is not None:
            return RulebookPayload(rulebook=again, user_errors=[])
        read = await drafted(view, place, draft)
        if isinstance(read, list):
            return _refusal(read)
        number = draft.based_on + 1
        whole = Draft(read.text, since, number=number, note=read.note, by=known.caller.name)
        try:
            answer = await publish(view.ledger, place, whole)
        except RulebookFaulty as error:  # of the examples: what rules say was sound
            return _refusal(faulty_draft(view, error, read.text))
        except ExamplesFail as error:
            return _refusal(_failing(view, error))
        view.forget()
        if isinstance(answer, IdempotencyConflict | VersionTaken):  # somebody else was faster
            published = await view.loaders.published.load(place.id)
            return _refusal([stale(view, len(published.publications))])
        if isinstance(answer, Refusal):
            return _refusal([refused(answer, view.locale, PUBLISHING)])
        return RulebookPayload(rulebook=await rulebook(view, place, answer.version), user_errors=[])


async def _published_before(
    view: View, place: Place, known: Known, draft: RulebookDraftInput, since: Micros | None
) -> Rulebook | None:
    """Return the version that this whole text became, where its sender lost the answer and asks again."""
    published = (await view.loaders.published.load(place.id)).publications
    if not draft.yaml or draft.based_on != len(published) - 1:
        return None
    made = published[-1].fact
    same = (made.yaml, made.note, made.by) == (draft.yaml, draft.note or "", known.caller.name)
    return await rulebook(view, place, made.version) if same and since in (None, made.effective_from) else None


def _failing(view: View, error: ExamplesFail) -> list[UserError]:
    return [
        user_error(
            "EXAMPLE_FAILS",
            view.locale,
            ["draft"],
            example=one.example,
            line=one.line,
            place=one.place,
            expected=one.expected,
            found=one.found,
        )
        for one in error.differences
    ]


def _refusal(errors: list[UserError]) -> RulebookPayload:
    return RulebookPayload(rulebook=None, user_errors=errors)
