"""Where throwaway things stand: files in memory where there is room, servers on ports that stay free."""

from __future__ import annotations

import os
import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 1 << 30
"""Bytes that must be free there; containers often give 64 MB only."""

PORTS = range(15_000, 32_000)
"""Below those that kernels hand out."""


@contextmanager
def throwaway_folder(prefix: str, *, in_memory: bool = True) -> Iterator[Path]:
    """Lend a folder that is gone afterwards."""
    fits = in_memory and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if fits else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port that nobody listens on and no outgoing connection is given, so it stays free."""
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(PORTS.start, PORTS.stop)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
