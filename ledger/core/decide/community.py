"""Decides what the ledger records of itself: a community's beginning and its rulebooks."""

from __future__ import annotations

from ledger.core.books.view import Books
from ledger.core.commands import CreateCommunity, PublishRulebook
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.judging import end_run, first_runs
from ledger.core.decide.own import own_event, write_plainly
from ledger.core.events import CommunityCreated, Fact, RulebookPublished
from ledger.core.refusals import CommunityExists, EffectiveBeforeCurrent, LogMoved, VersionTaken
from ledger.core.rulebook.versions import Version
from ledger.core.values import Micros

CREATED = "community.created"
PUBLISHED = "rulebook.published"


def decide_creation(books: Books, command: CreateCommunity, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Begin a community's log."""
    if books.head.position:
        return CommunityExists()
    fact = CommunityCreated(slug=command.slug, name=command.name)
    return _write(books, CREATED, CREATED, fact, mac, recorded_at)


def publication_key(number: int) -> str:
    """Return the key under which a version is recorded."""
    return f"{PUBLISHED}/{number}"


def decide_publication(books: Books, command: PublishRulebook, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Put a rulebook in force: the first from the beginning of time, later ones from now by default."""
    published = books.versions.published
    effective_from = command.effective_from
    if published:
        effective_from = recorded_at if effective_from is None else effective_from
        earliest = published[-1].effective_from
        if earliest is not None and effective_from < earliest:
            return EffectiveBeforeCurrent(earliest=earliest)
    else:
        effective_from = None
    if command.after is not None and command.after != books.head.position:
        return LogMoved(position=books.head.position)
    number = len(published) + 1
    if command.number not in (None, number):
        return VersionTaken(next=number)
    version = Version(number, effective_from, command.rulebook, command.last_begun)
    fact = RulebookPublished(
        version=number,
        yaml=command.yaml,
        effective_from=effective_from,
        note=command.note,
        by=command.by,
        runs=_runs(books, version, Micros(max(recorded_at, effective_from or recorded_at)), recorded_at),
    )
    answer = _write(books, PUBLISHED, publication_key(number), fact, mac, recorded_at)
    books.versions = books.versions.with_next(version)
    return answer


def _runs(books: Books, version: Version, since: Micros, at: Micros) -> dict[str, Micros | None]:
    """Return the daily runs that a new version moves: those it begins, those at another time, those it ends."""
    before = books.versions.latest if books.versions.published else None
    first = first_runs(version, since)
    moved: dict[str, Micros | None] = {}
    for code in dict.fromkeys((*(before.ladders if before is not None else ()), *first)):
        old = before.ladders.get(code) if before is not None else None
        same_zone = before is not None and before.rulebook.community.tz == version.rulebook.community.tz
        kept = old is not None and code in first and same_zone and old.daily_at == version.ladders[code].daily_at
        if kept or (code not in first and (old is None or old.daily_at is None)):
            continue
        end_run(books, code, at)
        moved[code] = first.get(code)
    return moved


def _write(books: Books, type_: str, key: str, fact: Fact, mac: bytes, recorded_at: Micros) -> Accepted:
    return write_plainly(books, own_event(books, type_, key, fact, number=0, recorded_at=recorded_at, mac=mac))
