"""`ledger playbook`: what the operators of a group do, stage by stage."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.core.books.offers import PLAYBOOK, tasks_of
from ledger.core.calendar import local_date
from ledger.core.commands import TickTask
from ledger.core.offers.playbook import progress
from ledger.core.values import Position
from ledger.store.reads import journal, people
from ledger.store.reads.offers import ticks
from ledger.store.reads.settings import settings
from ledger.words.progress import Speech
from ledger.words.render import locale_of
from schema.cli.explaining import LANG
from schema.cli.opening import CommunityOption, current_rulebook, errors, opened_community, run
from schema.cli.output import Cell, FormatOption, write_rows
from schema.cli.telling import BY, tell
from schema.intake.cloudevents import write_time

app = typer.Typer(help="The playbook of the four stages: what is done, and what is due.", no_args_is_help=True)
COLUMNS = ("task", "stage", "title", "done_at", "due_on")
Task = Annotated[str, typer.Argument(help="The task's code.")]


@app.command("list")
def list_(community: CommunityOption, format_: FormatOption = None) -> None:
    """Every task, in the order of the playbook."""

    async def work() -> list[tuple[Cell, ...]]:
        async with opened_community(community) as (ledger, found):
            database, now = ledger.database, ledger.clock()
            tasks = tasks_of((await settings(database, found.id)).get(PLAYBOOK, ""))
            done, members = await ticks(database, found.id), await people.count(database, found.id)
            began = (await journal.by_positions(database, found.id, [Position(1)]))[Position(1)].event.recorded_at
            rulebook = await current_rulebook(ledger, found)
        speech, rows = Speech(rulebook, locale_of(LANG)), list[tuple[Cell, ...]]()
        for one in (progress(task, done, began=began, members=members, now=now) for task in tasks):
            title = speech.called(one.task.names, one.task.id)
            due = local_date(one.due_at, rulebook.community.tz).isoformat() if one.due_at is not None else ""
            when = write_time(one.done_at) if one.done_at is not None else ""
            rows.append((one.task.id, one.task.stage.value, title, when, due))
        return rows

    write_rows(COLUMNS, run(work()), format_)


@app.command("tick")
def tick(
    task: Task,
    community: CommunityOption,
    undo: Annotated[bool, typer.Option("--undo", help="Say that it is not done.")] = False,
) -> None:
    """Tick a task by hand, where nothing that happens does."""
    tell(community, TickTask(task=task, done=not undo, by=BY))
    errors.print(f"Task {task} is {'not done' if undo else 'done'}.")
