"""The playbook: what the operators of a group do, stage by stage, ticked by what happens."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

import strawberry

from ledger.core.books.offers import PLAYBOOK, tasks_of
from ledger.core.calendar import local_date, moment
from ledger.core.offers.playbook import Progress, progress
from ledger.core.values import Position
from ledger.store.directory import Community as Place
from ledger.store.reads import offers as rows
from ledger.words.render import render
from schema.graphql.described import described, enumeration, field, resolved, value
from schema.graphql.ids import write_id
from schema.graphql.texts import named
from schema.graphql.types.contribution import Actor, actor_of
from schema.graphql.types.node import Node
from schema.graphql.view import Info, View, view_of


@enumeration
class PlaybookStage(Enum):
    """The four stages in which a group comes to life."""

    FOUNDING = value("FOUNDING", "Rules, a purpose, a welcome.")
    DAILY = value("DAILY", "A rhythm of sharing, questions, games and stories.")
    CONVERSION = value("CONVERSION", "Offers, after value.")
    TIERING = value("TIERING", "A core group, by activity and payment.")


@described
class PlaybookTask(Node):
    """A task of the playbook, and whether it is done. For operators."""

    place: strawberry.Private[Place]
    done_position: strawberry.Private[Position | None]

    code: str = field("Its id in the playbook.")
    stage: PlaybookStage = field("Which stage it belongs to.")
    title: str = field("What to do.")
    why: str = field("What it is good for.")
    due_on: date | None = field("The local day by which to do it; null where it is done, or its time has not come.")
    done: bool = field("Whether it is done, for now where it comes again.")
    done_at: datetime | None = field("When it was last done.")

    @resolved("Who did it; null where it is not done.")
    async def done_by(self, info: Info) -> Actor | None:
        """Return who did it."""
        if self.done_position is None:
            return None
        stored = await view_of(info).loaders.events.load((self.place.id, self.done_position))
        return await actor_of(info, self.place, stored.event) if stored is not None else None


async def playbook_of(view: View, place: Place) -> list[PlaybookTask]:
    """Return the playbook's tasks, in its order."""
    database, now = view.ledger.database, view.ledger.clock()
    tasks = tasks_of((await view.loaders.settings.load(place.id)).get(PLAYBOOK, ""))
    if not tasks:
        return []
    ticks, members = await rows.ticks(database, place.id), await view.loaders.present.load(place.id)
    first = await view.loaders.events.load((place.id, Position(1)))
    began = first.event.recorded_at if first is not None else now
    zone = (await view.rulebook(place)).community.tz
    stands = [progress(task, ticks, began=began, members=members, now=now) for task in tasks]
    return [_task(view, place, one, zone) for one in stands]


def _task(view: View, place: Place, one: Progress, zone: str) -> PlaybookTask:
    task = one.task
    return PlaybookTask(
        id=write_id("PlaybookTask", place.id, task.id),
        place=place,
        done_position=one.done_by,
        code=task.id,
        stage=PlaybookStage[task.stage.name],
        title=named(task.names, view.locale) or task.id,
        why=render(f"playbook.{task.stage.value}", view.locale),
        due_on=local_date(one.due_at, zone) if one.due_at is not None else None,
        done=one.done_at is not None,
        done_at=moment(one.done_at) if one.done_at is not None else None,
    )
