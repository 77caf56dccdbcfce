"""Keyset pages: a part of an ordered list, named by the keys beside it, so inserts never shift it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_

T = TypeVar("T")
Key = tuple[int | str, ...]


class Span(NamedTuple):
    """At most `size` rows after one key and before another: the first of them, or the last if `backward`."""

    size: int
    after: Key | None = None
    before: Key | None = None
    backward: bool = False


def within(
    statement: Select[Any], span: Span, columns: Sequence[ColumnElement[Any]], *, descending: bool = False
) -> Select[Any]:
    """Return the statement for a span and one row more, which tells that there are more.

    Rows come in the list's order, or against it where the span is backward: see `in_order`.
    """
    key = tuple_(*columns) if len(columns) > 1 else columns[0]
    for edge, beyond in ((span.after, not descending), (span.before, descending)):
        if edge is not None:
            bound = tuple_(*edge) if len(columns) > 1 else edge[0]
            statement = statement.where(key > bound if beyond else key < bound)
    falling = descending != span.backward
    order = [column.desc() if falling else column.asc() for column in columns]
    return statement.order_by(*order).limit(span.size + 1)


def in_order(rows: Sequence[T], span: Span) -> tuple[list[T], bool]:
    """Return a span's rows in the list's order, and whether there are more on the side it grew to."""
    kept = list(rows[: span.size])
    return (kept[::-1] if span.backward else kept), len(rows) > span.size
