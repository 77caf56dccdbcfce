"""Books of a community of which nothing was recorded: what a fold, an example or a story in memory begins with."""

from __future__ import annotations

from typing import Any

from ledger.core.books.view import Books, Head, Key
from ledger.core.rulebook.versions import Versions


class Blank(dict[Key, Any]):
    """All that was loaded of nothing: every key is known, and holds its book's blank."""

    def get(self, key: Key, default: Any = None) -> Any:
        """Return the book's blank."""
        del default
        return key[0].blank


def blank_books(versions: Versions | None = None) -> Books:
    """Return books in which nothing stands, by these rulebooks."""
    return Books(Head(), versions or Versions(), Blank())
