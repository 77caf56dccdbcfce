"""The playbook: which of a group's tasks are done, and when the others are due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ledger.core.books.goods import Tick
from ledger.core.books.offers import task_key
from ledger.core.rulebook.grammar import Task
from ledger.core.values import Micros, Position


class Progress(NamedTuple):
    """How a task stands: done since when and by which event, or due when; None is not known yet."""

    task: Task
    done_at: Micros | None = None
    done_by: Position | None = None
    due_at: Micros | None = None


def progress(task: Task, ticks: Mapping[str, Tick], *, began: Micros, members: int, now: Micros) -> Progress:
    """Return how a task stands: by what happened, or by hand, whichever came last."""
    by_event, by_hand = ticks.get(task.done_by), ticks.get(task_key(task.id))
    known = [tick for tick in (by_event, by_hand) if tick is not None]
    last = max(known, key=lambda tick: tick.position, default=None)
    if last is not None and not last.undone and (task.every is None or now < last.at + task.every):
        return Progress(task, done_at=last.at, done_by=last.position)
    since = last.at if last is not None and not last.undone else began
    if task.every is not None:
        return Progress(task, due_at=Micros(since + task.every))
    if task.due is not None:
        return Progress(task, due_at=Micros(began + task.due))
    if task.after_members and members >= task.after_members:
        return Progress(task, due_at=now)
    return Progress(task)
