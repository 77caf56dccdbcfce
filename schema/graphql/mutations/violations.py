"""Order: reports of violations, what becomes of them, appeals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import strawberry
from strawberry import UNSET

from ledger.core.commands import AppealViolation, Command, DecideAppeal, RecordViolation, ResolveViolation
from ledger.core.refusals import Refusal
from ledger.core.values import MemberId, Position
from ledger.core.violations import Action
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.faults import Fault
from schema.graphql.ids import read_id
from schema.graphql.texts import LONGEST_KEY, LONGEST_TEXT, fits
from schema.graphql.types.enums import ViolationAction
from schema.graphql.types.errors import Path, Places, UserError, refused, user_error
from schema.graphql.types.violation import Violation, seen_violation
from schema.graphql.view import Info, View, view_of

RECORDING: Places = {
    "/id": ["input", "idempotencyKey"],
    "/ruleCode": ["input", "ruleCode"],
    "/member": ["input", "memberId"],
}
DECIDING: Places = {"/violationId": ["violationId"], "/action": ["action"]}
Text = tuple[Path, str | None]
"""Where a text was given, and what it says."""


@given
class ViolationInput:
    """A report that a member broke a house rule."""

    member_id: strawberry.ID = field("Who broke it.")
    rule_code: str = field("The house rule, by its code in the rulebook.")
    evidence: str | None = optional("What was seen; the member can read it.")
    note: str | None = optional("What only operators read.")
    idempotency_key: str = field("Your name for this request: the same key is the same request.")


@described
class ViolationPayload:
    """A report after a change."""

    violation: Violation | None = field("The report as it is now.")
    user_errors: list[UserError] = field("Why nothing was changed.")


@described
class ViolationMutation:
    """Order."""

    @changing("Reports a violation. Nothing follows before it is confirmed.")
    async def record_violation(
        self, info: Info, input: Annotated[ViolationInput, arg("Who broke which rule.")]
    ) -> ViolationPayload:
        """Report a violation."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        texts: list[Text] = [(["input", "evidence"], input.evidence), (["input", "note"], input.note)]
        errors = _unfit(view, texts)
        if not fits(input.idempotency_key, most=LONGEST_KEY):
            errors.append(user_error("TEXT_INVALID", view.locale, ["input", "idempotencyKey"], most=LONGEST_KEY))
        named = read_id(input.member_id)
        place = view.place(named.community) if named is not None and named.type == "Member" else None
        if place is None or named is None or named.number is None:
            errors = errors or [user_error("MEMBER_UNKNOWN", view.locale, ["input", "memberId"])]
        if errors or place is None or named is None:
            return ViolationPayload(violation=None, user_errors=errors)
        command = RecordViolation(
            key=input.idempotency_key,
            member=MemberId(named.number or 0),
            rule=input.rule_code,
            by=known.caller.name,
            evidence=input.evidence or "",
            note=input.note or "",
        )
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return ViolationPayload(violation=None, user_errors=[refused(answer, view.locale, RECORDING)])
        found = await seen_violation(view, place, answer.position)
        return ViolationPayload(violation=found, user_errors=[])

    @changing(
        "Confirms a report as the step that its ladder brings now, dismisses it, or lifts what was confirmed."
    )
    async def resolve_violation(
        self,
        info: Info,
        violation_id: Annotated[strawberry.ID, arg("The report.")],
        action: Annotated[
            ViolationAction, arg("What becomes of it: of a strike only what `willBe` says, so that none surprises.")
        ],
        note: Annotated[str | None, arg("Why, for the member to read.")] = UNSET,
    ) -> ViolationPayload:
        """Decide about a report."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)

        def command(at: Position) -> Command:
            return ResolveViolation(position=at, action=Action(action.value), by=known.caller.name, note=note or "")

        return await _decided(view, violation_id, [(["note"], note)], command)

    @changing("Appeals, as the member it is about, against what was confirmed. Meanwhile it stands.")
    async def appeal_violation(
        self,
        info: Info,
        violation_id: Annotated[strawberry.ID, arg("The report.")],
        text: Annotated[str, arg("What you say against it.")],
    ) -> ViolationPayload:
        """Appeal."""
        view = view_of(info)
        member = view.member
        if view.known is None:
            raise Fault("UNAUTHORIZED", "sign in as the member it is about")
        if member is None:
            raise Fault("MEMBERS_ONLY", "only the member it is about may appeal")
        if not text:
            return _no([user_error("TEXT_INVALID", view.locale, ["text"], most=LONGEST_TEXT)])
        return await _decided(
            view,
            violation_id,
            [(["text"], text)],
            lambda at: AppealViolation(position=at, member=member, text=text),
        )

    @changing("Decides an appeal: lifts the violation, or lets it stand.")
    async def decide_appeal(
        self,
        info: Info,
        violation_id: Annotated[strawberry.ID, arg("The report.")],
        lift: Annotated[bool, arg("Whether it is lifted: what it took is given back, what it withheld granted.")],
        note: Annotated[str | None, arg("Why, for the member to read.")] = UNSET,
    ) -> ViolationPayload:
        """Decide an appeal."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        return await _decided(
            view,
            violation_id,
            [(["note"], note)],
            lambda at: DecideAppeal(position=at, lifted=lift, by=known.caller.name, note=note or ""),
        )


async def _decided(
    view: View, id_: str, texts: list[Text], command: Callable[[Position], Command]
) -> ViolationPayload:
    """Give a command about a report that the caller may see."""
    errors = _unfit(view, texts)
    found = await _named(view, id_) if not errors else None
    if found is None:
        return _no(errors or [user_error("VIOLATION_UNKNOWN", view.locale, ["violationId"])])
    place, position = found
    [answer] = await view.ledger.writer.submit(place, [command(position)])
    if isinstance(answer, Refusal):
        return _no([refused(answer, view.locale, DECIDING)])
    view.forget()
    return ViolationPayload(violation=await seen_violation(view, place, position), user_errors=[])


def _no(errors: list[UserError]) -> ViolationPayload:
    return ViolationPayload(violation=None, user_errors=errors)


def _unfit(view: View, texts: list[Text]) -> list[UserError]:
    """Return what is wrong with texts that were given."""
    return [
        user_error("TEXT_INVALID", view.locale, path, most=LONGEST_TEXT)
        for path, text in texts
        if text and not fits(text, most=LONGEST_TEXT)
    ]


async def _named(view: View, id_: str) -> tuple[Place, Position] | None:
    named = read_id(id_)
    place = view.place(named.community) if named is not None and named.type == "Violation" else None
    if named is None or place is None or await seen_violation(view, place, named.number) is None:
        return None
    return place, Position(named.number or 0)
