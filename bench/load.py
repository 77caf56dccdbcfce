"""A made-up stream with the skew of real communities: few members do most, a subject draws several votes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from ledger.core.calendar import moment
from ledger.core.values import MINUTE, Micros
from ledger.service.clock import now


def events(count: int, *, name: str) -> Iterator[dict[str, Any]]:
    """Yield CloudEvents; `name` makes their ids differ from another stream's."""
    chance = random.Random(7)
    members = max(20, count // 10)
    start = now() - count * MINUTE // 100

    def member() -> str:
        return f"m{int(members * chance.random() ** 4)}"

    for number in range(count):
        post = int(number * chance.random() ** 0.2)
        data: dict[str, Any] = {"member": member()}
        match number % 5:
            case 0:
                type_, subject = "answer.posted", f"{name}-{number}"
                data["question"] = f"question-{name}-{post}"
            case 4:
                type_, subject = "answer.accepted", f"{name}-{post}"
                data |= {"question": f"question-{name}-{post}", "people": {"author": member()}}
            case _:
                type_, subject = "answer.upvoted", f"{name}-{post}"
                data["people"] = {"author": member()}
        yield {
            "specversion": "1.0",
            "id": f"{name}-{number}",
            "source": "bench:load",
            "type": type_,
            "subject": subject,
            "time": moment(Micros(start + number * MINUTE // 100)).isoformat(),
            "data": data,
        }
