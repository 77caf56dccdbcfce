"""What has an id, and lists a page at a time: Relay's object identification and connections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import strawberry

from schema.graphql.described import described, field, interface, resolved

T = TypeVar("T")


@interface
class Node:
    """Something with a global id, by which `node` finds it again."""

    id: strawberry.ID = field("A global id: opaque, and the same for ever.")


@described
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = field("Whether the list goes on after this page.")
    has_previous_page: bool = field("Whether the list has something before this page.")
    start_cursor: str | None = field("The first edge's cursor.")
    end_cursor: str | None = field("The last edge's cursor.")


@described
class Edge(Generic[T]):
    """One thing's place in a list."""

    cursor: str = field("Its place: give it as `after` or `before`. It stays good while the list grows.")
    node: T = field("What stands there.")


@described
class Connection(Generic[T]):
    """A page of a list that can grow."""

    edges: list[Edge[T]] = field("The page, in the list's order.")
    page_info: PageInfo = field("Where the page stands in the list.")
    counted: strawberry.Private[Callable[[], Awaitable[int]]]

    @resolved("How many the whole list has now.")
    async def total_count(self) -> int:
        """Count the list."""
        return await self.counted()
