"""Random operations with bad habits, done by the ledger and by the model; and what both say, compared."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from ledger.core.commands import AdjustPoints, Command, RecordContribution
from ledger.core.events import decisions
from ledger.core.refusals import Refusal
from ledger.core.values import Micros, identity
from ledger.service.verify import verify
from ledger.service.writer import Receipt, Writer
from ledger.service.writer.receipts import Answered
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.tables import TABLES
from tests.clock import Clock
from tests.model.model import Model
from tests.model.reading import DAY, MINUTE

GARDEN = (Path(__file__).parent / "garden.yaml").read_text("utf-8")
SECOND = MINUTE // 60
Operation = dict[str, Any]

TYPES = {
    "asked": 6,
    "liked": 12,
    "disliked": 8,
    "unliked": 6,
    "talked": 12,
    "helped": 12,
    "unhelped": 4,
    "accepted": 10,
    "unaccepted": 4,
    "credited": 8,
    "revoked": 5,
    "hidden": 3,
    "paid": 8,
    "refunded": 3,
    "removed": 2,
    "recalled": 3,
    "closed": 3,
    "contribution.undone": 8,
    "waved": 1,
}
UNDOING = frozenset({"unliked", "unhelped", "unaccepted", "revoked", "hidden", "refunded", "recalled"})
NAMES = ("ann", "chat:ann", "bob", "chat:bob", "cyd", "mail:bob", "dan", "eve")
SOURCES = ("chat:room", "chat:room", "chat:hall", "mail:list")
WAITS = (0, 0, 0, 1, 20, 59, 60, 61, 3_000, 20_000)
AGES = (*[0] * 10, 1, 59, 60, 7_000, 86_400, 100_000, 259_199, 259_201, 400_000, -599, -600, -601)


class Chance:
    """Draws operations. Many repeat an earlier one, change it under its key, or do again what was undone."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._past: list[Operation] = []

    def batch(self, clock: Clock) -> list[Operation]:
        """Move the clock on and draw what comes at once."""
        clock.advance(self._random.choice(WAITS) * SECOND)
        return [self._one(clock.at) for _ in range(self._random.choice((1, 1, 2, 5, 20)))]

    def is_atomic(self) -> bool:
        """Say whether a batch is all or nothing."""
        return self._random.random() < 0.3

    def _one(self, now: int) -> Operation:
        draw, number = self._random.random(), len(self._past)
        if self._past and draw < 0.12:
            operation = self._again(self._random.choice(self._past[-60:]))
        elif draw < 0.22:
            operation = self._adjustment(number)
        else:
            operation = self._event(now, number)
        self._past.append(operation)
        return operation

    def _again(self, before: Operation) -> Operation:
        """The same; or the same under a new key, by another spelling, or with other content."""
        habit = self._random.choice(("same", "new key", "spelled", "changed"))
        if habit == "new key":
            return {**before, "key": f"again {len(self._past)}"}
        if habit == "spelled" and before.get("actor"):
            platform, name = before["source"].partition(":")[0], before["actor"]
            return {**before, "actor": name.removeprefix(f"{platform}:") if ":" in name else f"{platform}:{name}"}
        if habit == "changed":
            return {**before, "reason": "other"} if "delta" in before else {**before, "data": {"amount": 1}}
        return before

    def _adjustment(self, number: int) -> Operation:
        random = self._random
        return {
            "key": f"a{number}",
            "member": random.choice([f"chat:{name}" for name in NAMES if ":" not in name] + [f"chat:new{number}"]),
            "delta": random.choice((5, 1, 30, 0, -1, -4, -9, -40, -10_000)),
            "reason": "because",
            "unit": random.choice((None, None, "points", "coins", "stars", "pearls")),
        }

    def _event(self, now: int, number: int) -> Operation:
        random = self._random
        (type_,) = random.choices(list(TYPES), list(TYPES.values()))
        data: dict[str, Any] = {
            "amount": random.choice((0, 1, 3, 4, 5, 9, 17, 40, -3, -8, 10_000, "five", 1.5, True))
        }
        for name, values in (("kind", ("code", "doc")), ("question", ("q1", "q2")), ("score", (2, 3))):
            if random.random() < 0.6:
                data[name] = random.choice(values)
        if random.random() < 0.1:
            data["wiki"] = random.random() < 0.5
        people = {role: self._name(number) for role in ("author", "helper") if random.random() < 0.7}
        points_back = random.random() < (0.5 if type_ in UNDOING else 0.95 if "undone" in type_ else 0.02)
        return {
            "source": "ledger:bot" if random.random() < 0.01 else random.choice(SOURCES),
            "key": f"e{number}",
            "type": type_,
            "subject": None if random.random() < 0.06 else f"s{max(0, number // 25 - random.choice((0, 0, 1, 9)))}",
            "time": None if random.random() < 0.2 else max(0, now - random.choice(AGES) * SECOND),
            "actor": None if random.random() < 0.08 else self._name(number),
            "people": people,
            "undoes": f"e{max(0, number + random.choice((-1, -2, -3, -7, -20, 0, 1, 4)))}" if points_back else None,
            "data": data,
            "imported": random.random() < 0.2,
        }

    def _name(self, number: int) -> str:
        return f"new{number}" if self._random.random() < 0.02 else self._random.choice(NAMES)


