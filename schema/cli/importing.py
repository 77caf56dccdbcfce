"""`ledger import` and `ledger export`: a log of CloudEvents in from a file, and out again."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TextIO

import typer

from ledger.core.commands import RecordContribution
from ledger.core.refusals import Refusal
from ledger.service.communities import DEFAULT_PRESET, begin
from ledger.service.ledger import Ledger
from ledger.service.progress import Progress
from ledger.store.directory import Community
from ledger.store.reads.journal import events
from ledger.store.reads.publications import publications
from schema.cli.opening import (
    CommunityOption,
    Stop,
    current_rulebook,
    errors,
    opened,
    opened_community,
    progress,
    run,
)
from schema.intake.cloudevents import decode, read_event
from schema.intake.exporting import cloud_event
from schema.problems import At, Problem, problem_of

LONGEST_LINE = 1_048_576
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What some editors put before UTF-8; it says nothing."""


def import_file(
    file: Annotated[Path, typer.Argument(help="CloudEvents, one JSON object a line; plain or gzip.")],
    community: CommunityOption,
    preset: Annotated[str, typer.Option(help="The rulebook of a community that is new.")] = DEFAULT_PRESET,
    rulebook: Annotated[Path | None, typer.Option(help="A rulebook of one's own, instead of a preset.")] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where refused lines go; default: FILE.rejects.ndjson.")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Lines a transaction.")] = 2_000,
) -> None:
    """Play a file of events in, in its order. Again is no change: what is recorded stays as it is.

    Exit 0 only if every line was recorded or had been before. Refused lines go to a file with reasons.
    """
    if not file.is_file():
        raise Stop(f"there is no file {file}")

    async def work() -> Outcome:
        async with opened() as ledger:
            found = await ledger.community(community)
            text = _text_of(rulebook) if rulebook is not None else None
            if found is None:
                found = await begin(ledger.database, ledger.writer, community, preset=preset, yaml=text)
                named = (await current_rulebook(ledger, found)).name
                errors.print(f"community {community} is new, with rulebook {named}")
            elif text is not None:
                await _refuse_other(ledger, found, rulebook, text)
            outcome = Outcome(rejects or file.with_name(f"{file.name}.rejects.ndjson"))
            with progress(f"importing {file.name}") as told, outcome:
                await _play(ledger, found, file, batch, outcome, told)
            return outcome

    outcome = run(work())
    errors.print(f"{outcome.recorded} recorded, {outcome.replayed} were recorded before, {outcome.refused} refused")
    if outcome.broken:
        errors.print(f"ledger: {outcome.broken}", style="red")
    if outcome.refused:
        errors.print(
            f"ledger: the first refusal is in line {outcome.first}; all are in {outcome.path}", style="red"
        )
    if outcome.broken or outcome.refused:
        raise typer.Exit(1)


def _text_of(file: Path) -> str:
    if not file.is_file():
        raise Stop(f"there is no rulebook {file}")
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Stop(f"{file} is no text in UTF-8: {error.reason} at byte {error.start}") from error


async def _refuse_other(ledger: Ledger, community: Community, file: Path | None, text: str) -> None:
    """Look that a community lives by a rulebook, or did: a later one is published, never slipped in.

    Raises:
        Stop: it is none of its versions.
    """
    if all(one.fact.yaml != text for one in await publications(ledger.database, community.id)):
        raise Stop(
            f"{community.slug} has another rulebook already; see what {file} changes with `ledger rulebook diff`,"
            f" put it in force with `ledger rulebook publish {file} -c {community.slug}`, or leave --rulebook out"
        )


class Outcome:
    """How an import went; refused lines are written as they come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recorded = self.replayed = self.refused = 0
        self.first = ""
        self.broken = ""
        self._file: TextIO | None = None

    def __enter__(self) -> Outcome:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def refuse(self, line: int, text: bytes, problem: Problem) -> None:
        """Write a refused line with its reason."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8")
            self.first = f"{line}: {problem.code}, {problem.detail}"
        self.refused += 1
        shown = text[:LONGEST_LINE].decode("utf-8", "replace").rstrip("\r\n")
        document = {"line": line, "problem": problem.document(), "event": shown}
        self._file.write(json.dumps(document, ensure_ascii=False) + "\n")


Line = tuple[int, bytes, RecordContribution | Problem]


async def _play(
    ledger: Ledger, community: Community, file: Path, batch: int, outcome: Outcome, told: Progress
) -> None:
    waiting: list[Line] = []
    size = file.stat().st_size
    with file.open("rb") as raw:
        for number, text in _lines(raw, outcome):
            if (read := _read(text)) is not None:
                waiting.append((number, text, read))
            if len(waiting) >= batch:
                await _submit(ledger, community, waiting, outcome)
                waiting = []
                told(raw.tell(), size)
        if waiting:
            await _submit(ledger, community, waiting, outcome)
            told(size, size)


def _lines(raw: BinaryIO, outcome: Outcome) -> Iterator[tuple[int, bytes]]:
    """Yield numbered lines of a plain or gzipped file; a broken end is noted, what came before counts."""
    zipped = raw.peek(2)[:2] == b"\x1f\x8b" if hasattr(raw, "peek") else False
    stream: Any = gzip.GzipFile(fileobj=raw) if zipped else raw
    number = 0
    try:
        for number, text in enumerate(stream, start=1):
            yield number, text.removeprefix(BYTE_ORDER_MARK) if number == 1 else text
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        outcome.broken = (
            f"the gzip stream breaks off after line {number} ({error}); the lines before are recorded."
            " Get the whole file and import it again: what is recorded stays as it is"
        )


def _read(text: bytes) -> RecordContribution | Problem | None:
    if not text.strip():
        return None
    if len(text) > LONGEST_LINE:
        return Problem(413, "LINE_TOO_LONG", f"expected at most {LONGEST_LINE} bytes a line")
    try:
        document = decode(text)
    except ValueError as error:
        detail = f"{error}. Each line is one CloudEvent: a JSON object, not CSV or text"
        return Problem(400, "NOT_JSON", detail, (At("", detail),))
    return read_event(document, imported=True)


async def _submit(ledger: Ledger, community: Community, lines: list[Line], outcome: Outcome) -> None:
    """Record what can be; refused lines are written in the order of the file."""
    commands = [read for _, _, read in lines if isinstance(read, RecordContribution)]
    answers = iter(await ledger.writer.submit(community, commands))
    for number, text, read in lines:
        answer = read if isinstance(read, Problem) else next(answers)
        match answer:
            case Problem():
                outcome.refuse(number, text, answer)
            case Refusal():
                outcome.refuse(number, text, problem_of(answer))
            case _ if answer.replayed:
                outcome.replayed += 1
            case _:
                outcome.recorded += 1


def export(
    community: CommunityOption,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; .gz is zipped. Default: the standard output.")
    ] = None,
) -> None:
    """Write the log out again in the form it came in: CloudEvents, one a line, in the log's order."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            with _sink(output) as sink:
                async for one in events(ledger.database, found.id):
                    if (line := cloud_event(one)) is not None:
                        sink.write(line + b"\n")

    run(work())


@contextmanager
def _sink(output: Path | None) -> Iterator[BinaryIO | gzip.GzipFile]:
    """Open where an export goes; a zipped one is the same bytes whatever its file's name and time."""
    if output is None:
        yield sys.stdout.buffer  # not ours to close
        sys.stdout.buffer.flush()
        return
    with output.open("wb") as raw:
        if output.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as zipped:
            yield zipped
