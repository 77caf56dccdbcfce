"""One day of a small community by `tests.rulebooks.SMALL`, with every outcome but TOO_LATE in it.

The community lives in Shanghai: its 4 March 2024 ends at 16:00 UTC.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger.core.commands import RecordContribution
from schema.intake.cloudevents import read_event

SOURCE = "chat:room"

Document = dict[str, Any]


def event(id_: str, type_: str, member: str | None = None, **more: Any) -> Document:
    """Return a structured event; `subject`, `time` and `source` are attributes, the rest is data."""
    document: Document = {"specversion": "1.0", "id": id_, "source": more.pop("source", SOURCE), "type": type_}
    for attribute in ("subject", "time"):
        if attribute in more:
            document[attribute] = more.pop(attribute)
    document["data"] = {**({"member": member} if member else {}), **more}
    return document


def at(hour: int, minute: int = 0, *, day: int = 4) -> str:
    """Return a time of March 2024, in UTC."""
    return f"2024-03-{day:02}T{hour:02}:{minute:02}:00Z"


STORY: list[Document] = [
    event("join-ana", "member.joined", "ana", time=at(1), display_name="Ana 安"),
    event("t1", "thread.opened", "ana", subject="thread-1", time=at(1, 10), title="Hello", body="Hi, all"),
    event("like-1", "thread.liked", "bo", subject="thread-1", time=at(1, 20)),
    event("like-2", "thread.liked", "bo", subject="thread-1", time=at(1, 21)),
    event("like-3", "thread.liked", "ana", subject="thread-1", time=at(1, 22)),
    event("help-1", "member.helped", "ana", people={"helper": "bo"}, amount=12, time=at(2)),
    event("help-2", "member.helped", "ana", people={"helper": "bo"}, amount=40, time=at(2, 1)),
    event("in-1", "checked.in", "cai", time=at(3)),
    event("in-2", "checked.in", "cai", time=at(3, 30)),
    event("scold-1", "member.scolded", "ana", people={"member": "cai"}, time=at(4)),
    event("scold-2", "member.scolded", "ana", people={"member": "cai"}, time=at(4, 1)),
    event("scold-3", "member.scolded", "ana", people={"member": "cai"}, time=at(4, 2)),
    event("t2", "thread.opened", "ana", subject="thread-2", time=at(5)),
    event("t3", "thread.opened", "ana", subject="thread-3", time=at(5, 1)),
    event("t4", "thread.opened", "ana", subject="thread-4", time=at(5, 2)),
    event("t5", "thread.opened", "ana", subject="thread-5", time=at(5, 3)),
    event("t6", "thread.opened", "ana", subject="thread-6", time=at(5, 4)),
    event("t7", "thread.opened", "ana", subject="thread-7", time=at(5, 5)),
    event("gone-1", "thread.removed", subject="thread-1", time=at(6)),
    event("unhelp-2", "member.unhelped", "ana", undoes="help-2", time=at(7)),
    event("unhelp-3", "member.unhelped", "ana", undoes="help-3", time=at(7, 1)),
    event("help-3", "member.helped", "ana", people={"helper": "bo"}, amount=5, time=at(7, 2)),
    event("help-4", "member.helped", "ana", amount=5, time=at(8)),
    event("help-5", "member.helped", "ana", people={"helper": "bo"}, amount="five", time=at(8, 1)),
    event("wave-1", "hand.waved", "bo", to=["all"], warmth=0.5, time="2024-03-04T16:30:00+08:00"),
    event("in-3", "checked.in", "ana", time=at(15, 59)),
    event("in-4", "checked.in", "bo", time=at(16)),
    event("left-cai", "member.left", "cai", time=at(16, 30)),
    event("in-5", "checked.in", "cai", time=at(17)),
]

BALANCES = {"ana": 21, "bo": 18, "cai": 1}
EVENTS = len(STORY)


def commands(documents: list[Document] = STORY) -> list[RecordContribution]:
    """Return documents as commands to record history."""
    return [
        command for one in documents if isinstance(command := read_event(one, imported=True), RecordContribution)
    ]


def lines(documents: list[Document] = STORY) -> bytes:
    """Return documents as NDJSON."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in documents)


def written(folder: Path, documents: list[Document] = STORY, name: str = "story.ndjson") -> Path:
    """Write documents to a file and return its path."""
    path = folder / name
    path.write_bytes(lines(documents))
    return path
