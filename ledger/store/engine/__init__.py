"""The one room that asks which database it is: addresses, connections for writing, engines for reading.

Writing speaks to the driver itself (sqlite3 on one thread of its own, asyncpg from a small pool), since
the writer's few statements are the product's speed. Reading goes through SQLAlchemy.
"""

from ledger.store.engine.connection import Connection, Row
from ledger.store.engine.database import (
    ANSWERED_WITH_AN_ERROR,
    AWAY,
    Database,
    DatabaseUnknown,
    Reading,
    address,
    lacks_file,
)
from ledger.store.engine.postgres import PostgresConnection
from ledger.store.engine.sqlite import SqliteConnection

__all__ = [
    "ANSWERED_WITH_AN_ERROR",
    "AWAY",
    "Connection",
    "Database",
    "DatabaseUnknown",
    "PostgresConnection",
    "Reading",
    "Row",
    "SqliteConnection",
    "address",
    "lacks_file",
]
