"""Pages: reads Relay's arguments into a span of keys, and makes connections of what was found there."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import strawberry

from ledger.store.reads.spans import Key, Span, in_order
from schema.graphql.described import arg
from schema.graphql.faults import Fault
from schema.graphql.texts import can_match
from schema.graphql.types.node import Connection, Edge, PageInfo

R = TypeVar("R")
T = TypeVar("T")
MOST = 100
"""How many edges a page has at the most."""

LONGEST_CURSOR = 500
LARGEST_KEY = 2**63

First = Annotated[int | None, arg("How many from the beginning, or after `after`; 100 at the most.")]
After = Annotated[str | None, arg("A cursor: the page begins after it.")]
Last = Annotated[int | None, arg("How many from the end, or before `before`, instead of `first`; 100 at the most.")]
Before = Annotated[str | None, arg("A cursor: the page ends before it.")]


def span(
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    *,
    parts: int = 1,
    named: bool = False,
) -> Span:
    """Read the arguments of a page whose keys have so many parts. `last` set aside the default of `first`.

    Parts are numbers; where keys are `named`, the last is a code.

    Raises:
        Fault: a size out of bounds, or a cursor that is none of ours.
    """
    backward = last is not strawberry.UNSET and last is not None
    size = last if backward else first if first is not None else MOST
    return Span(bounded(size or 0), _key(after, parts, named), _key(before, parts, named), backward=backward)


def bounded(size: int, *, most: int = MOST) -> int:
    """Return the size of a page.

    Raises:
        Fault: it is out of bounds.
    """
    if not 0 <= size <= most:
        raise Fault("BAD_PAGE_SIZE", f"expected 0 to {most}")
    return size


def write_cursor(key: Key) -> str:
    """Return the cursor of a key."""
    return base64.urlsafe_b64encode(".".join(str(part) for part in key).encode()).decode().rstrip("=")


def _key(cursor: str | None, parts: int, named: bool) -> Key | None:
    if cursor is None or cursor is strawberry.UNSET:
        return None
    try:
        padded = cursor[:LONGEST_CURSOR] + "=" * (-len(cursor) % 4)
        spelled = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split(".")
        numbers = [int(part) for part in (spelled[:-1] if named else spelled)]
    except (binascii.Error, ValueError):
        return _refuse()
    key: Key = (*numbers, spelled[-1]) if named else tuple(numbers)
    sound = len(key) == parts and all(0 <= number < LARGEST_KEY for number in numbers)
    sound = sound and (not named or can_match(spelled[-1]))
    return key if sound and write_cursor(key) == cursor else _refuse()


def _refuse() -> Key:
    raise Fault("BAD_CURSOR", "expected a cursor that this list gave")


def chosen(items: Sequence[R], at: Span, *, key: Callable[[R], Key], descending: bool = False) -> list[R]:
    """Return a span of a list that is at hand, as `within` asks for one: in the span's order, and one more."""
    kept = [
        one
        for one in items
        if (at.after is None or (key(one) < at.after if descending else key(one) > at.after))
        and (at.before is None or (key(one) > at.before if descending else key(one) < at.before))
    ]
    return (kept[::-1] if at.backward else kept)[: at.size + 1]


def connection(
    rows: Sequence[R],
    at: Span,
    *,
    key: Callable[[R], Key],
    node: Callable[[R], T],
    count: Callable[[], Awaitable[int]],
) -> Connection[T]:
    """Return the page of a span; `rows` are as `within` asked for them: one more where there are more."""
    kept, more = in_order(rows, at)
    edges = [Edge(cursor=write_cursor(key(row)), node=node(row)) for row in kept]
    info = PageInfo(
        has_next_page=at.before is not None if at.backward else more,
        has_previous_page=more if at.backward else at.after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, page_info=info, counted=count)
