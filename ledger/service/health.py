"""Start-up checks and readiness: the database answers, is durable, has the newest tables, and time is sane."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from ledger.core.calendar import moment
from ledger.core.values import DAY, HOUR, Micros
from ledger.service.heartbeat import SERVER
from ledger.store.engine import Database
from ledger.store.migrate import pending
from ledger.store.tables import TABLES


class Readiness(NamedTuple):
    """What keeps a ledger from serving, what its operator should look at, and whether the clock is trusted."""

    faults: list[str]
    warnings: list[str]
    clock: str = ""
    """Why the clock is not trusted; empty where it is."""


async def readiness(database: Database, *, at: Micros) -> Readiness:
    """Look at everything once."""
    try:
        if await pending(database):
            return Readiness(["the database lacks the newest tables: run `ledger migrate`"], [])
        faults, lossy = await _durability(database)
        last = await _last_alive(database)
    except (SQLAlchemyError, OSError) as error:
        return Readiness([f"the database does not answer ({type(error).__name__})"], [])
    warning, clock = judge_clock(at, last)
    return Readiness(faults, [*lossy, *([warning] if warning else [])], clock)


def judge_clock(at: Micros, last: Micros) -> tuple[str, str]:
    """Compare our clock with the last sign of life: a warning, and why it is not to be trusted.

    A clock that is wrongly ahead would date the log in the future for ever.
    """
    if not last or abs(at - last) <= HOUR:
        return "", ""
    way = "ahead of" if at > last else "behind"
    hours = abs(at - last) // HOUR
    said = f"the clock ({moment(at):%F %T}) is {hours} hours {way} the last sign of life in the database"
    return said, said if abs(at - last) > DAY else ""


async def _durability(database: Database) -> tuple[list[str], list[str]]:
    """Return what of the database's settings could lose acknowledged writes: faults of ours, and its own.

    What a connection can set, ours set. A server that does not sync is for tests, and its operator is told.
    """
    if database.is_sqlite:
        level = await _value(database, "PRAGMA synchronous")
        return ([] if str(level) == "2" else [f"SQLite's synchronous is {level}, expected 2 (FULL)"]), []
    lossy = [name for name in ("fsync", "full_page_writes") if await _value(database, f"SHOW {name}") == "off"]
    said = "acknowledged writes are lost when the power fails; never so in production"
    return [], [f"PostgreSQL's {name} is off: {said}" for name in lossy]


async def _value(database: Database, statement: str) -> object:
    async with database.reader.connect() as connection:
        return (await connection.execute(text(statement))).scalar()


async def _last_alive(database: Database) -> Micros:
    """Return the last time anything was recorded, or a server was seen alive."""
    head, heartbeat = TABLES["head"].c, TABLES["heartbeat"].c
    recorded = await database.read(select(func.max(head.recorded_at)).where(head.community_id.is_not(None)))
    seen = await database.read(select(func.max(heartbeat.at)).where(heartbeat.name == SERVER))
    return Micros(max(recorded[0][0] or 0, seen[0][0] or 0))


class CannotStart(Exception):
    """The server must not start; the message says why and what to do."""


async def check_start(database: Database, *, at: Micros, accept_clock: bool) -> list[str]:
    """Return what an operator should look at.

    Raises:
        CannotStart: acknowledged writes could be lost, or the clock would date the log wrongly for ever.
    """
    found = await readiness(database, at=at)
    if found.faults:
        raise CannotStart("; ".join(found.faults))
    if found.clock and not accept_clock:
        raise CannotStart(f"{found.clock}. If the clock is right, start with --accept-clock")
    return found.warnings
