"""What signed-in members do themselves: who calls, and how their keys are kept apart from others'."""

from __future__ import annotations

from ledger.core.values import MemberId
from schema.graphql.faults import Fault
from schema.graphql.view import View


def signed_in(view: View) -> MemberId:
    """Return the member who calls.

    Raises:
        Fault: nobody is signed in, or the caller is a key.
    """
    if view.known is None:
        raise Fault("UNAUTHORIZED", "sign in by a member's link")
    if view.member is None:
        raise Fault("MEMBERS_ONLY", "this is for signed-in members, not for keys")
    return view.member


def own_key(member: MemberId, key: str) -> str:
    """Return a member's idempotency key: two members may choose the same, and mean two requests."""
    return f"{member}/{key}"