def command_of(one: Operation) -> Command:
    """Return an operation as the ledger is asked for it."""
    if "delta" in one:
        return AdjustPoints(**{**one, "member": identity(one["member"], source="")}, by="key:test")
    return RecordContribution(
        source=one["source"],
        key=one["key"],
        type=one["type"],
        subject=one["subject"],
        occurred_at=None if one["time"] is None else Micros(one["time"]),
        actor=identity(one["actor"], source=one["source"]) if one["actor"] else None,
        people={role: identity(name, source=one["source"]) for role, name in one["people"].items()},
        undoes=one["undoes"],
        data=one["data"],
        imported=one["imported"],
    )


def told(answer: Answered) -> object:
    """Return what the ledger answered, as the model says it."""
    if isinstance(answer, Refusal):
        return answer.code
    assert isinstance(answer, Receipt)
    if answer.replayed or answer.event is None:
        return "replayed"
    return [(d.rule, d.member, d.unit, d.outcome.value, d.granted) for d in decisions(answer.event)]


def modelled(model: Model, batch: list[Operation], now: int, *, atomic: bool) -> list[object]:
    """Do a batch in the model; a refusal ends one that is all or nothing, and undoes it."""
    saved = model.save() if atomic else {}
    answers: list[object] = []
    for one in batch:
        answers.append(model.adjust(one, now) if "delta" in one else model.record(one, now))
        if atomic and isinstance(answers[-1], str) and answers[-1] != "replayed":
            model.restore(saved)
            return [answers[-1]] * len(answers)
    return answers


async def compare(
    database: Database, writer: Writer, community: Community, clock: Clock, *, seed: int, many: int, look_every: int
) -> Model:
    """Do so many operations in both, and compare each answer, and every so often all that stands."""
    chance, done, looked = Chance(seed), 0, 0
    model = Model(GARDEN, clock.at + 1)  # two facts were recorded at the clock's time: the beginning, the rulebook
    while done < many:
        batch, atomic = chance.batch(clock), chance.is_atomic()
        answers = await writer.submit(community, [command_of(one) for one in batch], atomic=atomic)
        said, expected = [told(one) for one in answers], modelled(model, batch, clock.at, atomic=atomic)
        for one, ours, its in zip(batch, said, expected, strict=False):
            assert ours == its, f"the ledger, then the model, of seed {seed} after {done}: {ours} {its} {one}"
        assert len(said) == len(expected)
        done += len(batch)
        if done // look_every > looked:
            looked = done // look_every
            await compare_accounts(database, community, model)
    await compare_accounts(database, community, model)
    found = await verify(database, community.id)
    assert found.differences == []
    return model


async def compare_accounts(database: Database, community: Community, model: Model) -> None:
    """Compare every account, and how many members there are."""
    table = TABLES["account"].c
    rows = await database.read(
        select(table.member, table.unit, table.balance, table.earned).where(table.community_id == community.id)
    )
    held = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    assert held == {key: (model.balance[key], model.earned[key]) for key in model.balance}


__all__ = ["DAY", "GARDEN", "compare"]
