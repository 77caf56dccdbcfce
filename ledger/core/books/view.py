"""The view of the books that `plan` reads and writes: changes over what the store has loaded so far.

A key that nobody has loaded reads as blank and is noted as missing; the store then loads just those
keys and `plan` runs again. So no command declares what it touches, and the last run is exact.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

from ledger.core.books.shelf import TRAIL, Book, Trail
from ledger.core.events import Event
from ledger.core.rulebook.versions import Versions
from ledger.core.values import Micros, Position, Value

K = TypeVar("K", bound=tuple[object, ...])
V = TypeVar("V", bound=Value)
Key = tuple[Book[Any, Any], tuple[object, ...]]


class Head(Value):
    """Where a community's log ends: its last position, hash and time, and how many members it has seen."""

    position: Position = Position(0)
    hash: bytes = b""
    recorded_at: Micros = Micros(0)
    members: int = 0
    undoing: Position = Position(0)
    """The event whose undo is too long for one event, and still goes on; 0 is none."""


class Written(NamedTuple):
    """A planned event, and what of it people can read and the log must not hold."""

    event: Event
    private: dict[str, Any]


class Books:
    """Books as of a head, with changes laid over them. A fork can be kept or dropped whole."""

    __slots__ = ("_parent", "added", "changed", "events", "head", "loaded", "missing", "versions")

    def __init__(self, head: Head, versions: Versions, loaded: dict[Key, Any], parent: Books | None = None) -> None:
        self.head = head
        self.versions = versions
        self.loaded = loaded
        self.changed: dict[Key, Any] = {}
        self.added: dict[str, tuple[Position, ...]] = {}
        """Trail positions written since loading: adding needs no reading."""
        self.events: list[Written] = []
        self.missing: set[Key] = set() if parent is None else parent.missing
        self._parent = parent

    def read(self, book: Book[K, V], key: K) -> V:
        """Return what a book holds at a key."""
        place = (book, key)
        here: Books | None = self
        while here is not None:
            value = here.changed.get(place)
            if value is not None:
                return value  # type: ignore[no-any-return]  # put there under the same book's type
            here = here._parent
        value = self.loaded.get(place)
        if value is None:
            self.missing.add(place)
            return book.blank
        return value  # type: ignore[no-any-return]  # loaded under the same book's type

    def written(self, book: Book[K, V], key: K) -> V:
        """Return what was written at a key since loading, of something that began since then."""
        here: Books | None = self
        while here is not None:
            value = here.changed.get((book, key))
            if value is not None:
                return value  # type: ignore[no-any-return]  # put there under the same book's type
            here = here._parent
        return book.blank

    def keys(self, book: Book[K, V]) -> list[K]:
        """Return the keys at which something was written in a book since loading."""
        below = self._parent.keys(book) if self._parent is not None else []
        here = [key for one, key in self.changed if one is book]
        return list(dict.fromkeys((*below, *here)))  # type: ignore[arg-type]  # keys of the same book

    def write(self, book: Book[K, V], key: K, value: V) -> None:
        """Write what a book holds at a key."""
        self.changed[(book, key)] = value

    def trail(self, key: str) -> tuple[Position, ...]:
        """Return the positions whose grants are found by `key`, ascending."""
        loaded: Trail | None = self.loaded.get((TRAIL, (key,)))
        if loaded is None:
            self.missing.add((TRAIL, (key,)))
            loaded = TRAIL.blank
        return loaded.positions + self._added(key)

    def _added(self, key: str) -> tuple[Position, ...]:
        below = self._parent._added(key) if self._parent is not None else ()
        return below + self.added.get(key, ())

    def add_to_trail(self, key: str, position: Position) -> None:
        """Let the grants at `position` be found by `key`."""
        here = self.added.get(key, ())
        if not here or here[-1] != position:
            self.added[key] = (*here, position)

    def fork(self) -> Books:
        """Return a view whose changes are not in this one until `keep`."""
        return Books(self.head, self.versions, self.loaded, self)

    def keep(self, fork: Books) -> None:
        """Take over everything a fork changed."""
        self.changed.update(fork.changed)
        for key, positions in fork.added.items():
            self.added[key] = self.added.get(key, ()) + positions
        self.events.extend(fork.events)
        self.head, self.versions = fork.head, fork.versions
