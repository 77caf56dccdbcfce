"""Who lives in the demo community, what they write, and the scenes that are written out: `seed/demo/*.yaml`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ledger.core.commands import RecordContribution
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.core.values import Micros, Value, identity

T = TypeVar("T")
GROUP = "slow-bake"
SKEW = -1.25
"""The second says 2^-1.25 as much as the first: then a tenth of the members do about 60 %, as in `discord-a`."""


class Chosen(Value):
    """What somebody chose for themselves, as `store.preferences` has it."""

    locale: str | None = None
    listed: bool = True
    celebrate: bool = True
    notify_via: str | None = None


class Person(Value):
    """A member; days count from the story's first, and may be earlier. After `quiet` nothing is heard of them."""

    who: str
    name: str
    joined: int
    loves: tuple[str, ...] = ()
    quiet: int | None = None
    leaves: int | None = None
    pays: bool = False
    prefers: Chosen | None = None
    weight: float = 1.0

    @property
    def language(self) -> str:
        """The language they write in."""
        return "en" if self.name.isascii() else "zh"


class Happening(Value):
    """An event without its time, as rulebooks' examples say it; `texts` are what people can read.

    `declined` is why whoever looks at it does not let it count.
    """

    event: str
    member: str | None = None
    people: dict[str, str] = {}
    subject: str | None = None
    id: str | None = None
    source: str | None = None
    undoes: str | None = None
    data: dict[str, Any] = {}
    texts: dict[str, str] = {}
    declined: str = ""


class Line(Happening, kw_only=True):
    """A happening of a scene, at a local time such as 19:30."""

    day: int
    at: str


class Deed(Value):
    """What is done through the ledger itself and not told by a bot, at a local time; `do` names it.

    `who` does it, or it is done to them; `what` is its code, `of` the `id` of an earlier deed, `others` are more
    people.
    """

    day: int
    at: str
    do: str
    who: str = ""
    id: str = ""
    of: str = ""
    what: str = ""
    text: str = ""
    others: tuple[str, ...] = ()
    number: int | None = None
    names: dict[str, str] = {}


class Scene(Value):
    """A few lines that show one thing. With `weekday` (mon to sun) its days are moved to the first such day."""

    scene: str
    events: tuple[Line, ...] = ()
    deeds: tuple[Deed, ...] = ()
    weekday: str | None = None

    @property
    def first_day(self) -> int:
        """The day on which it begins."""
        return min([*(one.day for one in self.events), *(one.day for one in self.deeds)])


class Cast(Value):
    """All that is written about the demo. Titles are by what they are titles of, then by language."""

    people: tuple[Person, ...]
    scenes: tuple[Scene, ...]
    titles: dict[str, dict[str, tuple[str, ...]]]
    perks: tuple[PerkTerms, ...]


@cache
def cast() -> Cast:
    """Read what is written about the demo."""
    people = _read("people", dict[str, tuple[Person, ...]])["people"]
    scenes = _read("scenes", dict[str, tuple[Scene, ...]])["scenes"]
    return Cast(
        people=tuple(msgspec.structs.replace(one, weight=place**SKEW) for place, one in enumerate(people, start=1)),
        scenes=scenes,
        titles=_read("titles", dict[str, dict[str, tuple[str, ...]]]),
        perks=_read("perks", dict[str, tuple[PerkTerms, ...]])["perks"],
    )


def _read(name: str, kind: type[T]) -> T:
    return msgspec.yaml.decode((folder() / f"{name}.yaml").read_bytes(), type=kind)


def folder() -> Path:
    """Return where the demo is written: in a wheel under `ledger`, in a checkout at the top."""
    packaged = Path(str(resources.files("ledger"))) / "seed" / "demo"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "seed" / "demo"


def command(told: Happening, at: Micros, *, key: str, imported: bool) -> RecordContribution:
    """Return a happening as the bot of its member's platform sends it."""
    platform = told.member.partition(":")[0] if told.member else "console"
    source = told.source or f"{platform}:{GROUP}"
    return RecordContribution(
        source=source,
        key=key,
        type=told.event,
        subject=told.subject,
        occurred_at=at,
        actor=identity(told.member, source=source) if told.member else None,
        people={role: identity(who, source=source) for role, who in told.people.items()},
        undoes=told.undoes,
        data=told.data,
        private=dict(told.texts),
        imported=imported,
    )
