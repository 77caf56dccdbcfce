"""Servers as an operator starts them: `ledger serve` in processes of their own, on loopback."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from tests.harness.wire import TROUBLE, Wire
from tests.house.tree import ROOT
from tests.places import free_port

START_SECONDS = 60
STOP_SECONDS = 30
UNLIMITED = {"LEDGER_RATE_LIMIT": "1000000", "LEDGER_RATE_BURST": "1000000"}


class Server:
    """One `ledger serve` on a port it keeps over restarts. It leads a process group, so no worker outlives it."""

    def __init__(self, url: str, *, workers: int = 1, **settings: str) -> None:
        self.port = free_port()
        self._workers = workers
        self._environment = {**os.environ, **UNLIMITED, "LEDGER_DATABASE_URL": url, **settings}
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that was started last."""
        assert self._process is not None
        return self._process

    def start(self, *, silent: bool = False) -> None:
        """Start it, and do not wait. A silent one writes no file but the database's."""
        command = (sys.executable, "-m", "schema.cli", "serve", "--port", str(self.port), "--accept-clock")
        self._process = subprocess.Popen(
            [*command, "--workers", str(self._workers)],
            env=self._environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if silent else self._said,
            start_new_session=True,
        )

    async def ready(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            async with Wire(self.port) as wire:
                try:
                    if (await wire.request("GET", "/healthz")).status == 200:
                        return
                except TROUBLE:
                    await asyncio.sleep(0.05)
        raise AssertionError(f"the server does not start: {self.said()[-3000:]}")

    def kill(self) -> None:
        """End all its processes as `kill -9` does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    async def terminate(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.terminate()
        return await asyncio.to_thread(self.process.wait, STOP_SECONDS)

    def limit_files(self, size: int | None) -> None:
        """Let no file of it grow beyond a size, as a full disk would; None lifts the limit."""
        limit = resource.RLIM_INFINITY if size is None else size
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def memory(self) -> int:
        """Return its resident bytes."""
        with open(f"/proc/{self.process.pid}/statm") as pages:
            return int(pages.read().split()[1]) * resource.getpagesize()

    def said(self) -> str:
        """Return what it logged."""
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace")

    def close(self) -> None:
        """End it if it runs, and forget what it said."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        self._said.close()


@asynccontextmanager
async def serving(url: str, *, processes: int = 1, silent: bool = False) -> AsyncIterator[list[Server]]:
    """Serve one database from so many servers, each on its own port."""
    servers = [Server(url) for _ in range(processes)]
    try:
        for server in servers:
            server.start(silent=silent)
        for server in servers:
            await server.ready()
        yield servers
    finally:
        for server in servers:
            server.close()
