"""One import in a process of its own: time zone and hash seed are a process's, not a call's.

    python -m tests.acceptance.worker FILE BATCH

The database and the rest come from the environment. Prints what must be the same everywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time

from tests.acceptance.history import COMMUNITY, PRESET
from tests.schema.cli import Cli


def main(file: str, batch: str) -> None:
    """Import, verify, list."""
    time.tzset()
    cli = Cli(os.environ["LEDGER_DATABASE_URL"])
    imported = cli("import", file, *COMMUNITY, "--preset", PRESET, "--batch", batch).ok()
    _, digest, _ = cli("verify", *COMMUNITY).ok().text.splitlines()
    lists = [cli(*command, *COMMUNITY).ok().output for command in LISTS]
    told = {
        "imported": imported.said,
        "digest": digest.split()[-1],
        "lists": [hashlib.sha256(output).hexdigest() for output in lists],
    }
    print(json.dumps(told))


LISTS = (["balances", "--left"], ["entries", "--all"], ["tiers", "history"], ["leaderboard"], ["export"])

if __name__ == "__main__":
    main(*sys.argv[1:])
